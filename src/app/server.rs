//! One listening socket and what answers on it, with the limits of the HTTP layer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::service::SendService;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper::body::Incoming;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tower::Service;

use super::AppError;
use super::connections::{Bounded, Connections};
use super::site::{Answer, Site};
use crate::config::Settings;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// The longest head of a request: a request line of 64 KiB (policy documents ride in the query) and
/// headers, a security token among them.
const MAX_HEAD_BYTES: usize = 128 * 1024;

/// Requests at once on one HTTP/2 connection.
const MAX_STREAMS: u32 = 128;

/// What all listeners of a server share.
pub(super) struct ServerOptions {
    handshake: Duration,
    tls: Option<RustlsConfig>,
}

impl ServerOptions {
    pub(super) async fn of(settings: &Settings) -> Result<Self, AppError> {
        let tls = match (&settings.tls.cert_file, &settings.tls.key_file) {
            (Some(cert), Some(key)) => {
                // Another part of the process may have been first; it is the same provider.
                let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
                let config = RustlsConfig::from_pem_file(cert, key)
                    .await
                    .map_err(AppError::Certificate)?;
                Some(config)
            }
            _ => None,
        };
        Ok(Self {
            handshake: Duration::from_secs(settings.listener.handshake_timeout_seconds),
            tls,
        })
    }
}

/// A socket that is listening; its connections wait until it is served.
pub(super) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    pub(super) fn bind(address: SocketAddr) -> Result<Self, AppError> {
        let bind = || {
            let socket = match address {
                SocketAddr::V4(_) => TcpSocket::new_v4(),
                SocketAddr::V6(_) => TcpSocket::new_v6(),
            }?;
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let listener = socket.listen(BACKLOG)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        bind().map_err(|source| AppError::Listen { address, source })
    }

    /// The address, with the port that the system chose where 0 was asked for.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts to answer.
    pub(super) fn serve(
        self,
        site: Site,
        options: &ServerOptions,
        connections: &Arc<Connections>,
    ) -> Server {
        let bounded = Bounded(Arc::clone(connections));
        let site = Arc::new(site);
        let answers = move |peer| site.visit(peer);
        match &options.tls {
            Some(config) => {
                let acceptor = RustlsAcceptor::new(config.clone())
                    .handshake_timeout(options.handshake)
                    .acceptor(bounded);
                self.serve_on(acceptor, answers)
            }
            None => self.serve_on(bounded, answers),
        }
    }

    fn serve_on<A, S>(
        self,
        acceptor: A,
        answers: impl Fn(SocketAddr) -> S + Send + Sync + 'static,
    ) -> Server
    where
        A: Accept<TcpStream, S> + Clone + Send + Sync + 'static,
        A::Stream: AsyncRead + AsyncWrite + Unpin + Send,
        A::Service: SendService<Request<Incoming>> + Send,
        A::Future: Send,
        S: Service<Request<Incoming>, Response = Answer, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send + 'static,
    {
        let handle = Handle::new();
        let mut server = axum_server::Server::<SocketAddr>::from_listener(self.listener)
            .acceptor(acceptor)
            .handle(handle.clone());
        bound(server.http_builder());
        let make =
            tower::service_fn(move |peer| std::future::ready(Ok::<_, Infallible>(answers(peer))));
        let task = tokio::spawn(async move {
            if let Err(error) = server.serve(make).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a listener failed"
                );
            }
        });
        Server { handle, task }
    }
}

/// A listener that is being served.
pub(super) struct Server {
    handle: Handle<SocketAddr>,
    task: JoinHandle<()>,
}

impl Server {
    /// Accepts no more connections and closes those that are idle; requests in flight may go on for
    /// `bound`.
    pub(super) fn begin_stop(&self, bound: Duration) {
        self.handle.graceful_shutdown(Some(bound));
    }

    /// Waits until it has stopped.
    pub(super) async fn finish(self) {
        if self.task.await.is_err() {
            tracing::error!("a listener had failed");
        }
    }
}

/// The limits of the HTTP layer. It gets no timer: how slow a client may be is told by
/// [`Life`](super::connections::Life), which costs nothing per request.
fn bound(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .max_buf_size(MAX_HEAD_BYTES)
        // Who has closed his half waits for his answer. To tell him from who is gone, a second read
        // would come before each answer, into a buffer of its own. Who is gone is waited for in vain,
        // for as long as whatever his call waits for may take.
        .half_close(true)
        // To copy a small answer behind its head costs less than to hand both to the system; of a large
        // one a connection keeps a piece (see `pieces`).
        .writev(false);
    builder
        .http2()
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS);
}
