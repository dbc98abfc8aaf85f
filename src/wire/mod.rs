//! The API on HTTP: [`pipeline`] is the one function that every call runs through, [`envelope`] the
//! two forms of an answer, [`error`] the catalogue of refusals, [`origin`] where a call comes from.

pub mod envelope;
pub mod error;
pub mod origin;
pub mod pipeline;

mod body;
mod decision;
mod mutation;
mod signed;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::Response;
use http_body_util::Full;
use hyper::body::Bytes;

use crate::iam::Iam;
use crate::ops::REGISTRY;
use crate::ops::call::Entry;
use crate::wire::envelope::Format;
use crate::wire::origin::{ProxyError, TrustedProxies};

/// Where the API is: all products at one path.
pub const PATH: &str = "/";

/// What the API is set to.
#[derive(Debug, Clone)]
pub struct WireSettings {
    /// The largest body, in bytes.
    pub max_body_bytes: usize,
    /// Whether RPC and unsigned calls that name no format are answered in JSON, else in XML.
    pub default_rpc_format_json: bool,
    /// How long a body may take to arrive, in seconds.
    pub body_timeout_seconds: u64,
    /// Addresses and networks of proxies whose word on the client's address is taken.
    pub trusted_proxies: Vec<String>,
    /// Whether connections are ours over TLS.
    pub secure_transport: bool,
}

/// The API.
#[derive(Debug)]
pub struct Api {
    iam: Arc<Iam>,
    operations: pipeline::Operations,
    max_body_bytes: usize,
    default_rpc_format: Format,
    body_timeout: Duration,
    proxies: TrustedProxies,
    secure: bool,
}

impl Api {
    /// The API on the state of a server.
    ///
    /// # Errors
    /// [`ProxyError`] where a trusted proxy is neither an address nor a network.
    pub fn new(iam: Arc<Iam>, settings: &WireSettings) -> Result<Arc<Self>, ProxyError> {
        Self::with_registry(iam, settings, REGISTRY)
    }

    /// The API with other operations: for tests of the pipeline.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_registry(
        iam: Arc<Iam>,
        settings: &WireSettings,
        registry: &'static [Entry],
    ) -> Result<Arc<Self>, ProxyError> {
        Ok(Arc::new(Self {
            iam,
            operations: pipeline::Operations::of(registry),
            max_body_bytes: settings.max_body_bytes,
            default_rpc_format: if settings.default_rpc_format_json {
                Format::Json
            } else {
                Format::Xml
            },
            body_timeout: Duration::from_secs(settings.body_timeout_seconds),
            proxies: TrustedProxies::parse(&settings.trusted_proxies)?,
            secure: settings.secure_transport,
        }))
    }

    /// The API at `/`; everywhere else is no API.
    pub fn router(self: &Arc<Self>) -> Router {
        let (api, elsewhere) = (Arc::clone(self), Arc::clone(self));
        let serve = move |request: Request| {
            let api = Arc::clone(&api);
            let peer = peer_of(&request);
            async move { api.serve(request, peer).await.map(Body::new) }
        };
        let refuse = move |request: Request| {
            let api = Arc::clone(&elsewhere);
            let peer = peer_of(&request);
            async move { api.no_such_path(request, peer).map(Body::new) }
        };
        Router::new()
            .route(PATH, axum::routing::any(serve))
            .fallback(refuse)
    }

    /// Runs one request that came for [`PATH`]. `peer` is the other end of the connection.
    pub fn serve(
        &self,
        request: Request,
        peer: IpAddr,
    ) -> impl Future<Output = Response<Full<Bytes>>> + Send {
        pipeline::run(self, request, peer)
    }
}

/// The other end of the connection, as the listener noted it.
fn peer_of(request: &Request) -> IpAddr {
    let noted = request.extensions().get::<ConnectInfo<SocketAddr>>();
    noted.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())
}
