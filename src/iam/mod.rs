//! Rules that several operations share, and the state of a running server that they need.
//!
//! [`Iam`] holds that state. The pipeline (`wire`) asks it, in this order, who signed ([`authn`]),
//! on which state of the accounts to decide ([`freshness`]) and whether the nonce is new
//! ([`replay`]), what the caller may ([`authz`], [`sessions`]), and for a transaction ([`mod@write`]).

pub mod audit;
pub mod authn;
pub mod authz;
pub mod batch;
mod cache;
mod caches;
pub mod caller;
pub mod context;
pub mod diagnosis;
pub mod federation;
pub mod fixed_secret;
pub mod freshness;
pub mod generate;
pub mod key_policy;
pub mod key_ring;
pub mod key_uses;
pub mod keys;
pub mod linked_roles;
pub(crate) mod maps;
mod named;
pub mod nonce_key;
pub mod outbound;
pub mod passwords;
pub(crate) mod plain;
pub mod quotas;
pub mod replay;
pub mod resource_tags;
pub mod secrets;
pub mod sessions;
mod shelf;
pub mod staleness;
pub mod views;
pub mod write;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::credential::seal::{Incarnation, MasterKey, NonceHasher};
use crate::credential::time::TimeWindow;
use crate::iam::audit::Refusals;
use crate::iam::authz::SessionPolicies;
use crate::iam::diagnosis::Diagnoses;
use crate::iam::federation::{Federation, FederationConfig};
use crate::iam::freshness::Freshness;
use crate::iam::key_ring::{KeyRing, KeyRingError};
use crate::iam::key_uses::KeyUses;
use crate::iam::keys::Keys;
use crate::iam::nonce_key::{NonceKeyError, nonce_key};
use crate::iam::passwords::Passwords;
use crate::iam::replay::Replay;
use crate::iam::replay::mark::{LEAD_SECONDS, Mark};
use crate::iam::replay::shares::Shares;
use crate::iam::secrets::Secrets;
use crate::iam::staleness::Staleness;
use crate::model::quotas::Quotas;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::whole::REPLAY_FLOOR;
use crate::store::{Store, StoreError};

/// What a server is started with.
pub struct IamConfig {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The key from which all others come.
    pub master_key: MasterKey,
    /// Which database this is.
    pub incarnation: Incarnation,
    /// Limits of every account.
    pub quotas: Quotas,
    /// How far a request's time may be from now, either way, in seconds.
    pub clock_window_seconds: u32,
    /// Where an embedded server keeps its replay mark; `None` where nothing outlives the process.
    pub data_dir: Option<PathBuf>,
    /// Whether this start made the database, so that no request was taken on it before.
    pub new_database: bool,
    /// What all cached views together may weigh, in bytes.
    pub cache_bytes: usize,
    /// How many nonces an embedded server keeps.
    pub max_nonces: usize,
    /// How old a state may be that is decided on while PostgreSQL does not answer; zero for never.
    pub max_staleness: Duration,
    /// Identity providers, and chains of sessions.
    pub federation: FederationConfig,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The ring of token keys.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
    /// The key of nonces.
    #[error(transparent)]
    NonceKey(#[from] NonceKeyError),
    /// The database.
    #[error("the database cannot be read")]
    Store(#[from] StoreError),
    /// The replay mark in the data directory.
    #[error("the replay mark in the data directory cannot be opened")]
    ReplayMark(#[from] std::io::Error),
}

/// The state of a running server.
#[derive(Debug)]
pub struct Iam {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Limits of every account.
    pub quotas: Quotas,
    /// Seals what the database holds.
    pub secrets: Arc<Secrets>,
    /// Seals session tokens.
    pub key_ring: KeyRing,
    /// Long-lived keys that were used lately.
    pub keys: Keys,
    /// When they were used, as far as it is not written yet.
    pub key_uses: KeyUses,
    /// What is known of accounts.
    pub freshness: Freshness,
    /// Nonces of an embedded server.
    pub replay: Replay,
    /// How many nonces this server has put into the database.
    pub nonce_shares: Shares,
    /// What bridges a time without the database.
    pub staleness: Staleness,
    /// Refusals since the last flush.
    pub refusals: Refusals,
    /// What denials tell.
    pub diagnoses: Diagnoses,
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// Compiled session policies.
    pub session_policies: SessionPolicies,
    /// Keys of identity providers, and what strangers may ask for.
    pub federation: Federation,
    /// Requests dated up to here (unix seconds) are refused: the database that this one was made
    /// from may have taken them.
    replay_floor: i64,
    nonce_hasher: NonceHasher,
    window: TimeWindow,
    forgotten_at: AtomicI64,
    flushed_at: AtomicI64,
    uses_written_at: AtomicI64,
    deletions_taken_up_at: AtomicI64,
}

impl std::fmt::Debug for dyn Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

impl std::fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl std::fmt::Debug for dyn Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy(..)")
    }
}

/// How long a request waits for what the database is asked in a batch: some of the vendor's clients give
/// up after three seconds, and would not learn why.
const PATIENCE: Duration = Duration::from_millis(2500);
/// For how long it is kept what each transaction touched, in seconds: a replica that has not asked for
/// an account that long drops what it keeps of it.
const CHANGES_KEPT_SECONDS: i64 = 600;
/// How often refusals are written, in seconds.
const FLUSH_SECONDS: i64 = 2;
/// How often it is written when keys were used, in seconds.
const WRITE_USES_SECONDS: i64 = 30;
/// How often deletion tasks are taken up that whoever wrote them down has not done, in seconds.
const TAKE_UP_SECONDS: i64 = 5;
/// How often what need not be kept any longer is deleted from the database, in seconds.
const FORGET_SECONDS: i64 = 60;
/// How long deletion tasks that are done are kept, in seconds: 90 days.
const DELETIONS_KEPT_SECONDS: i64 = 90 * 86_400;
/// How long counts of refusals are kept, in minutes: 90 days.
const REFUSALS_KEPT_MINUTES: i64 = 90 * 24 * 60;

impl Iam {
    /// Takes up what the database and the data directory hold. After an unclean stop it waits the
    /// second or two until requests of now cannot have been accepted before.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: IamConfig) -> Result<Arc<Self>, StartError> {
        let IamConfig {
            store,
            clock,
            entropy,
            ..
        } = config;
        let secrets = Arc::new(Secrets::new(&config.master_key, config.incarnation));
        let key_ring = KeyRing::open(
            Arc::clone(&store),
            Arc::clone(&secrets),
            Arc::clone(&clock),
            Arc::clone(&entropy),
        )
        .await?;
        let nonce_key = nonce_key(&*store, &secrets, &config.master_key, &*entropy).await?;
        let replay_floor = replay_floor(&*store).await?;
        // What made this database a copy may have done so a moment ago.
        wait_past(replay_floor, clock.now()).await;
        let embedded = store.is_embedded();
        let mark = match config.data_dir.filter(|_| embedded) {
            Some(dir) => {
                let mark = Mark::open(&dir, clock.now(), config.new_database)?;
                wait_past(mark.floor(), clock.now()).await;
                Some(mark)
            }
            None => None,
        };
        let window = i64::from(config.clock_window_seconds);
        Ok(Arc::new(Self {
            keys: Keys::new(Arc::clone(&store), Arc::clone(&secrets), PATIENCE),
            freshness: Freshness::new(Arc::clone(&store), embedded, config.cache_bytes, PATIENCE),
            replay: Replay::new(config.max_nonces, window, mark),
            nonce_shares: Shares::new(config.max_nonces, window),
            staleness: Staleness::new(config.max_staleness, config.max_nonces, window),
            replay_floor,
            nonce_hasher: NonceHasher::new(&nonce_key),
            window: TimeWindow {
                seconds: config.clock_window_seconds,
            },
            quotas: config.quotas,
            refusals: Refusals::default(),
            diagnoses: Diagnoses::new(&config.master_key, config.incarnation),
            passwords: Passwords::default(),
            session_policies: SessionPolicies::default(),
            federation: Federation::new(config.federation, Arc::clone(&clock)),
            forgotten_at: AtomicI64::new(clock.now()),
            flushed_at: AtomicI64::new(clock.now()),
            uses_written_at: AtomicI64::new(clock.now()),
            // At the first tick: what a server that stopped left.
            deletions_taken_up_at: AtomicI64::new(i64::MIN),
            key_uses: KeyUses::default(),
            store,
            clock,
            entropy,
            secrets,
            key_ring,
        }))
    }

    /// How far a request's time may be from now.
    pub fn window(&self) -> TimeWindow {
        self.window
    }

    /// Does what is due now. Call it a few times a second.
    pub async fn tick(self: &Arc<Self>) {
        let now = self.clock.now();
        let own = Arc::clone(self);
        // The mark is written with fsync: not on a thread that serves requests.
        if tokio::task::spawn_blocking(move || own.replay.tick(now))
            .await
            .is_err()
        {
            tracing::error!("moving the replay mark failed");
        }
        let moved = self.freshness.take_system_moved();
        if let Err(error) = self.key_ring.tick(moved).await {
            tracing::error!(%error, "the token keys cannot be read");
        }
        if let Err(error) = self.staleness.hand_over(self.store.as_ref()).await {
            tracing::warn!(%error, "nonces taken without the database cannot be handed over yet");
        }
        self.freshness.trim();
        self.show_nonces();
        if now - self.flushed_at.load(Ordering::Relaxed) >= FLUSH_SECONDS {
            self.flushed_at.store(now, Ordering::Relaxed);
            if let Err(error) = self.refusals.flush(self.store.as_ref()).await {
                tracing::warn!(%error, "refusals cannot be written");
            }
        }
        if now - self.uses_written_at.load(Ordering::Relaxed) >= WRITE_USES_SECONDS {
            self.uses_written_at.store(now, Ordering::Relaxed);
            self.write_key_uses().await;
        }
        let taken_up_at = self.deletions_taken_up_at.load(Ordering::Relaxed);
        if now.saturating_sub(taken_up_at) >= TAKE_UP_SECONDS {
            self.deletions_taken_up_at.store(now, Ordering::Relaxed);
            if let Err(error) = self.take_up_deletions().await {
                tracing::warn!(%error, "deletion tasks cannot be taken up");
            }
        }
        if now - self.forgotten_at.load(Ordering::Relaxed) >= FORGET_SECONDS {
            self.forgotten_at.store(now, Ordering::Relaxed);
            self.forget(now).await;
        }
    }

    async fn write_key_uses(&self) {
        if let Err(error) = self.key_uses.flush(self.store.as_ref()).await {
            tracing::warn!(%error, "the last uses of access keys cannot be written");
        }
    }

    fn show_nonces(&self) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a floating-point number"
        )]
        metrics::gauge!("rampart_nonces")
            .set((self.replay.count() + self.nonce_shares.count()) as f64);
    }

    /// Deletes what the database need not keep any longer.
    async fn forget(&self, now: i64) {
        // Embedded these are assertions alone. The clock of another replica may be behind this one's
        // by as much as the window.
        let forgotten = self
            .store
            .forget_nonces(now, i64::from(self.window.seconds))
            .await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "old nonces cannot be deleted");
        }
        if let Err(error) = self.store.forget_changes(CHANGES_KEPT_SECONDS).await {
            tracing::warn!(%error, "old changes cannot be deleted");
        }
        let before = now.div_euclid(60) - REFUSALS_KEPT_MINUTES;
        if let Err(error) = self.store.forget_refusals(before).await {
            tracing::warn!(%error, "old counts of refusals cannot be deleted");
        }
        if let Err(error) = self
            .store
            .forget_deletions(now - DELETIONS_KEPT_SECONDS)
            .await
        {
            tracing::warn!(%error, "old deletion tasks cannot be deleted");
        }
    }

    /// Writes what a clean stop leaves behind. No request may come after it.
    pub async fn stop(&self) {
        if let Err(error) = self.refusals.flush(self.store.as_ref()).await {
            tracing::warn!(%error, "refusals cannot be written");
        }
        self.write_key_uses().await;
        if let Err(error) = self.replay.save(self.clock.now()) {
            tracing::error!(%error, "the nonces cannot be saved; the next start treats this stop as unclean");
        }
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        let patience = Duration::from_secs(2);
        matches!(
            tokio::time::timeout(patience, self.store.ping()).await,
            Ok(Ok(()))
        )
    }
}

/// Waits until requests of now are past the moment up to which requests are refused, where that is a
/// second or two away.
async fn wait_past(floor: i64, now: i64) {
    let seconds = floor.saturating_sub(now).saturating_add(1);
    if seconds > 0 {
        let seconds = seconds.min(LEAD_SECONDS + 1);
        tracing::warn!(seconds, "waiting until no request of now can be a replay");
        tokio::time::sleep(Duration::from_secs(seconds.unsigned_abs())).await;
    }
}

/// Up to which moment the database that this one was made from may have taken requests.
async fn replay_floor(store: &dyn Store) -> Result<i64, StoreError> {
    let mut system = store.begin_read(AccountId::SYSTEM).await?;
    match system.get_setting(REPLAY_FLOOR).await? {
        None => Ok(i64::MIN),
        Some(floor) => floor.parse().map_err(|_| StoreError::Corrupt {
            table: "settings",
            column: "value",
        }),
    }
}
