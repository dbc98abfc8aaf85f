//! Writers of one account queue here, in process, before they take a connection: a thousand calls
//! that wait for one account's lock must not hold the connections that others need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::policy::ids::AccountId;

/// How many may wait for one account.
const QUEUE: usize = 1024;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Too many wait, or one waited too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many writers wait for this account")]
pub struct BusyError;

#[derive(Debug)]
struct Lane {
    /// One permit: whose turn it is. Fair: first come, first served.
    turn: Arc<Semaphore>,
    /// Who may stand in the queue at all.
    room: Arc<Semaphore>,
}

/// The turn to write. Give it back by dropping it.
#[derive(Debug)]
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _room: OwnedSemaphorePermit,
    _lane: Arc<Lane>,
}

/// One queue for each account that is being written.
#[derive(Debug, Default)]
pub struct Writers {
    lanes: Mutex<HashMap<AccountId, Weak<Lane>>>,
}

impl Writers {
    fn lane(&self, account: AccountId) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&account).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Lane {
            turn: Arc::new(Semaphore::new(1)),
            room: Arc::new(Semaphore::new(QUEUE)),
        });
        lanes.insert(account, Arc::downgrade(&lane));
        lane
    }

    /// Waits for the turn to write `account`.
    ///
    /// # Errors
    /// [`BusyError`] where too many wait or the wait is too long.
    pub async fn turn(&self, account: AccountId) -> Result<Turn, BusyError> {
        let lane = self.lane(account);
        let room = Arc::clone(&lane.room)
            .try_acquire_owned()
            .map_err(|_| BusyError)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&lane.turn).acquire_owned())
            .await
            .map_err(|_| BusyError)?
            .map_err(|_| BusyError)?;
        Ok(Turn {
            _turn: turn,
            _room: room,
            _lane: lane,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn t12_writers_of_one_account_wait_and_those_of_another_do_not() {
        let writers = Writers::default();
        let (a, b) = (AccountId::from_random(1), AccountId::from_random(2));
        let held = writers.turn(a).await.unwrap();
        assert!(writers.turn(b).await.is_ok());
        assert_eq!(
            writers.turn(a).await.unwrap_err(),
            BusyError,
            "patience ends"
        );
        drop(held);
        assert!(writers.turn(a).await.is_ok());
    }
}
