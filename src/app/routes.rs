//! What is served beside the API: health and metrics. No CORS anywhere.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use axum::routing::get;

use crate::telemetry::Metrics;

/// `/healthz`: the process answers; `/readyz`: it can do its work. Both from memory.
pub(super) fn health(ready: impl Fn() -> bool + Clone + Send + Sync + 'static) -> Router {
    let readyz = move || async move {
        if ready() {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    };
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
}

/// `/metrics`, as Prometheus text.
pub(super) fn metrics(metrics: Metrics) -> Router {
    let render = move || async move {
        let headers = [
            (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
        ];
        (headers, metrics.render())
    };
    Router::new().route("/metrics", get(render))
}

/// A router without the API, with its answer to unknown paths.
pub(super) fn complete(router: Router) -> Router {
    router.fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
}

/// Adds the headers that every answer has, where it does not have its own: nobody guesses content
/// types, and nothing of ours runs or is framed in a browser.
pub(super) fn secure<B>(mut answer: Response<B>) -> Response<B> {
    const HEADERS: [(HeaderName, &str); 2] = [
        (axum::http::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            axum::http::header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    answer
}
