//! Writers of one account wait for each other here, before they take a connection: so an account's
//! lock holds up that account alone, and each account gets its turn, however many of its writers
//! wait.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::policy::ids::AccountId;
use crate::store::{Result, StoreError};

/// How many writers of one account may wait; whoever comes after is sent away at once.
const MOST_WAITING: usize = 1024;

/// An account has too many writers, or its turn did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("too many writers wait for the account")]
struct QueueError;

#[derive(Debug)]
struct Line {
    semaphore: Arc<Semaphore>,
    /// Who waits or writes.
    length: usize,
}

type Lines = Arc<Mutex<HashMap<AccountId, Line>>>;

/// The lines of all accounts that have writers.
#[derive(Debug)]
pub(super) struct WriterQueue {
    lines: Lines,
    wait: Duration,
}

/// A writer's place in its line. Its turn ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    lines: Lines,
    account: AccountId,
    permit: Option<OwnedSemaphorePermit>,
}

impl WriterQueue {
    pub(super) fn new(wait: Duration) -> Self {
        Self {
            lines: Lines::default(),
            wait,
        }
    }

    /// Waits, first come first served, until no other writer of the account is left.
    pub(super) async fn turn(&self, account: AccountId) -> Result<Turn> {
        let busy = || StoreError::Unavailable(Box::new(QueueError));
        let (mut turn, semaphore) = self.join(account).ok_or_else(busy)?;
        let permit = tokio::time::timeout(self.wait, semaphore.acquire_owned()).await;
        turn.permit = permit.map_err(|_| busy())?.ok();
        Ok(turn)
    }

    fn join(&self, account: AccountId) -> Option<(Turn, Arc<Semaphore>)> {
        let mut lines = lock(&self.lines);
        let line = lines.entry(account).or_insert_with(|| Line {
            semaphore: Arc::new(Semaphore::new(1)),
            length: 0,
        });
        if line.length >= MOST_WAITING {
            return None;
        }
        line.length += 1;
        let turn = Turn {
            lines: Arc::clone(&self.lines),
            account,
            permit: None,
        };
        Some((turn, Arc::clone(&line.semaphore)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // The next one first, so that no one finds the line gone while it still has a writer.
        self.permit = None;
        if let Entry::Occupied(mut line) = lock(&self.lines).entry(self.account) {
            line.get_mut().length -= 1;
            if line.get().length == 0 {
                line.remove();
            }
        }
    }
}

/// A panic elsewhere leaves the counts as they are.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_account_waits_and_another_does_not() {
        let queue = WriterQueue::new(Duration::from_secs(1));
        let (a, b) = (AccountId::from_random(1), AccountId::from_random(2));
        let first = queue.turn(a).await.unwrap();
        let _other = queue.turn(b).await.unwrap();
        assert!(matches!(
            queue.turn(a).await,
            Err(StoreError::Unavailable(_))
        ));
        drop(first);
        drop(queue.turn(a).await.unwrap());
        assert_eq!(lock(&queue.lines).len(), 1);
    }

    #[tokio::test]
    async fn t12_a_line_is_bounded() {
        let queue = WriterQueue::new(Duration::from_secs(1));
        let account = AccountId::from_random(1);
        let line: Vec<_> = (0..MOST_WAITING)
            .map(|_| queue.join(account).unwrap())
            .collect();
        assert!(queue.join(account).is_none());
        drop(line);
        assert!(lock(&queue.lines).is_empty());
    }
}
