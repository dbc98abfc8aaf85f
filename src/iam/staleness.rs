//! Bounded staleness, off by default: what may be decided while PostgreSQL does not answer.
//!
//! Where the operator allows it, a call that neither changes anything nor mints a session is decided on
//! what this replica knew of the account at most so long ago. What is given up is bounded: a right that
//! was revoked elsewhere counts here for that long, and a signed request may be repeated once at each
//! replica that is cut off. At one replica a nonce is good once as ever, since it then remembers its
//! nonces itself; those of calls answered meanwhile it hands over as soon as the database is back.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::iam::replay::memory::{Memory, Recorded};
use crate::policy::ids::AccountId;
use crate::store::{NonceRow, Store, StoreError};

/// How many nonces are handed over in one trip.
const HANDED_OVER_AT_ONCE: usize = 512;

/// What this replica keeps to bridge a time without its database.
#[derive(Debug)]
pub struct Staleness {
    most: Duration,
    /// The nonces that this replica took, also while the database answered: so that nothing from before
    /// is taken again while it does not. `None` where no staleness is allowed.
    nonces: Option<Memory>,
    /// The nonces of calls answered without the database.
    owed: Mutex<Vec<NonceRow>>,
}

impl Staleness {
    /// `most` is how old what is decided on may be; zero allows none. `capacity` bounds the nonces that
    /// are remembered, `window` is how long one counts, in seconds.
    pub fn new(most: Duration, capacity: usize, window: i64) -> Self {
        Self {
            most,
            nonces: (!most.is_zero()).then(|| Memory::new(capacity, window)),
            owed: Mutex::default(),
        }
    }

    /// How old what is decided on may be; zero where no staleness is allowed.
    pub fn most(&self) -> Duration {
        self.most
    }

    /// Remembers a nonce before anything is decided. Where no staleness is allowed there is nothing to
    /// remember, and every nonce is new.
    pub fn remember(&self, account: AccountId, nonce: &NonceRow, now: i64) -> Recorded {
        let Some(nonces) = &self.nonces else {
            return Recorded::New;
        };
        nonces.record(account, nonce.fingerprint(), nonce.expires_at, now)
    }

    /// Keeps the nonce of a call that is answered without the database, for when it is back. There are
    /// never more than are remembered.
    pub fn owe(&self, nonce: NonceRow) {
        metrics::counter!("rampart_stale_decisions_total").increment(1);
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        owed.push(nonce);
    }

    /// Gives the database the nonces that it has not seen. What it does not take stays owed.
    ///
    /// # Errors
    /// As the store.
    pub async fn hand_over(&self, store: &dyn Store) -> Result<(), StoreError> {
        loop {
            let some: Vec<NonceRow> = {
                let owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
                owed.iter().take(HANDED_OVER_AT_ONCE).copied().collect()
            };
            if some.is_empty() {
                return Ok(());
            }
            store.freshness(&[], &some).await?;
            let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
            owed.drain(..some.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn nonce(first: u8) -> NonceRow {
        NonceRow {
            hash: [first; 16],
            expires_at: NOW + 900,
        }
    }

    #[test]
    fn t14_with_staleness_a_nonce_is_remembered_here_too() {
        let account = AccountId::from_random(1);
        let staleness = Staleness::new(Duration::from_secs(5), 1 << 10, 900);
        assert_eq!(staleness.remember(account, &nonce(1), NOW), Recorded::New);
        assert_eq!(staleness.remember(account, &nonce(1), NOW), Recorded::Known);
        assert_eq!(staleness.remember(account, &nonce(2), NOW), Recorded::New);
    }

    #[test]
    fn without_it_nothing_is_kept() {
        let account = AccountId::from_random(1);
        let staleness = Staleness::new(Duration::ZERO, 1 << 10, 900);
        for _ in 0..2 {
            assert_eq!(staleness.remember(account, &nonce(1), NOW), Recorded::New);
        }
    }
}
