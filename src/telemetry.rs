//! Logs and metrics.
//!
//! Logs go to the standard error stream; `error` means that someone must act. Metrics are rendered
//! as Prometheus text for `/metrics`; their labels come from the registry and the error catalogue.
//! No secret, token, signature, policy text or raw body reaches either.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// What libraries below us may say unless the operator asks for more: sqlx writes whole statements
/// at `debug` and slow ones at `warn`.
const LIBRARIES: &str = "sqlx=error,hyper=warn,h2=warn,rustls=warn,reqwest=warn,tower=warn";

/// Sends log lines to the standard error stream. The first call decides; later ones change nothing.
pub fn start_logs(log: &Log) {
    let directives = format!("{LIBRARIES},{}", log.level);
    // The level was parsed when the settings were validated.
    let filter = EnvFilter::builder().parse_lossy(directives);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let outcome = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // A test process starts several servers; they share the first one's lines.
    drop(outcome);
}

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Starts to count. The first call in a process installs the recorder that `metrics::counter!`
    /// and its like write to.
    pub fn start() -> Self {
        static SHARED: std::sync::OnceLock<Metrics> = std::sync::OnceLock::new();
        SHARED.get_or_init(Self::install).clone()
    }

    fn install() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed: /metrics stays empty");
        }
        metrics::describe_gauge!("rampart_connections", "open client connections");
        metrics::describe_counter!(
            "rampart_connections_refused_total",
            "connections closed at once because too many were open, by bound"
        );
        metrics::describe_gauge!("rampart_build_info", "1, with the version as label");
        metrics::gauge!("rampart_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Self { handle }
    }

    /// The Prometheus text.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds what histograms have gathered; to be called every few seconds.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
