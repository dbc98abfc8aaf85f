//! The data of a server: its directory, its database and the rules on it, made ready to serve.

use std::error::Error;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Announce, AppError};
use crate::bootstrap::{self, BootstrapError, CREDENTIALS_FILE, DATABASE_FILE, DataDir};
use crate::config::Settings;
use crate::credential::seal::MasterKey;
use crate::iam::federation::FederationConfig;
use crate::iam::federation::saml::SamlConfig;
use crate::iam::federation::saml::verify::Sha1;
use crate::iam::outbound::{Outbound, SystemResolver};
use crate::iam::secrets::Secrets;
use crate::iam::{Iam, IamConfig};
use crate::model::catalog;
use crate::model::quotas::Quotas;
use crate::operator::adoption::{Adopted, Adoption, Idle};
use crate::operator::control::{self, Request, Response, SeedRequest};
use crate::operator::seed::{Options, SeedSource};
use crate::policy::ids::AccessKeyId;
use crate::ports::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::store;

/// The database and the rules on it; the data directory is held as long as this is.
pub struct Data {
    /// The rules, and the store below them.
    pub iam: Arc<Iam>,
    pub(super) dir: Option<DataDir>,
}

/// Opens the data of a server that does not run, for an operator's command. What a first start
/// makes is made; it is in the data directory and not announced.
///
/// # Errors
/// [`AppError`]; among others while a server holds the data directory.
pub async fn open_offline(settings: &Settings) -> Result<Data, AppError> {
    let endpoint = super::endpoint(settings.listener.listen, settings.has_tls());
    let dir = data_dir(settings)?;
    Data::open(settings, dir, &endpoint, &mut Silence).await
}

/// Makes a database that was copied or restored one that can be started on.
///
/// # Errors
/// [`AppError`]; among others while a server holds the data directory.
pub async fn adopt_database(settings: &Settings, adoption: Adoption) -> Result<Adopted, AppError> {
    let held = data_dir(settings)?;
    let dir = held.as_ref();
    let entropy = SystemEntropy::default();
    let master_key = master_key(settings, dir, &entropy)?;
    let store = store::open_with(&database_url(settings, dir), (&settings.postgres).into())
        .await
        .map_err(AppError::Store)?;
    let idle = Idle {
        store: &*store,
        dir,
        master_key: &master_key,
        clock: &SystemClock::default(),
        entropy: &entropy,
    };
    let adopted = idle.adopt(adoption).await;
    store.close().await;
    Ok(adopted?)
}

/// Announces nothing.
struct Silence;

impl Announce for Silence {
    fn first_start(&mut self, _text: &str) {}
    fn listening(&mut self, _endpoint: &str) {}
}

/// The data directory, held; `None` where nothing is kept.
pub(super) fn data_dir(settings: &Settings) -> Result<Option<DataDir>, AppError> {
    let dir = (!settings.storage.ephemeral).then(|| DataDir::open(&settings.storage.data_dir));
    Ok(dir.transpose()?)
}

impl Data {
    pub(super) async fn open(
        settings: &Settings,
        held: Option<DataDir>,
        endpoint: &str,
        announce: &mut dyn Announce,
    ) -> Result<Self, AppError> {
        extend_catalog(settings)?;
        let dir = held.as_ref();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let master_key = master_key(settings, dir, &*entropy)?;
        let store = store::open_with(&database_url(settings, dir), (&settings.postgres).into())
            .await
            .map_err(AppError::Store)?;
        let incarnation = bootstrap::incarnation(&*store, dir, &*entropy).await?;
        let source = bootstrap::FirstAccountSource {
            settings: &settings.account,
            endpoint,
            seal: &|id: &AccessKeyId, secret: &str| {
                Secrets::new(&master_key, incarnation).seal_access_key(id, secret)
            },
            clock: &*clock,
            entropy: &*entropy,
        };
        let first = bootstrap::first_account(&*store, dir, &source).await?;
        if let Some(credentials) = &first {
            let file = dir.map(|dir| dir.file(CREDENTIALS_FILE));
            // Where nothing is kept, the secret has no other place.
            let show_secret = file.is_none() || std::io::stdout().is_terminal();
            let text = bootstrap::greeting(credentials, file.as_deref(), show_secret, &program());
            announce.first_start(&text);
        }
        let iam = Iam::start(IamConfig {
            store,
            clock,
            entropy,
            master_key,
            incarnation,
            quotas: Quotas::from(&settings.quotas),
            clock_window_seconds: settings.api.clock_window_seconds,
            data_dir: dir.map(|dir| dir.path().to_owned()),
            new_database: first.is_some(),
            cache_bytes: settings.api.cache_bytes,
            max_nonces: settings.api.max_nonces,
            max_staleness: Duration::from_secs(settings.postgres.max_staleness_seconds),
            federation: federation(settings)?,
        })
        .await?;
        Ok(Self { iam, dir: held })
    }
}

/// What identity providers are reached with.
fn federation(settings: &Settings) -> Result<FederationConfig, AppError> {
    let federation = &settings.federation;
    // Checked with the settings.
    let openings = federation.outbound_allow.iter();
    let openings = openings.filter_map(|text| text.parse().ok()).collect();
    let ca_file = federation.outbound_ca_file.as_deref();
    let outbound = Outbound::new(Arc::new(SystemResolver), openings, ca_file)?;
    Ok(FederationConfig {
        outbound: Arc::new(outbound),
        saml: SamlConfig {
            recipients: federation.saml_recipients.clone(),
            sha1: if federation.saml_allow_sha1 {
                Sha1::Taken
            } else {
                Sha1::Refused
            },
        },
        max_chain_seconds: federation.max_chain_seconds.into(),
    })
}

/// Puts the services of the operator's file beside the vendor's.
///
/// # Errors
/// [`AppError::Services`].
pub fn extend_catalog(settings: &Settings) -> Result<(), AppError> {
    let Some(path) = &settings.storage.services_file else {
        return Ok(());
    };
    let extend = || -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut text = String::new();
        let bound = catalog::MAX_SERVICES_BYTES as u64 + 1;
        let file = std::fs::File::open(path)?;
        file.take(bound).read_to_string(&mut text)?;
        Ok(catalog::extend(catalog::read_services(&text)?)?)
    };
    extend().map_err(|source| AppError::Services {
        path: path.clone(),
        source,
    })
}

/// The master key, with the other one while it is being rotated.
fn master_key(
    settings: &Settings,
    dir: Option<&DataDir>,
    entropy: &dyn Entropy,
) -> Result<MasterKey, BootstrapError> {
    let storage = &settings.storage;
    let key = bootstrap::master_key(storage.master_key_file.as_deref(), dir, entropy)?;
    Ok(match &storage.other_master_key_file {
        None => key,
        Some(path) => key.with_other(&bootstrap::read_master_key(path)?),
    })
}

fn database_url(settings: &Settings, dir: Option<&DataDir>) -> String {
    match (&settings.storage.database, dir) {
        (Some(url), _) => url.expose().to_owned(),
        (None, Some(dir)) => format!("sqlite:{}", dir.file(DATABASE_FILE).display()),
        (None, None) => "sqlite::memory:".to_owned(),
    }
}

/// Applies a seed file. What was removed or changed by a call since stays so.
///
/// # Errors
/// [`AppError::Seed`].
pub(super) async fn apply_seed(iam: &Arc<Iam>, path: &Path) -> Result<(), AppError> {
    let failed = |source: Box<dyn Error + Send + Sync>| AppError::Seed {
        path: path.to_owned(),
        source,
    };
    let source = SeedSource::read(path).map_err(|e| failed(e.into()))?;
    let options = Options::default();
    match control::execute(iam, Request::Seed(SeedRequest { source, options })).await {
        Response::Seed(report) => {
            tracing::info!(
                path = %path.display(),
                changes = report.changes(),
                impossible = report.impossible(),
                "applied the seed"
            );
            Ok(())
        }
        Response::Failed { message } => Err(failed(message.into())),
        _ => Err(failed("an answer to another question".into())),
    }
}

/// This binary as it was called, for lines that are to be pasted.
fn program() -> String {
    std::env::args()
        .next()
        .unwrap_or_else(|| "rampart".to_owned())
}
