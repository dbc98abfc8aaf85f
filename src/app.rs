//! Composition: builds everything from the settings, serves, and stops cleanly.
//!
//! The order of a start: lock the data directory, take the addresses, open the database, settle
//! what must be there (`bootstrap`), start the rules and the pipeline, say hello, serve. A stop: no
//! more connections, requests in flight finish within a bound, what is in memory is saved, the
//! database is closed. A second signal ends the process at once.

mod connections;
mod routes;
mod server;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::bootstrap::{self, BootstrapError, CREDENTIALS_FILE, DATABASE_FILE, DataDir};
use crate::config::{RpcFormat, Settings};
use crate::iam::{Iam, IamConfig, StartError};
use crate::model::quotas::Quotas;
use crate::policy::ids::AccessKeyId;
use crate::ports::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::store::{self, Store, StoreError};
use crate::stub::{Api, WireSettings};
use crate::telemetry::{self, Metrics};

use connections::Connections;
use server::{Listening, Server, ServerOptions};

/// How often what is due is done.
const TICK: Duration = Duration::from_millis(250);

/// How often the database is asked whether it answers.
const READINESS_INTERVAL: Duration = Duration::from_secs(1);

/// After how many ticks the metrics are folded: every five seconds.
const TICKS_PER_UPKEEP: u32 = 20;

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
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Store(#[source] StoreError),
    /// The shared rules cannot start.
    #[error("cannot start")]
    Iam(#[from] StartError),
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
    let mut signals = Signals::install()?;
    let app = App::start(&settings, announce).await?;
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
    background: [JoinHandle<()>; 2],
    stopping: watch::Sender<bool>,
    shutdown_timeout: Duration,
    iam: Arc<Iam>,
    store: Arc<dyn Store>,
    addresses: Addresses,
    _data_dir: Option<DataDir>,
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
        let data_dir = (!settings.storage.ephemeral)
            .then(|| DataDir::open(&settings.storage.data_dir))
            .transpose()?;
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

        let data = Data::open(settings, data_dir.as_ref(), &addresses, announce).await?;
        let (iam, store) = (data.iam, data.store);

        let options = ServerOptions::of(settings).await?;
        let metrics = Metrics::start();
        let connections = Connections::new(&settings.listener);
        // The database has just answered.
        let ready = Arc::new(AtomicBool::new(true));
        let (api, admin) = routers(settings, &addresses, &iam, &ready, &metrics);
        let mut servers = vec![api_socket.serve(api, &options, &connections)];
        servers.extend(
            admin_socket
                .zip(admin)
                .map(|(socket, router)| socket.serve(router, &options, &connections)),
        );

        let (stopping, stopped) = watch::channel(false);
        let background = [
            tokio::spawn(do_what_is_due(Arc::clone(&iam), metrics, stopped.clone())),
            tokio::spawn(watch_readiness(Arc::clone(&iam), ready, stopped)),
        ];
        announce.listening(&addresses.endpoint);
        Ok(Self {
            servers,
            background,
            stopping,
            shutdown_timeout: Duration::from_secs(settings.listener.shutdown_timeout_seconds),
            iam,
            store,
            addresses,
            _data_dir: data_dir,
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
            self.iam.stop().await;
            self.store.close().await;
        };
        if tokio::time::timeout(SAVE_TIMEOUT, save).await.is_err() {
            tracing::error!("could not save what is in memory in time");
        } else {
            tracing::info!("stopped");
        }
    }
}

/// The database and the rules on it.
struct Data {
    store: Arc<dyn Store>,
    iam: Arc<Iam>,
}

impl Data {
    async fn open(
        settings: &Settings,
        dir: Option<&DataDir>,
        addresses: &Addresses,
        announce: &mut dyn Announce,
    ) -> Result<Self, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let given = settings.storage.master_key_file.as_deref();
        let master_key = bootstrap::master_key(given, dir, &*entropy)?;
        let store = store::open(&database_url(settings, dir))
            .await
            .map_err(AppError::Store)?;
        let incarnation = bootstrap::incarnation(&*store, dir, &*entropy).await?;
        let iam = Iam::start(IamConfig {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            master_key,
            incarnation,
            quotas: Quotas::from(&settings.quotas),
            clock_window_seconds: settings.api.clock_window_seconds,
            data_dir: dir.map(|dir| dir.path().to_owned()),
            cache_bytes: settings.api.cache_bytes,
            max_nonces: settings.api.max_nonces,
        })
        .await?;
        let source = bootstrap::FirstAccountSource {
            settings: &settings.account,
            endpoint: &addresses.endpoint,
            seal: &|id: &AccessKeyId, secret: &str| iam.secrets.seal_access_key(id, secret),
            clock: &*clock,
            entropy: &*entropy,
        };
        if let Some(credentials) = bootstrap::first_account(&*store, dir, &source).await? {
            let file = dir.map(|dir| dir.file(CREDENTIALS_FILE));
            // Where nothing is kept, the secret has no other place.
            let show_secret = file.is_none() || std::io::stdout().is_terminal();
            let text = bootstrap::greeting(&credentials, file.as_deref(), show_secret, &program());
            announce.first_start(&text);
        }
        Ok(Self { store, iam })
    }
}

fn database_url(settings: &Settings, dir: Option<&DataDir>) -> String {
    match (&settings.storage.database, dir) {
        (Some(url), _) => url.expose().to_owned(),
        (None, Some(dir)) => format!("sqlite:{}", dir.file(DATABASE_FILE).display()),
        (None, None) => "sqlite::memory:".to_owned(),
    }
}

/// The routers of the API's listener and of the one for metrics and health.
fn routers(
    settings: &Settings,
    addresses: &Addresses,
    iam: &Arc<Iam>,
    ready: &Arc<AtomicBool>,
    metrics: &Metrics,
) -> (Router, Option<Router>) {
    let api = Api::new(
        Arc::clone(iam),
        WireSettings {
            max_body_bytes: settings.api.max_body_bytes,
            default_rpc_format_json: settings.api.default_rpc_format == RpcFormat::Json,
            body_timeout_seconds: settings.api.body_timeout_seconds,
            trusted_proxies: settings.listener.trusted_proxies.clone(),
            secure_transport: settings.has_tls(),
        },
    );
    let health = || {
        let ready = Arc::clone(ready);
        routes::health(move || ready.load(Ordering::Relaxed))
    };
    let loopback = addresses.api.ip().to_canonical().is_loopback();
    let metrics_beside_api = addresses.admin.is_none() && loopback;
    let mut router = api.router().merge(health());
    if metrics_beside_api {
        router = router.merge(routes::metrics(metrics.clone()));
    }
    let admin = addresses
        .admin
        .map(|_| routes::complete(health().merge(routes::metrics(metrics.clone()))));
    (routes::complete(router), admin)
}

/// Does what is due, again and again, until told to stop.
async fn do_what_is_due(iam: Arc<Iam>, metrics: Metrics, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut since_upkeep = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => iam.tick().await,
            _ = stopped.changed() => return,
        }
        since_upkeep += 1;
        if since_upkeep == TICKS_PER_UPKEEP {
            since_upkeep = 0;
            metrics.upkeep();
        }
    }
}

/// Asks the database now and then, so that `/readyz` is answered from memory: however often it is
/// asked for, and however slow the database is.
async fn watch_readiness(
    iam: Arc<Iam>,
    ready: Arc<AtomicBool>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut rounds = tokio::time::interval(READINESS_INTERVAL);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = stopped.changed() => return,
        }
        let now = iam.ready().await;
        if ready.swap(now, Ordering::Relaxed) != now {
            if now {
                tracing::info!("the database answers again");
            } else {
                tracing::error!("the database does not answer");
            }
        }
    }
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

/// This binary as it was called, for lines that are to be pasted.
fn program() -> String {
    std::env::args()
        .next()
        .unwrap_or_else(|| "rampart".to_owned())
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
