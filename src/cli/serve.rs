//! `rampart serve`: flags over environment over file over defaults, then serve until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use confique::Layer as _;

use super::{USAGE, failure};
use crate::app;
use crate::config::{ConfigError, Layer, LogFormat, Settings};

/// The flags of the server's settings.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Say whether the settings can be used, and do not start.
    #[arg(long)]
    check_config: bool,
}

/// Flags that say which data is meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct DataArgs {
    /// A file of settings (TOML); `rampart check-config --example` prints one with every key.
    #[arg(long, env = "RAMPART_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory [default: ./rampart-data].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The database: `sqlite:<path>` or `postgres://...` [default: rampart.db in the data directory].
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The master key: 32 bytes in base64; needed with PostgreSQL.
    #[arg(long, value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// While the master key is rotated, the other of the two: it opens and does not seal.
    #[arg(long, value_name = "FILE")]
    other_master_key_file: Option<PathBuf>,
}

/// Flags that say where settings come from, or are settings.
#[derive(Debug, Default, clap::Args)]
pub(super) struct SettingsArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The address of the API [default: 127.0.0.1:7267].
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// A second address, for metrics and health alone.
    #[arg(long, value_name = "ADDR")]
    admin_listen: Option<SocketAddr>,
    /// Speak plain HTTP beyond loopback: for use behind a proxy that ends TLS.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    insecure_plaintext: Option<bool>,
    /// The certificate and its chain, PEM.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// `auto`: a certificate that the server makes itself (not built yet).
    #[arg(long, value_name = "auto")]
    tls: Option<String>,
    /// Keep everything in memory and leave nothing on disk.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    ephemeral: Option<bool>,
    /// A seed file to apply at the start; can be given several times.
    #[arg(long, value_name = "FILE")]
    seed: Vec<PathBuf>,
    /// A private address that issuers of OIDC tokens may have: `host=network`; can be given several
    /// times.
    #[arg(long, value_name = "HOST=NETWORK")]
    outbound_allow: Vec<String>,
    /// Certificates that issuers' may come from, beside the machine's roots, PEM.
    #[arg(long, value_name = "FILE")]
    outbound_ca: Option<PathBuf>,
    /// An address that this deployment's users sign on at with SAML, as assertions name it in
    /// `Recipient`; can be given several times.
    #[arg(long, value_name = "URL")]
    saml_recipient: Vec<String>,
    /// How log lines are written [default: text].
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// Which log lines are written [default: info].
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl DataArgs {
    /// The settings that these flags, the environment and the file give.
    pub(super) fn load(self) -> Result<Settings, ConfigError> {
        self.load_over(Layer::empty())
    }

    fn load_over(self, mut layer: Layer) -> Result<Settings, ConfigError> {
        layer.storage.data_dir = self.data_dir;
        layer.storage.database = self.database.map(Into::into);
        layer.storage.master_key_file = self.master_key_file;
        layer.storage.other_master_key_file = self.other_master_key_file;
        Settings::load(layer, self.config.as_deref())
    }
}

impl SettingsArgs {
    /// The settings that these flags, the environment and the file give.
    pub(super) fn load(self) -> Result<Settings, ConfigError> {
        let mut layer = Layer::empty();
        layer.listener.listen = self.listen;
        layer.listener.admin_listen = self.admin_listen;
        layer.listener.insecure_plaintext = self.insecure_plaintext;
        layer.tls.cert_file = self.tls_cert;
        layer.tls.key_file = self.tls_key;
        layer.tls.mode = self.tls;
        layer.storage.ephemeral = self.ephemeral;
        layer.storage.seed_files = (!self.seed.is_empty()).then_some(self.seed);
        layer.federation.outbound_allow =
            (!self.outbound_allow.is_empty()).then_some(self.outbound_allow);
        layer.federation.outbound_ca_file = self.outbound_ca;
        layer.federation.saml_recipients =
            (!self.saml_recipient.is_empty()).then_some(self.saml_recipient);
        layer.log.format = self.log_format;
        layer.log.level = self.log_level;
        self.data.load_over(layer)
    }
}

impl ServeArgs {
    pub(super) fn run(self) -> ExitCode {
        let settings = match self.settings.load() {
            Ok(settings) => settings,
            Err(error) => return failure(&error, USAGE),
        };
        if self.check_config {
            println!("the settings can be used");
            return ExitCode::SUCCESS;
        }
        let runtime = match tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return failure(&error, 1),
        };
        match runtime.block_on(app::serve(settings, &mut app::Console)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error, 1),
        }
    }
}
