//! The ring of keys that seal session tokens. It lives in the database, sealed under the master
//! key; every replica holds a copy and reloads it when it is due, or when a token names a key that
//! it does not know.
//!
//! A new key is published [`PUBLISH_SECONDS`] before it seals, so that every replica knows it by
//! then; an old one is kept for the longest session and an hour.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwapOption;

use crate::credential::seal::SealError;
use crate::credential::token::{Claims, TokenError, TokenKey, TokenRing};
use crate::iam::secrets::Secrets;
use crate::model::account::RevisionTag;
use crate::model::key::TokenKeyRecord;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::{Store, StoreError};

/// How long before its first use a key is published, in seconds.
pub const PUBLISH_SECONDS: i64 = 60;
/// The longest session and an hour, in seconds.
const KEEP_SECONDS: i64 = 43_200 + 3_600;
/// How often the ring is read again, in seconds.
const RELOAD_SECONDS: i64 = 20;
/// How often it is read again at most, whatever tokens name and whatever fails, in milliseconds.
const RELOAD_MILLIS_AT_LEAST: i64 = 1000;

/// Why the ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key does not open: another master key, another database, or a changed row.
    #[error("a token key does not open: is this the master key of this database?")]
    Seal(#[from] SealError),
    /// There is no key that may seal.
    #[error("no token key is active")]
    Empty,
}

/// Why a token was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is none of this database's.
    #[error("the token cannot be read")]
    Malformed,
    /// It names a key that is not known here, and the ring cannot be read now: whether there is such
    /// a key is not known.
    #[error("the token keys cannot be read")]
    Unavailable,
}

/// This replica's copy of the ring.
pub struct KeyRing {
    store: Arc<dyn Store>,
    secrets: Arc<Secrets>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ring: ArcSwapOption<TokenRing>,
    reloading: tokio::sync::Mutex<()>,
    /// Unix milliseconds of the latest attempt to reload.
    reloaded_at: AtomicI64,
    /// Whether that attempt failed.
    is_stale: AtomicBool,
    /// Unix seconds from which on a published key waits to become the active one; `i64::MAX` for
    /// none.
    next_activation: AtomicI64,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(..)")
    }
}

impl KeyRing {
    /// Loads the ring; makes its first key where there is none.
    ///
    /// # Errors
    /// [`KeyRingError`].
    pub async fn open(
        store: Arc<dyn Store>,
        secrets: Arc<Secrets>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyRingError> {
        let ring = Self {
            store,
            secrets,
            clock,
            entropy,
            ring: ArcSwapOption::empty(),
            reloading: tokio::sync::Mutex::new(()),
            reloaded_at: AtomicI64::new(0),
            is_stale: AtomicBool::new(false),
            next_activation: AtomicI64::new(i64::MAX),
        };
        if ring.read().await?.is_empty() {
            // Nobody holds a token yet, so the first key may seal at once.
            ring.add(0, true).await?;
        }
        ring.reload().await?;
        Ok(ring)
    }

    async fn read(&self) -> Result<Vec<TokenKeyRecord>, StoreError> {
        let mut snapshot = self.store.begin_read(AccountId::SYSTEM).await?;
        snapshot.list_token_keys().await
    }

    /// Adds a key under the system account's lock. With `only_first`, not where there is one.
    async fn add(&self, publish_seconds: i64, only_first: bool) -> Result<u32, KeyRingError> {
        let mut tag = RevisionTag([0; 16]);
        self.entropy.fill(&mut tag.0);
        let mut tx = self.store.begin_write(AccountId::SYSTEM, tag).await?;
        let keys = tx.list_token_keys().await?;
        if only_first && let Some(key) = keys.first() {
            return Ok(key.id);
        }
        let now = self.clock.now();
        // Ids go on from the highest ever kept; ids of removed keys are lower than that.
        let id = keys.iter().map(|key| key.id).max().unwrap_or(0) + 1;
        let replaced = |key: &TokenKeyRecord| {
            keys.iter()
                .any(|newer| newer.id > key.id && newer.active_from + KEEP_SECONDS <= now)
        };
        for old in keys.iter().filter(|key| replaced(key)) {
            tx.delete_token_key(old.id).await?;
        }
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        self.entropy.fill(bytes.as_mut());
        let record = TokenKeyRecord {
            id,
            sealed_key: self.secrets.seal_token_key(id, &bytes)?,
            created_at: now,
            active_from: now + publish_seconds,
        };
        tx.create_token_key(&record).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Publishes a new key; it begins to seal after [`PUBLISH_SECONDS`]. Keys that no living token
    /// can have been sealed under are removed. Answers the new key's id.
    ///
    /// # Errors
    /// [`KeyRingError`].
    pub async fn rotate(&self) -> Result<u32, KeyRingError> {
        let id = self.add(PUBLISH_SECONDS, false).await?;
        self.reload().await?;
        Ok(id)
    }

    /// Reads the ring from the database.
    ///
    /// # Errors
    /// [`KeyRingError`].
    pub async fn reload(&self) -> Result<(), KeyRingError> {
        let _one = self.reloading.lock().await;
        self.reload_alone().await
    }

    /// Reloads for a caller that holds `reloading`.
    async fn reload_alone(&self) -> Result<(), KeyRingError> {
        let outcome = self.replace().await;
        self.is_stale.store(outcome.is_err(), Ordering::Relaxed);
        self.reloaded_at
            .store(self.clock.now_millis(), Ordering::Relaxed);
        outcome
    }

    async fn replace(&self) -> Result<(), KeyRingError> {
        let records = self.read().await?;
        let now = self.clock.now();
        let active = records
            .iter()
            .filter(|record| record.active_from <= now)
            .max_by_key(|record| (record.active_from, record.id))
            // A clock behind the one that made the first key: all others know that key already.
            .or_else(|| records.iter().min_by_key(|r| (r.active_from, r.id)))
            .map(|record| record.id)
            .ok_or(KeyRingError::Empty)?;
        let next = records
            .iter()
            .map(|r| r.active_from)
            .filter(|from| *from > now)
            .min();
        let mut keys = Vec::with_capacity(records.len());
        for record in &records {
            let bytes = zeroize::Zeroizing::new(self.secrets.open_token_key(record)?);
            keys.push(TokenKey::new(record.id, &bytes));
        }
        let ring = TokenRing::new(keys, active).ok_or(KeyRingError::Empty)?;
        self.ring.store(Some(Arc::new(ring)));
        self.next_activation
            .store(next.unwrap_or(i64::MAX), Ordering::Relaxed);
        Ok(())
    }

    fn since_reload(&self) -> i64 {
        self.clock.now_millis() - self.reloaded_at.load(Ordering::Relaxed)
    }

    /// Reloads where it is due, or where `moved` says that the system account was changed.
    ///
    /// # Errors
    /// [`KeyRingError`]; the copy that is held goes on being used.
    pub async fn tick(&self, moved: bool) -> Result<(), KeyRingError> {
        let since = self.since_reload();
        let again = self.is_stale.load(Ordering::Relaxed) && since >= RELOAD_MILLIS_AT_LEAST;
        let activation = self.next_activation.load(Ordering::Relaxed) <= self.clock.now();
        if moved || since >= RELOAD_SECONDS * 1000 || activation || again {
            self.reload().await?;
        }
        Ok(())
    }

    /// Seals a session's claims.
    ///
    /// # Errors
    /// Where there is no active key or the crypto library refuses.
    pub fn seal(&self, claims: &Claims) -> Result<String, SealError> {
        let ring = self.ring.load();
        let ring = ring.as_ref().ok_or(SealError::Crypto)?;
        let mut nonce = [0; 12];
        self.entropy.fill(&mut nonce);
        ring.seal_with(claims, self.secrets.incarnation(), nonce)
    }

    /// Opens a token. A key that is not known here makes all who ask for one share a reload, at
    /// most one a second.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_token(&self, token: &str) -> Result<Claims, OpenError> {
        let attempt = || match self.ring.load_full() {
            Some(ring) => ring.open(token, self.secrets.incarnation()),
            None => Err(TokenError::UnknownKey(0)),
        };
        let known = |result: Result<Claims, TokenError>| match result {
            Err(TokenError::UnknownKey(_)) => None,
            result => Some(result.map_err(|_| OpenError::Malformed)),
        };
        if let Some(result) = known(attempt()) {
            return result;
        }
        let _one = self.reloading.lock().await;
        // Whoever waited for the lock shares what the one before found.
        if let Some(result) = known(attempt()) {
            return result;
        }
        if self.since_reload() >= RELOAD_MILLIS_AT_LEAST
            && let Err(error) = self.reload_alone().await
        {
            tracing::error!(%error, "the token keys cannot be read");
        }
        known(attempt()).unwrap_or_else(|| {
            // A key is published a minute before it seals: what was read a second ago has it.
            Err(if self.is_stale.load(Ordering::Relaxed) {
                OpenError::Unavailable
            } else {
                OpenError::Malformed
            })
        })
    }
}
