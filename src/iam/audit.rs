//! Refusals, counted by caller, operation and minute, and written behind. Nobody can fill the disk
//! by being refused: rows are bounded, and past the bound they are counted together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::audit::RefusalKey;
use crate::store::{Store, StoreError};

/// Different rows that are held between two flushes.
const HELD: usize = 4096;

/// Refusals since the last flush.
#[derive(Debug, Default)]
pub struct Refusals {
    counts: Mutex<HashMap<RefusalKey, u64>>,
}

impl Refusals {
    /// Counts a refusal.
    pub fn count(&self, key: RefusalKey) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= HELD && !counts.contains_key(&key) {
            let rest = RefusalKey {
                principal: "*".to_owned(),
                operation: String::new(),
                code: "*".to_owned(),
                ..key
            };
            *counts.entry(rest).or_default() += 1;
            return;
        }
        *counts.entry(key).or_default() += 1;
    }

    /// Writes what was counted.
    ///
    /// # Errors
    /// As the store; the counts are kept then.
    pub async fn flush(&self, store: &dyn Store) -> Result<(), StoreError> {
        let taken =
            std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        let rows: Vec<(RefusalKey, u64)> = taken.into_iter().collect();
        let written = store.count_refusals(&rows).await;
        if written.is_err() {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in rows {
                if counts.len() < HELD || counts.contains_key(&key) {
                    *counts.entry(key).or_default() += count;
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

    #[test]
    fn t21_a_million_refusals_are_a_bounded_number_of_rows() {
        let refusals = Refusals::default();
        for n in 0..1_000_000u32 {
            refusals.count(RefusalKey {
                account: AccountId::SYSTEM,
                minute: 1,
                principal: format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255),
                operation: "ram.CreateRole".to_owned(),
                code: "InvalidAccessKeyId.NotFound".to_owned(),
            });
        }
        let counts = refusals.counts.lock().unwrap();
        assert!(counts.len() <= HELD + 1, "{}", counts.len());
        assert_eq!(counts.values().sum::<u64>(), 1_000_000);
    }
}
