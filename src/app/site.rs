//! What a listener answers: the API at its path, with no router in between, and everything else.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use tower::{Service, ServiceExt as _};

use super::connections::{Life, Living};
use super::pieces::Pieces;
use super::routes;
use crate::wire::{self, Api};

/// An answer: the API's are whole, the others are what axum makes of them.
pub(super) type Answer = Response<Pieces<Either<Full<Bytes>, Body>>>;

/// What stands on one listener.
pub(super) struct Site {
    api: Option<Arc<Api>>,
    rest: Router,
}

impl Site {
    /// The API, and beside it what `beside` has.
    pub(super) fn of_api(api: Arc<Api>, beside: Router) -> Self {
        let rest = api.router().merge(beside);
        Self {
            api: Some(api),
            rest,
        }
    }

    /// Routes without the API.
    pub(super) fn without_api(routes: Router) -> Self {
        Self {
            api: None,
            rest: routes::complete(routes),
        }
    }

    /// What answers the requests of one connection, to `peer`, and notes its life.
    pub(super) fn visit(
        self: &Arc<Self>,
        peer: SocketAddr,
    ) -> Living<
        impl Service<Request<Incoming>, Response = Answer, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + use<>,
    > {
        let life = Arc::<Life>::default();
        let shared = Arc::new((Arc::clone(self), Arc::clone(&life)));
        let service = tower::service_fn(move |request: Request<Incoming>| {
            let shared = Arc::clone(&shared);
            async move {
                let (site, life) = &*shared;
                let _in_flight = life.begin();
                let answer = match &site.api {
                    Some(api) if request.uri().path() == wire::PATH => {
                        let call = api.serve(request.map(body), peer.ip());
                        call.await.map(Either::Left)
                    }
                    // Boxed, so that what is rare makes no room for itself in every call.
                    _ => {
                        let answer = Box::pin(site.route(request, peer)).await;
                        answer.map(Either::Right)
                    }
                };
                Ok(routes::secure(answer).map(Pieces::new))
            }
        });
        Living { service, life }
    }

    async fn route(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answered: Result<_, Infallible> = self.rest.clone().oneshot(request).await;
        match answered {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }
}

/// The body for the pipeline; one that is empty costs no memory.
fn body(body: Incoming) -> Body {
    if body.is_end_stream() {
        Body::empty()
    } else {
        Body::new(body)
    }
}
