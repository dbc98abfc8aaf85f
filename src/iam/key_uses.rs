//! When access keys were last used: noted in memory at most once a second for a key, and written
//! behind. A request never waits for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::iam::keys::Signer;
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::{KeyUse, Store, StoreError};

/// How many stamps go into one statement.
const LARGEST: usize = 4096;

/// The uses that are not written yet. Only keys whose signature was verified are noted, so there are
/// never more than keys.
#[derive(Debug, Default)]
pub struct KeyUses {
    unwritten: Mutex<HashMap<AccessKeyId, (AccountId, i64)>>,
}

impl KeyUses {
    /// Notes that a key signed a request that was taken, `now` in unix seconds.
    pub fn note(&self, signer: &Signer, now: i64) {
        if !signer.is_first_use_at(now) {
            return;
        }
        let mut unwritten = self.unwritten();
        match unwritten.get_mut(&signer.id) {
            Some((_, at)) => *at = now.max(*at),
            None => drop(unwritten.insert(signer.id.clone(), (signer.account, now))),
        }
    }

    /// The use of a key that is not written yet, in unix seconds.
    pub fn unwritten_use(&self, id: &AccessKeyId) -> Option<i64> {
        self.unwritten().get(id).map(|(_, at)| *at)
    }

    /// Writes what was noted.
    ///
    /// # Errors
    /// As the store; what was not written is kept.
    pub async fn flush(&self, store: &dyn Store) -> Result<(), StoreError> {
        let uses: Vec<KeyUse> = {
            let unwritten = self.unwritten();
            let each = unwritten.iter().map(|(key, (account, at))| KeyUse {
                key: key.clone(),
                account: *account,
                at: *at,
            });
            each.collect()
        };
        for uses in uses.chunks(LARGEST) {
            store.record_key_uses(uses).await?;
            let mut unwritten = self.unwritten();
            for KeyUse { key, at, .. } in uses {
                // One that was used again meanwhile stays.
                if unwritten.get(key).is_some_and(|(_, now)| now == at) {
                    unwritten.remove(key);
                }
            }
        }
        Ok(())
    }

    fn unwritten(&self) -> std::sync::MutexGuard<'_, HashMap<AccessKeyId, (AccountId, i64)>> {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
