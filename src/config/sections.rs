//! The sections of the settings. Their texts are the sample file's.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Sensitive;
use crate::model::quotas::Quotas;
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::PostgresOptions;

/// See [`Settings::listener`](super::Settings::listener).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Listener {
    /// The address of the API. Beyond loopback it needs TLS, or `insecure_plaintext`. Port 0 takes
    /// a free one.
    #[config(env = "RAMPART_LISTEN", default = "127.0.0.1:7267")]
    pub listen: SocketAddr,

    /// A second address, for `/metrics`, `/healthz` and `/readyz` alone. Without it `/metrics`
    /// is served beside the API if that is on loopback, else nowhere.
    #[config(env = "RAMPART_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,

    /// Lets a listener beyond loopback speak plain HTTP: for use behind a proxy that ends TLS.
    #[config(env = "RAMPART_INSECURE_PLAINTEXT", default = false)]
    pub insecure_plaintext: bool,

    /// Connections at once.
    #[config(env = "RAMPART_MAX_CONNECTIONS", default = 4096)]
    pub max_connections: usize,

    /// Connections at once from one IPv4 address or IPv6 /64; trusted proxies are exempt.
    #[config(env = "RAMPART_MAX_CONNECTIONS_PER_PEER", default = 1024)]
    pub max_connections_per_peer: usize,

    /// A connection that has been silent this long, or has not finished its next request's head
    /// this long after the one before, is closed, before twice that. Clients keep connections for a
    /// minute or more.
    #[config(env = "RAMPART_IDLE_TIMEOUT_SECONDS", default = 75)]
    pub idle_timeout_seconds: u64,

    /// How long a TLS handshake may take.
    #[config(env = "RAMPART_HANDSHAKE_TIMEOUT_SECONDS", default = 10)]
    pub handshake_timeout_seconds: u64,

    /// How long requests in flight may take to finish once the server is told to stop.
    #[config(env = "RAMPART_SHUTDOWN_TIMEOUT_SECONDS", default = 10)]
    pub shutdown_timeout_seconds: u64,

    /// Proxies whose word on the client's address and scheme is taken: addresses or networks, as
    /// `10.0.0.0/8`. In the environment with commas between.
    #[config(
        env = "RAMPART_TRUSTED_PROXIES",
        default = [],
        parse_env = list,
    )]
    pub trusted_proxies: Vec<String>,
}

/// See [`Settings::tls`](super::Settings::tls).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Tls {
    /// The certificate and its chain, PEM.
    #[config(env = "RAMPART_TLS_CERT")]
    pub cert_file: Option<PathBuf>,

    /// The certificate's private key, PEM.
    #[config(env = "RAMPART_TLS_KEY")]
    pub key_file: Option<PathBuf>,

    /// `auto` is reserved for a certificate that the server makes itself; not built yet.
    #[config(env = "RAMPART_TLS")]
    pub mode: Option<String>,
}

/// See [`Settings::storage`](super::Settings::storage).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Storage {
    /// The data directory: the embedded database, the master key, root's first credentials, the
    /// control socket. Made with mode 0700 if it is not there.
    #[config(env = "RAMPART_DATA_DIR", default = "./rampart-data")]
    pub data_dir: PathBuf,

    /// The database: `sqlite:<path>` or `postgres://user@host/name`. Without it,
    /// `rampart.db` in the data directory.
    #[config(env = "RAMPART_DATABASE")]
    pub database: Option<Sensitive>,

    /// A file that holds the database's URL instead.
    #[config(env = "RAMPART_DATABASE_FILE")]
    pub database_file: Option<PathBuf>,

    /// Lets PostgreSQL on another host be reached without `sslmode=verify-full`.
    #[config(env = "RAMPART_INSECURE_DATABASE", default = false)]
    pub insecure_database: bool,

    /// The master key: 32 bytes in base64 (`rampart key generate`). Needed with PostgreSQL;
    /// embedded, `master.key` in the data directory is made at the first start.
    #[config(env = "RAMPART_MASTER_KEY_FILE")]
    pub master_key_file: Option<PathBuf>,

    /// While the master key is rotated, the other of the two: what is sealed under it opens, and
    /// nothing is sealed under it.
    #[config(env = "RAMPART_OTHER_MASTER_KEY_FILE")]
    pub other_master_key_file: Option<PathBuf>,

    /// Keeps everything in memory and leaves nothing on disk.
    #[config(env = "RAMPART_EPHEMERAL", default = false)]
    pub ephemeral: bool,

    /// Seed files, applied at each start in this order; what was removed meanwhile stays removed.
    /// In the environment with commas between.
    #[config(
        env = "RAMPART_SEED",
        default = [],
        parse_env = paths,
    )]
    pub seed_files: Vec<PathBuf>,

    /// A YAML file of services beside the vendor's that have roles of their own in accounts, and of
    /// documents that the vendor does not publish. Every server on the database has the same.
    #[config(env = "RAMPART_SERVICES_FILE")]
    pub services_file: Option<PathBuf>,
}

/// See [`Settings::postgres`](super::Settings::postgres).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Postgres {
    /// Connections that read, of each server process. Two more are for freshness and readiness.
    #[config(env = "RAMPART_POSTGRES_READERS", default = 8)]
    pub readers: u32,

    /// Connections that write, of each server process.
    #[config(env = "RAMPART_POSTGRES_WRITERS", default = 8)]
    pub writers: u32,

    /// How long a call waits for a connection, and a writer for its turn in its account; beyond,
    /// it is answered 503.
    #[config(env = "RAMPART_POSTGRES_WAIT_SECONDS", default = 10)]
    pub wait_seconds: u64,

    /// How long a statement may take.
    #[config(env = "RAMPART_POSTGRES_STATEMENT_TIMEOUT_SECONDS", default = 10)]
    pub statement_timeout_seconds: u64,

    /// How long a statement waits for a lock.
    #[config(env = "RAMPART_POSTGRES_LOCK_TIMEOUT_SECONDS", default = 5)]
    pub lock_timeout_seconds: u64,

    /// How old what is decided on may be while PostgreSQL does not answer; 0 for never, else up to
    /// 300. Only for calls that change nothing and mint no session. What is given up: a revoked
    /// right counts for that long at a server that is cut off, and a signed request can be repeated
    /// once at each such server.
    #[config(env = "RAMPART_POSTGRES_MAX_STALENESS_SECONDS", default = 0)]
    pub max_staleness_seconds: u64,
}

/// See [`Settings::account`](super::Settings::account).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct FirstAccount {
    /// The first account's id: 16 digits. Drawn if it is not given.
    #[config(env = "RAMPART_ACCOUNT_ID")]
    pub id: Option<AccountId>,

    /// The id of root's first AccessKey. Drawn if it is not given.
    #[config(env = "RAMPART_ROOT_ACCESS_KEY_ID")]
    pub root_access_key_id: Option<AccessKeyId>,

    /// Its secret: at least 20 characters, and one that stands in no published example.
    #[config(env = "RAMPART_ROOT_ACCESS_KEY_SECRET")]
    pub root_access_key_secret: Option<Sensitive>,

    /// A file that holds the secret instead.
    #[config(env = "RAMPART_ROOT_ACCESS_KEY_SECRET_FILE")]
    pub root_access_key_secret_file: Option<PathBuf>,
}

/// See [`Settings::api`](super::Settings::api).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Api {
    /// How far a request's time may be from the server's, either way.
    #[config(env = "RAMPART_CLOCK_WINDOW_SECONDS", default = 900)]
    pub clock_window_seconds: u32,

    /// The answer's format where a call of the RPC scheme names none: `xml` or `json`.
    #[config(env = "RAMPART_DEFAULT_RPC_FORMAT", default = "xml")]
    pub default_rpc_format: RpcFormat,

    /// The longest body.
    #[config(env = "RAMPART_MAX_BODY_BYTES", default = 1_048_576)]
    pub max_body_bytes: usize,

    /// How long a body may take to arrive.
    #[config(env = "RAMPART_BODY_TIMEOUT_SECONDS", default = 20)]
    pub body_timeout_seconds: u64,

    /// How much memory keys, roles and compiled policies may take.
    #[config(env = "RAMPART_CACHE_BYTES", default = 268_435_456)]
    pub cache_bytes: usize,

    /// How many nonces are remembered at once, of which one account gets three quarters; beyond,
    /// its callers are answered 503 until the oldest are forgotten. 1800 for each call a second
    /// of the busiest account, 13 to 22 bytes each; with PostgreSQL 2600, those that this server
    /// put into the database.
    #[config(env = "RAMPART_MAX_NONCES", default = 8_388_608)]
    pub max_nonces: usize,
}

/// See [`Settings::federation`](super::Settings::federation).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Federation {
    /// Addresses of private networks and of this machine that issuers may have: `host=network`, as
    /// `idp.internal=10.1.0.0/16`. Without an entry, requests for an issuer's keys go to public
    /// addresses alone. In the environment with commas between.
    #[config(
        env = "RAMPART_OUTBOUND_ALLOW",
        default = [],
        parse_env = list,
    )]
    pub outbound_allow: Vec<String>,

    /// Certificates that issuers' may come from, beside the machine's roots: PEM.
    #[config(env = "RAMPART_OUTBOUND_CA")]
    pub outbound_ca_file: Option<PathBuf>,

    /// The addresses that the users of this deployment sign on at with SAML: what the `Recipient` of
    /// an assertion must be, character by character. Without any no assertion is taken. The vendor's
    /// own address counts where it is named here. In the environment with commas between.
    #[config(
        env = "RAMPART_SAML_RECIPIENT",
        default = [],
        parse_env = list,
    )]
    pub saml_recipients: Vec<String>,

    /// Whether signatures and digests with SHA-1 are taken, for SAML providers that cannot do better:
    /// it can be forged by who can choose what is signed.
    #[config(env = "RAMPART_SAML_ALLOW_SHA1", default = false)]
    pub saml_allow_sha1: bool,

    /// How long after its first session a chain of sessions, in which each takes the next role or
    /// its own again, comes to its end.
    #[config(env = "RAMPART_MAX_CHAIN_SECONDS", default = 43_200)]
    pub max_chain_seconds: u32,
}

/// See [`Settings::quotas`](super::Settings::quotas).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct QuotaSettings {
    /// RAM users in the account.
    #[config(env = "RAMPART_QUOTA_USERS", default = 5000)]
    pub users: u32,
    /// Groups in the account.
    #[config(env = "RAMPART_QUOTA_GROUPS", default = 300)]
    pub groups: u32,
    /// Groups that one RAM user is in.
    #[config(env = "RAMPART_QUOTA_GROUPS_PER_USER", default = 10)]
    pub groups_per_user: u32,
    /// Roles in the account.
    #[config(env = "RAMPART_QUOTA_ROLES", default = 1000)]
    pub roles: u32,
    /// Custom policies in the account.
    #[config(env = "RAMPART_QUOTA_POLICIES", default = 1500)]
    pub policies: u32,
    /// Versions of one custom policy.
    #[config(env = "RAMPART_QUOTA_VERSIONS_PER_POLICY", default = 5)]
    pub versions_per_policy: u32,
    /// Access keys of one RAM user.
    #[config(env = "RAMPART_QUOTA_ACCESS_KEYS_PER_USER", default = 2)]
    pub access_keys_per_user: u32,
    /// Access keys of the account itself.
    #[config(env = "RAMPART_QUOTA_ACCESS_KEYS_PER_ACCOUNT", default = 2)]
    pub access_keys_per_account: u32,
    /// Custom policies attached to one user, group or role.
    #[config(env = "RAMPART_QUOTA_CUSTOM_POLICIES_PER_PRINCIPAL", default = 10)]
    pub custom_policies_per_principal: u32,
    /// System policies attached to one user, group or role.
    #[config(env = "RAMPART_QUOTA_SYSTEM_POLICIES_PER_PRINCIPAL", default = 20)]
    pub system_policies_per_principal: u32,
    /// Resources that are registered to use one service-linked role.
    #[config(env = "RAMPART_QUOTA_USAGES_PER_ROLE", default = 1000)]
    pub usages_per_role: u32,
    /// Virtual MFA devices in the account.
    #[config(env = "RAMPART_QUOTA_VIRTUAL_MFA_DEVICES", default = 1000)]
    pub virtual_mfa_devices: u32,
    /// OIDC providers in the account.
    #[config(env = "RAMPART_QUOTA_OIDC_PROVIDERS", default = 100)]
    pub oidc_providers: u32,
    /// Client ids of one OIDC provider.
    #[config(env = "RAMPART_QUOTA_CLIENT_IDS_PER_OIDC_PROVIDER", default = 50)]
    pub client_ids_per_oidc_provider: u32,
    /// Fingerprints of one OIDC provider.
    #[config(env = "RAMPART_QUOTA_FINGERPRINTS_PER_OIDC_PROVIDER", default = 5)]
    pub fingerprints_per_oidc_provider: u32,
    /// SAML providers in the account.
    #[config(env = "RAMPART_QUOTA_SAML_PROVIDERS", default = 100)]
    pub saml_providers: u32,
    /// Tags on one resource.
    #[config(env = "RAMPART_QUOTA_TAGS_PER_RESOURCE", default = 20)]
    pub tags_per_resource: u32,
}

/// See [`Settings::log`](super::Settings::log).
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Log {
    /// `text` or `json`.
    #[config(env = "RAMPART_LOG_FORMAT", default = "text")]
    pub format: LogFormat,

    /// `error`, `warn`, `info`, `debug` or `trace`, or directives as `info,rampart::wire=debug`.
    #[config(env = "RAMPART_LOG_LEVEL", default = "info")]
    pub level: String,
}

/// How answers of the RPC scheme are written where the call does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RpcFormat {
    /// As the vendor documents for RAM and STS.
    Xml,
    /// As the vendor documents for Resource Manager.
    Json,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl From<&Postgres> for PostgresOptions {
    fn from(settings: &Postgres) -> Self {
        Self {
            readers: settings.readers,
            writers: settings.writers,
            statement_timeout: Duration::from_secs(settings.statement_timeout_seconds),
            lock_timeout: Duration::from_secs(settings.lock_timeout_seconds),
            wait: Duration::from_secs(settings.wait_seconds),
            ..Self::default()
        }
    }
}

impl From<&QuotaSettings> for Quotas {
    fn from(settings: &QuotaSettings) -> Self {
        Self {
            users: settings.users,
            groups: settings.groups,
            groups_per_user: settings.groups_per_user,
            roles: settings.roles,
            policies: settings.policies,
            versions_per_policy: settings.versions_per_policy,
            access_keys_per_user: settings.access_keys_per_user,
            access_keys_per_account: settings.access_keys_per_account,
            custom_policies_per_principal: settings.custom_policies_per_principal,
            system_policies_per_principal: settings.system_policies_per_principal,
            usages_per_role: settings.usages_per_role,
            virtual_mfa_devices: settings.virtual_mfa_devices,
            oidc_providers: settings.oidc_providers,
            client_ids_per_oidc_provider: settings.client_ids_per_oidc_provider,
            fingerprints_per_oidc_provider: settings.fingerprints_per_oidc_provider,
            saml_providers: settings.saml_providers,
            tags_per_resource: settings.tags_per_resource,
        }
    }
}

/// A list in an environment variable has nothing between two commas.
#[derive(Debug, thiserror::Error)]
#[error("an item of the list is empty")]
struct EmptyItemError;

fn list(text: &str) -> Result<Vec<String>, EmptyItemError> {
    let item = |item: &str| match item.trim() {
        "" => Err(EmptyItemError),
        item => Ok(item.to_owned()),
    };
    text.split(',').map(item).collect()
}

fn paths(text: &str) -> Result<Vec<PathBuf>, EmptyItemError> {
    Ok(list(text)?.into_iter().map(PathBuf::from).collect())
}
