//! Refusals, counted by caller, operation and minute, and written behind. Nobody can fill the disk
//! by being refused: rows are bounded, and past the bound they are counted together.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::model::audit::RefusalKey;
use crate::store::{Store, StoreError};

/// Different rows that one minute may have, however often they are written meanwhile.
const ROWS_A_MINUTE: usize = 4096;

/// Refusals since the last flush.
#[derive(Debug, Default)]
pub struct Refusals {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    since_flush: HashMap<RefusalKey, u64>,
    /// The minute that refusals are counted for now, and the rows that it has.
    minute: i64,
    rows: HashSet<RefusalKey>,
}

impl Counts {
    fn add(&mut self, key: RefusalKey) {
        if self.minute != key.minute {
            self.minute = key.minute;
            self.rows.clear();
        }
        let key = if self.rows.contains(&key) {
            key
        } else if self.rows.len() < ROWS_A_MINUTE {
            self.rows.insert(key.clone());
            key
        } else {
            RefusalKey {
                principal: "*".to_owned(),
                operation: String::new(),
                code: "*".to_owned(),
                ..key
            }
        };
        *self.since_flush.entry(key).or_default() += 1;
    }
}

impl Refusals {
    /// Counts a refusal.
    pub fn count(&self, key: RefusalKey) {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(key);
    }

    /// Writes what was counted.
    ///
    /// # Errors
    /// As the store; the counts are kept then.
    pub async fn flush(&self, store: &dyn Store) -> Result<(), StoreError> {
        let taken = std::mem::take(
            &mut self
                .counts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .since_flush,
        );
        if taken.is_empty() {
            return Ok(());
        }
        let rows: Vec<(RefusalKey, u64)> = taken.into_iter().collect();
        let written = store.count_refusals(&rows).await;
        if written.is_err() {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in rows {
                let kept = &mut counts.since_flush;
                if kept.len() < ROWS_A_MINUTE || kept.contains_key(&key) {
                    *kept.entry(key).or_default() += count;
                }
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ids::AccountId;
    use crate::store::SqliteStore;

    fn by(n: u32) -> RefusalKey {
        RefusalKey {
            account: AccountId::SYSTEM,
            minute: 1,
            principal: format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255),
            operation: "ram.CreateRole".to_owned(),
            code: "InvalidAccessKeyId.NotFound".to_owned(),
        }
    }

    #[tokio::test]
    async fn t21_a_million_refusals_are_a_bounded_number_of_rows() {
        let refusals = Refusals::default();
        let store = SqliteStore::in_memory().await.unwrap();
        for n in 0..1_000_000 {
            refusals.count(by(n));
            // The loop that writes them behind does not give the minute more rows.
            if n % 100_000 == 0 {
                refusals.flush(&store).await.unwrap();
            }
        }
        refusals.flush(&store).await.unwrap();
        let mut system = store.begin_read(AccountId::SYSTEM).await.unwrap();
        let rows = system.list_refusals(1_000_000).await.unwrap();
        assert_eq!(rows.len(), ROWS_A_MINUTE + 1);
        assert_eq!(rows.iter().map(|(_, count)| count).sum::<u64>(), 1_000_000);
        drop(system);
        // The next minute has rows of its own.
        refusals.count(RefusalKey { minute: 2, ..by(0) });
        refusals.flush(&store).await.unwrap();
        let mut system = store.begin_read(AccountId::SYSTEM).await.unwrap();
        assert_eq!(system.list_refusals(1).await.unwrap()[0].0.minute, 2);
    }
}
