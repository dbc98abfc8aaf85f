//! Composition: builds everything from the settings, serves, and stops cleanly.
//!
//! The order of a start: lock the data directory, take the addresses, open the database, settle
//! what must be there (`bootstrap`), start the rules and the pipeline, say hello, serve. A stop: no
//! more connections, requests in flight finish within a bound, what is in memory is saved, the
//! database is closed. A second signal ends the process at once.

mod background;
mod connections;
mod data;
mod pieces;
mod routes;
mod server;
mod site;

use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bootstrap::{BootstrapError, DataDir};
use crate::config::{self, RpcFormat, Settings};
use crate::iam::outbound::OutboundSetupError;
use crate::iam::{Iam, StartError};
use crate::operator::OperatorError;
use crate::store::StoreError;
use crate::telemetry::{self, Metrics};
use crate::wire::origin::ProxyError;
use crate::wire::{Api, WireSettings};

pub use data::{Data, adopt_database, extend_catalog, open_offline};

use connections::Connections;
use server::{Listening, Server, ServerOptions};
use site::Site;

/// How long what is in memory may take to be saved at the end.
const SAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the server did not start, or stopped in disorder.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("cannot use the certificate in `tls.cert_file` with the key in `tls.key_file`")]
    Certificate(#[source] std::io::Error),
    /// What must be there before serving is not.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// An operator's command was not done.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Store(#[source] StoreError),
    /// The shared rules cannot start.
    #[error("cannot start")]
    Iam(#[from] StartError),
    /// The way out to issuers cannot be set up.
    #[error("`federation.outbound_ca_file`")]
    Outbound(#[from] OutboundSetupError),
    /// A seed cannot be applied.
    #[error("cannot apply the seed `{}`", path.display())]
    Seed {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The operator's services cannot be used.
    #[error("cannot use the services in `{}`", path.display())]
    Services {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A trusted proxy is neither an address nor a network.
    #[error("`listener.trusted_proxies`")]
    Proxy(#[from] ProxyError),
    /// The machine refuses us something.
    #[error("cannot {0}")]
    Machine(&'static str, #[source] std::io::Error),
}

/// What the server tells the one who started it, in this order.
pub trait Announce: Send {
    /// At a first start: the credentials are new. `secret` says whether it may be shown.
    fn first_start(&mut self, text: &str);
    /// The API answers at this address.
    fn listening(&mut self, endpoint: &str);
}

/// Announces on the standard output.
#[derive(Debug, Default)]
pub struct Console;

impl Announce for Console {
    fn first_start(&mut self, text: &str) {
        print(text);
    }

    fn listening(&mut self, endpoint: &str) {
        print(&format!("listening on {endpoint}\n"));
    }
}

/// Whoever reads may be gone; that stops nothing.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).is_err() || out.flush().is_err() {
        tracing::debug!("nobody reads the standard output");
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// [`AppError`]: nothing is served then.
pub async fn serve(settings: Settings, announce: &mut dyn Announce) -> Result<(), AppError> {
    telemetry::start_logs(&settings.log);
    let unknown = config::unknown_variables();
    if !unknown.is_empty() {
        tracing::info!(
            variables = unknown.join(" "),
            "no settings have these variables"
        );
    }
    let mut signals = Signals::install()?;
    let app = tokio::select! {
        started = App::start(&settings, announce) => started?,
        name = signals.next() => {
            tracing::warn!(signal = name, "stopped before it served");
            return Ok(());
        }
    };
    let name = signals.next().await;
    tracing::info!(signal = name, "stopping");
    tokio::select! {
        () = app.stop() => Ok(()),
        name = signals.next() => {
            tracing::warn!(signal = name, "stopped at once");
            std::process::exit(130);
        }
    }
}

/// A server that serves.
pub struct App {
    servers: Vec<Server>,
    background: Vec<JoinHandle<()>>,
    stopping: watch::Sender<bool>,
    shutdown_timeout: Duration,
    iam: Arc<Iam>,
    addresses: Addresses,
    _dir: Option<DataDir>,
}

/// Where a server answers.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The API.
    pub api: SocketAddr,
    /// Metrics and health alone.
    pub admin: Option<SocketAddr>,
    /// The API's address as clients write it.
    pub endpoint: String,
}

impl App {
    /// Builds everything and starts to serve. Needs a Tokio runtime.
    ///
    /// # Errors
    /// [`AppError`]: nothing is served then.
    pub async fn start(settings: &Settings, announce: &mut dyn Announce) -> Result<Self, AppError> {
        // The recorder measures the machine's clock first: some milliseconds that are needed elsewhere.
        let metrics = tokio::task::spawn_blocking(Metrics::start);
        let dir = data::data_dir(settings)?;
        let api_socket = Listening::bind(settings.listener.listen)?;
        let admin_socket = settings
            .listener
            .admin_listen
            .map(Listening::bind)
            .transpose()?;
        let addresses = Addresses {
            api: api_socket.address(),
            admin: admin_socket.as_ref().map(Listening::address),
            endpoint: endpoint(api_socket.address(), settings.has_tls()),
        };

        let options = ServerOptions::of(settings).await?;
        let data = Data::open(settings, dir, &addresses.endpoint, announce);
        let (data, metrics) = tokio::join!(data, metrics);
        let Data { iam, dir } = data?;
        // What keeps a counter takes it from here on.
        let metrics = metrics.map_err(|error| {
            AppError::Machine("start the metrics", std::io::Error::other(error))
        })?;
        for seed in &settings.storage.seed_files {
            if let Err(error) = data::apply_seed(&iam, seed).await {
                // As clean a stop as any: the next start need not wait.
                save(&iam).await;
                return Err(error);
            }
        }

        let connections = Connections::new(&settings.listener);
        // The database has just answered.
        let ready = Arc::new(AtomicBool::new(true));
        let (site, admin) = sites(settings, &addresses, &iam, &ready, &metrics)?;
        let mut servers = vec![api_socket.serve(site, &options, &connections)];
        servers.extend(
            admin_socket
                .zip(admin)
                .map(|(socket, site)| socket.serve(site, &options, &connections)),
        );

        let (stopping, stopped) = watch::channel(false);
        let background = background::start(&iam, dir.as_ref(), metrics, ready, &stopped).await;
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            api = %addresses.api,
            tls = settings.has_tls(),
            "serving"
        );
        announce.listening(&addresses.endpoint);
        Ok(Self {
            servers,
            background,
            stopping,
            shutdown_timeout: Duration::from_secs(settings.listener.shutdown_timeout_seconds),
            iam,
            addresses,
            _dir: dir,
        })
    }

    /// Where it answers.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Stops cleanly: see the module's text.
    pub async fn stop(self) {
        for server in &self.servers {
            server.begin_stop(self.shutdown_timeout);
        }
        for server in self.servers {
            server.finish().await;
        }
        // The loop ends after the round it is in; the receiver may be gone already.
        self.stopping.send_replace(true);
        let save = async {
            for task in self.background {
                if task.await.is_err() {
                    tracing::error!("a background task had failed");
                }
            }
            save(&self.iam).await;
        };
        if tokio::time::timeout(SAVE_TIMEOUT, save).await.is_err() {
            tracing::error!("could not save what is in memory in time");
        } else {
            tracing::info!("stopped");
        }
    }
}

/// Leaves behind what a clean stop does, and closes the database.
async fn save(iam: &Iam) {
    iam.stop().await;
    iam.store.close().await;
}

/// What stands on the API's listener, and on the one for metrics and health.
fn sites(
    settings: &Settings,
    addresses: &Addresses,
    iam: &Arc<Iam>,
    ready: &Arc<AtomicBool>,
    metrics: &Metrics,
) -> Result<(Site, Option<Site>), AppError> {
    let api = Api::new(
        Arc::clone(iam),
        &WireSettings {
            max_body_bytes: settings.api.max_body_bytes,
            default_rpc_format_json: settings.api.default_rpc_format == RpcFormat::Json,
            body_timeout_seconds: settings.api.body_timeout_seconds,
            trusted_proxies: settings.listener.trusted_proxies.clone(),
            secure_transport: settings.has_tls(),
        },
    )?;
    let health = || {
        let ready = Arc::clone(ready);
        routes::health(move || ready.load(Ordering::Relaxed))
    };
    let loopback = addresses.api.ip().to_canonical().is_loopback();
    let metrics_beside_api = addresses.admin.is_none() && loopback;
    let all = health().merge(routes::metrics(metrics.clone()));
    let beside = if metrics_beside_api {
        all.clone()
    } else {
        health()
    };
    let admin = addresses.admin.map(|_| Site::without_api(all));
    Ok((Site::of_api(api, beside), admin))
}

/// The address as a client on this machine writes it.
fn endpoint(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    let port = address.port();
    if tls && (address.ip().is_unspecified() || address.ip().is_loopback()) {
        // Certificates name hosts, seldom addresses.
        format!("{scheme}://localhost:{port}")
    } else if address.ip().is_unspecified() {
        format!("{scheme}://127.0.0.1:{port}")
    } else {
        format!("{scheme}://{address}")
    }
}

/// The signals that stop the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn install() -> Result<Self, AppError> {
        let of = |kind| signal(kind).map_err(|e| AppError::Machine("listen for signals", e));
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_can_be_called_from_this_machine() {
        let endpoint = |text: &str, tls| endpoint(text.parse().unwrap(), tls);
        assert_eq!(endpoint("127.0.0.1:1", false), "http://127.0.0.1:1");
        assert_eq!(endpoint("0.0.0.0:1", false), "http://127.0.0.1:1");
        assert_eq!(endpoint("[::1]:1", false), "http://[::1]:1");
        assert_eq!(endpoint("[::]:1", true), "https://localhost:1");
        assert_eq!(endpoint("10.0.0.1:1", true), "https://10.0.0.1:1");
    }
}
