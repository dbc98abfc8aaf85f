//! Stand-ins for the pipeline, which is built beside this: thrown away at the merge.
#![expect(missing_docs, reason = "a stand-in")]

use std::sync::Arc;

use crate::iam::Iam;

pub struct WireSettings {
    pub max_body_bytes: usize,
    pub default_rpc_format_json: bool,
    pub body_timeout_seconds: u64,
    pub trusted_proxies: Vec<String>,
    pub secure_transport: bool,
}

pub struct Api;

impl Api {
    pub fn new(_iam: Arc<Iam>, _settings: WireSettings) -> Arc<Self> {
        Arc::new(Self)
    }
    pub fn router(&self) -> axum::Router {
        axum::Router::new().route("/", axum::routing::any(answer))
    }
}

/// Answers once the body is there.
async fn answer(_body: String) -> axum::http::StatusCode {
    axum::http::StatusCode::NOT_IMPLEMENTED
}
