//! How many nonces this server has put into the database, of which account: so that none fills the
//! table for the others. They are counted here and not there, since a count of a table costs more
//! than the table is worth; what a server counted is gone with it, and each server counts its own.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::iam::maps::IdMap;
use crate::policy::ids::AccountId;

/// Into how many stretches the window is divided: the counts go down in steps that long.
const STRETCHES: i64 = 8;

/// Nonces that the database may forget within one stretch of time.
#[derive(Debug)]
struct Generation {
    number: i64,
    by_account: IdMap<AccountId, usize>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_account: IdMap<AccountId, usize>,
    generations: VecDeque<Generation>,
}

impl Counts {
    fn subtract(&mut self, account: AccountId, count: usize) {
        self.all -= count;
        if let Some(own) = self.by_account.get_mut(&account) {
            *own -= count;
            if *own == 0 {
                self.by_account.remove(&account);
            }
        }
    }

    fn forget(&mut self, is_over: impl Fn(&Generation) -> bool) {
        while let Some(position) = self.generations.iter().position(&is_over) {
            let over = self.generations.remove(position);
            for (account, count) in over.into_iter().flat_map(|over| over.by_account) {
                self.subtract(account, count);
            }
        }
    }
}

/// The counts.
#[derive(Debug)]
pub struct Shares {
    counts: Mutex<Counts>,
    capacity: usize,
    account_share: usize,
    window: i64,
    stretch: i64,
}

impl Shares {
    /// `capacity` nonces at most, of which one account gets three quarters; `window` in seconds.
    pub fn new(capacity: usize, window: i64) -> Self {
        Self {
            counts: Mutex::default(),
            capacity,
            account_share: capacity / 4 * 3,
            window,
            stretch: (window / STRETCHES).max(1),
        }
    }

    /// The database keeps a nonce for one window more than it counts: see `Iam::tick`.
    fn number(&self, expires_at: i64) -> i64 {
        (expires_at + self.window).div_euclid(self.stretch)
    }

    /// Counts a nonce of `account` that is about to be recorded; or does not, and says so, where there
    /// is no room for it in all or in the account's share.
    #[must_use]
    pub fn take(&self, account: AccountId, expires_at: i64, now: i64) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.forget(|generation| (generation.number + 1) * self.stretch <= now);
        let own = counts.by_account.get(&account).copied().unwrap_or(0);
        if counts.all >= self.capacity || own >= self.account_share {
            return false;
        }
        let number = self.number(expires_at);
        let position = counts.generations.iter().position(|g| g.number == number);
        let position = position.unwrap_or_else(|| {
            counts.generations.push_back(Generation {
                number,
                by_account: IdMap::default(),
            });
            counts.generations.len() - 1
        });
        *counts.generations[position]
            .by_account
            .entry(account)
            .or_default() += 1;
        *counts.by_account.entry(account).or_default() += 1;
        counts.all += 1;
        true
    }

    /// Takes back what was counted for a nonce that was there already.
    pub fn give_back(&self, account: AccountId, expires_at: i64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.number(expires_at);
        let generation = counts.generations.iter_mut().find(|g| g.number == number);
        let own = generation.and_then(|generation| generation.by_account.get_mut(&account));
        if let Some(own) = own.filter(|own| **own > 0) {
            *own -= 1;
            counts.subtract(account, 1);
        }
    }

    /// How many are counted.
    pub fn count(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn t04_one_account_counts_up_to_its_share_and_gets_it_back_with_time() {
        let shares = Shares::new(1000, 900);
        let (greedy, other) = (AccountId::from_random(1), AccountId::from_random(2));
        let take = |account, now| shares.take(account, now + 900, now);
        let taken = (0..2000).filter(|_| take(greedy, NOW)).count();
        assert_eq!(taken, 750);
        let taken = (0..2000).filter(|_| take(other, NOW)).count();
        assert_eq!(taken, 250, "all together have a bound too");
        assert!(!take(greedy, NOW + 1799), "the database still keeps them");
        assert!(take(greedy, NOW + 1800 + 113));
        assert_eq!(shares.count(), 1);
    }

    #[test]
    fn a_repeat_counts_nothing() {
        let shares = Shares::new(4, 900);
        let account = AccountId::from_random(1);
        for _ in 0..100 {
            assert!(shares.take(account, NOW + 900, NOW));
            shares.give_back(account, NOW + 900);
        }
        shares.give_back(account, NOW + 900);
        assert_eq!(shares.count(), 0);
        assert!((0..3).all(|_| shares.take(account, NOW + 900, NOW)));
        assert!(!shares.take(account, NOW + 900, NOW));
    }
}
