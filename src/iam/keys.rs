//! Access keys as they verify signatures: the prepared states of both schemes, cached; and the
//! bounded look-up of ids that are not known here.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::credential::acs3::Acs3Key;
use crate::credential::rpc::RpcKey;
use crate::iam::batch::Batcher;
use crate::iam::key_policy::KeyPolicy;
use crate::iam::maps::NameMap;
use crate::iam::secrets::Secrets;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::{Snapshot, Store, StoreError};

/// A long-lived key, ready to verify.
pub struct Signer {
    /// Its id.
    pub id: AccessKeyId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is.
    pub owner: KeyOwner,
    /// Whether it may sign.
    pub status: AccessKeyStatus,
    /// From where it may sign; `None` is from anywhere.
    pub network_policy: Option<Box<KeyPolicy>>,
    /// The secret, prepared for the RPC scheme.
    pub rpc: RpcKey,
    /// The secret, prepared for ACS3.
    pub acs3: Acs3Key,
    /// The secret as it was stored: who finds another in the database knows that this one is old.
    pub sealed_secret: Box<[u8]>,
    /// When it was looked up for a signature that did not match, in unix milliseconds.
    doubted_at: AtomicI64,
    /// The latest second in which it was used, as far as this server knows.
    used_at: AtomicI64,
}

impl Signer {
    /// Whether this is its first use in that second.
    pub(super) fn is_first_use_at(&self, now: i64) -> bool {
        // Looked at before it is written: most uses write nothing that other cores share.
        self.used_at.load(Ordering::Relaxed) != now
            && self.used_at.swap(now, Ordering::Relaxed) != now
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("owner", &self.owner)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Why a key was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no such key.
    #[error("no such access key")]
    NotFound,
    /// The database does not answer, or too many ask for unknown keys.
    #[error("access keys cannot be looked up")]
    Unavailable,
}

/// How many callers may wait for the look-up of an id that is not known here.
const WAITING: usize = 1024;
/// How many ids go into one look-up.
const LARGEST_BATCH: usize = 256;
/// How many keys are kept; beyond it all are dropped and come back as they are used.
const KEPT: usize = 200_000;

/// How long a key that was looked up for a signature that did not match is taken for current.
const DOUBT_MILLIS: i64 = 1000;

type Found = Result<Option<AccessKey>, KeyError>;

/// The keys that were used lately.
pub struct Keys {
    secrets: Arc<Secrets>,
    known: RwLock<NameMap<Box<str>, Arc<Signer>>>,
    lookups: Batcher<AccessKeyId, Found>,
    doubting: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// No key is known yet.
    pub fn new(store: Arc<dyn Store>, secrets: Arc<Secrets>, patience: Duration) -> Self {
        let lookups = Batcher::start(
            WAITING,
            LARGEST_BATCH,
            patience,
            move |ids: Vec<AccessKeyId>| {
                let store = Arc::clone(&store);
                async move {
                    match store.find_keys(&ids).await {
                        Ok(found) => found.into_iter().map(Ok).collect(),
                        Err(error) => {
                            tracing::error!(%error, "access keys cannot be looked up");
                            ids.iter().map(|_| Err(KeyError::Unavailable)).collect()
                        }
                    }
                }
            },
        );
        Self {
            secrets,
            known: RwLock::default(),
            lookups,
            doubting: tokio::sync::Mutex::new(()),
        }
    }

    /// The key of that id: from memory, else from the database in a look-up shared with others.
    /// An id that does not exist is remembered nowhere.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn find(&self, id: &str) -> Result<Arc<Signer>, KeyError> {
        if let Some(signer) = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
        {
            return Ok(Arc::clone(signer));
        }
        let id: AccessKeyId = id.parse().map_err(|_| KeyError::NotFound)?;
        // Boxed: a key that is known makes no room for a look-up.
        Box::pin(self.look_up(id)).await
    }

    async fn look_up(&self, id: AccessKeyId) -> Result<Arc<Signer>, KeyError> {
        let key = self
            .lookups
            .ask(id)
            .await
            .map_err(|_| KeyError::Unavailable)??;
        // Whether this is the key as it is now shows when the account's state is read.
        let signer = self.prepare(&key.ok_or(KeyError::NotFound)?)?;
        self.keep(&signer);
        Ok(signer)
    }

    /// The key as it is now, for a signature that does not match the one that is known here: the
    /// secret may have been replaced elsewhere. At most one look-up a second for a key, whatever is
    /// forged in its name; `None` where this is it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn doubt(
        &self,
        signer: &Arc<Signer>,
        now_millis: i64,
    ) -> Result<Option<Arc<Signer>>, KeyError> {
        let is_new = |signer: &Signer| {
            let doubted_at = signer.doubted_at.load(Ordering::Relaxed);
            now_millis.saturating_sub(doubted_at) < DOUBT_MILLIS
        };
        if is_new(signer) {
            return Ok(None);
        }
        // Whoever comes meanwhile shares what the first one finds.
        let _one = self.doubting.lock().await;
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(signer.id.as_str())
            .cloned();
        match known {
            Some(known) if is_new(&known) => {
                Ok(Some(known).filter(|known| !Arc::ptr_eq(known, signer)))
            }
            _ => {
                signer.doubted_at.store(now_millis, Ordering::Relaxed);
                let found = self.look_up(signer.id.clone()).await?;
                found.doubted_at.store(now_millis, Ordering::Relaxed);
                Ok(Some(found))
            }
        }
    }

    /// The key as a snapshot has it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn read(
        &self,
        snapshot: &mut dyn Snapshot,
        signer: &Signer,
    ) -> Result<Arc<Signer>, KeyError> {
        let key = snapshot.get_key(&signer.id).await;
        self.current(key, signer)
    }

    /// The key of a service as a snapshot of any account has it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn read_service(
        &self,
        snapshot: &mut dyn Snapshot,
        signer: &Signer,
    ) -> Result<Arc<Signer>, KeyError> {
        let key = snapshot.get_service_key(&signer.id).await;
        self.current(key, signer)
    }

    /// The key as it was read just now, in the place of `signer`.
    fn current(
        &self,
        key: Result<Option<AccessKey>, StoreError>,
        signer: &Signer,
    ) -> Result<Arc<Signer>, KeyError> {
        let key = key.map_err(|error| {
            tracing::error!(%error, "an access key cannot be read");
            KeyError::Unavailable
        })?;
        let Some(key) = key else {
            self.known
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(signer.id.as_str());
            return Err(KeyError::NotFound);
        };
        let doubted_at = signer.doubted_at.load(Ordering::Relaxed);
        let signer = self.prepare(&key)?;
        signer.doubted_at.store(doubted_at, Ordering::Relaxed);
        Ok(signer)
    }

    fn prepare(&self, key: &AccessKey) -> Result<Arc<Signer>, KeyError> {
        let secret = self.secrets.open_access_key(key).map_err(|error| {
            tracing::error!(%error, access_key.id = %key.id, "a stored secret does not open");
            KeyError::NotFound
        })?;
        Ok(Arc::new(Signer {
            id: key.id.clone(),
            account: key.account,
            owner: key.owner.clone(),
            status: key.status,
            network_policy: key
                .network_policy
                .as_deref()
                .map(|text| Box::new(policy(key, text))),
            rpc: RpcKey::new(&secret),
            acs3: Acs3Key::new(&secret),
            sealed_secret: key.sealed_secret.as_slice().into(),
            doubted_at: AtomicI64::new(i64::MIN),
            used_at: AtomicI64::new(i64::MIN),
        }))
    }

    /// Takes this for the key from now on: it is the one as of a state of the account.
    pub fn adopt(&self, signer: &Arc<Signer>) {
        self.keep(signer);
    }

    fn keep(&self, signer: &Arc<Signer>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(signer.id.as_str().into(), Arc::clone(signer));
    }
}

/// The network policy of a key. One that cannot be read lets nobody in.
fn policy(key: &AccessKey, text: &str) -> KeyPolicy {
    KeyPolicy::parse(text).unwrap_or_else(|error| {
        tracing::error!(%error, access_key.id = %key.id, "a stored network policy cannot be read");
        KeyPolicy::closed()
    })
}
