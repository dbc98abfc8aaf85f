//! The key of nonces' hashes. It is in the database, sealed, and stays when the master key is another:
//! all servers must hash alike, also while some have one master key and some the other, and a nonce
//! that was taken before must be known after.

use zeroize::Zeroizing;

use crate::credential::seal::{MasterKey, Purpose, SealError};
use crate::credential::secret::Secret;
use crate::iam::generate;
use crate::iam::secrets::{Place, Secrets};
use crate::policy::ids::AccountId;
use crate::ports::Entropy;
use crate::store::whole::NONCE_KEY;
use crate::store::{Snapshot, Store, StoreError};

/// Where the sealed key is.
const PLACE: Place<'static> = Place {
    purpose: Purpose::SecretsAtRest,
    table: "settings",
    row: NONCE_KEY,
    column: "value",
};

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum NonceKeyError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not open.
    #[error("the key of nonces does not open: is this the master key of this database?")]
    Seal(#[from] SealError),
}

/// The database's key, made where it has none: the one that builds before this derived from the
/// master key, so that they hash alike beside this one.
///
/// # Errors
/// [`NonceKeyError`].
pub async fn nonce_key(
    store: &dyn Store,
    secrets: &Secrets,
    master: &MasterKey,
    entropy: &dyn Entropy,
) -> Result<Secret<[u8; 32]>, NonceKeyError> {
    let mut system = store.begin_read(AccountId::SYSTEM).await?;
    if let Some(kept) = system.get_setting(NONCE_KEY).await? {
        return Ok(open(secrets, &kept)?);
    }
    drop(system);
    let tag = generate::revision_tag(entropy);
    let mut tx = store.begin_write(AccountId::SYSTEM, tag).await?;
    // Another server may have been first while this one waited for the lock.
    if let Some(kept) = tx.get_setting(NONCE_KEY).await? {
        return Ok(open(secrets, &kept)?);
    }
    let first = first_master(tx.as_mut(), secrets, master).await?;
    let key = first.derive(Purpose::NonceHash);
    tx.put_setting(NONCE_KEY, &seal(secrets, &key)?).await?;
    tx.commit().await?;
    Ok(key)
}

/// Of two master keys the one that servers before this have: the ring of token keys tells.
async fn first_master(
    system: &mut (dyn Snapshot + '_),
    secrets: &Secrets,
    master: &MasterKey,
) -> Result<MasterKey, NonceKeyError> {
    let Some(other) = master.other() else {
        return Ok(master.clone());
    };
    for key in system.list_token_keys().await? {
        if secrets.is_token_key_under_other(&key)? {
            return Ok(other);
        }
    }
    Ok(master.clone())
}

/// The sealed key as it is in another database, or under another master key.
///
/// # Errors
/// Where it does not open, or cannot be sealed.
pub fn reseal(kept: &str, from: &Secrets, to: &Secrets) -> Result<String, SealError> {
    seal(to, &open(from, kept)?)
}

/// The sealed key under the new of two master keys; `None` where it is so already.
///
/// # Errors
/// Where it does not open, or cannot be sealed.
pub fn reseal_rotated(kept: &str, secrets: &Secrets) -> Result<Option<String>, SealError> {
    let sealed = hex::decode(kept).map_err(|_| SealError::Corrupt)?;
    match secrets.open_other_at(PLACE, &sealed)? {
        None => Ok(None),
        Some(_) => reseal(kept, secrets, secrets).map(Some),
    }
}

fn open(secrets: &Secrets, kept: &str) -> Result<Secret<[u8; 32]>, SealError> {
    let sealed = hex::decode(kept).map_err(|_| SealError::Corrupt)?;
    let opened = secrets.open_at(PLACE, &sealed)?;
    let mut key = Zeroizing::new([0; 32]);
    if opened.expose().len() != key.len() {
        return Err(SealError::Corrupt);
    }
    key.copy_from_slice(opened.expose());
    Ok(Secret::new(*key))
}

fn seal(secrets: &Secrets, key: &Secret<[u8; 32]>) -> Result<String, SealError> {
    secrets.seal_at(PLACE, key.expose()).map(hex::encode)
}
