//! What strangers may cause: so much at once, and then so much each second.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A bucket that fills by the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    /// In thousandths.
    left: i64,
    filled_at: i64,
}

/// How large a bucket is, and how fast it fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// What it holds.
    pub(super) most: i64,
    /// What comes in each second, in thousandths.
    pub(super) per_second_millis: i64,
}

impl Bucket {
    pub(super) fn full(size: Size, now: i64) -> Self {
        Self {
            left: size.most * 1000,
            filled_at: now,
        }
    }

    fn fill(&mut self, size: Size, now: i64) {
        let seconds = now.saturating_sub(self.filled_at).max(0);
        let more = seconds.saturating_mul(size.per_second_millis);
        self.left = self.left.saturating_add(more).min(size.most * 1000);
        self.filled_at = self.filled_at.max(now);
    }

    fn is_full(&self, size: Size) -> bool {
        self.left >= size.most * 1000
    }

    /// Takes one out, if there is one.
    pub(super) fn take(&mut self, size: Size, now: i64) -> bool {
        self.fill(size, now);
        if self.left < 1000 {
            return false;
        }
        self.left -= 1000;
        true
    }
}

/// A bucket for each of many, of whom a bounded number is remembered.
#[derive(Debug)]
pub(super) struct Budgets<K> {
    size: Size,
    most: usize,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Budgets<K> {
    pub(super) fn new(size: Size, most: usize) -> Self {
        Self {
            size,
            most,
            buckets: Mutex::default(),
        }
    }

    /// Whether there is anything left.
    pub(super) fn has(&self, key: &K, now: i64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = buckets.get_mut(key) else {
            return true;
        };
        bucket.fill(self.size, now);
        bucket.left >= 1000
    }

    /// Takes one out.
    pub(super) fn take(&self, key: K, now: i64) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| {
                bucket.fill(self.size, now);
                !bucket.is_full(self.size)
            });
            if buckets.len() >= self.most {
                buckets.clear();
            }
        }
        let bucket = buckets
            .entry(key)
            .or_insert_with(|| Bucket::full(self.size, now));
        bucket.take(self.size, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        most: 3,
        per_second_millis: 500,
    };

    #[test]
    fn t18_a_budget_is_used_up_and_fills_again() {
        let budgets = Budgets::new(SIZE, 2);
        for _ in 0..3 {
            assert!(budgets.has(&"a", 100));
            budgets.take("a", 100);
        }
        assert!(!budgets.has(&"a", 101), "half a one is none");
        assert!(budgets.has(&"b", 101), "another has his own");
        assert!(budgets.has(&"a", 102));
        budgets.take("a", 102);
        // A clock that goes back gives nothing.
        assert!(!budgets.has(&"a", 50));
        assert!(!budgets.has(&"a", 103));
    }

    #[test]
    fn t18_of_many_a_bounded_number_is_remembered() {
        let budgets = Budgets::new(SIZE, 2);
        for key in 0..100 {
            budgets.take(key, 100);
        }
        assert!(budgets.buckets.lock().unwrap().len() <= 2);
        let network = |text: &str| crate::iam::caller::peer(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert_ne!(network("10.0.0.2"), network("10.0.0.1"));
    }
}
