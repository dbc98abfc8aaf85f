//! Nonces in memory: sharded sets of 64-bit keyed fingerprints, in generations by expiry that are
//! dropped whole, so that forgetting costs nothing on the way of a request.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::iam::maps::IdMap;
use crate::iam::replay::mark::Ahead;
use crate::policy::ids::AccountId;

/// Enough that two requests seldom meet in one, and that the growth of one set is short.
const SHARDS: usize = 64;

/// A fingerprint is a keyed hash already; hashing it again would buy nothing.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type Fingerprints = HashSet<u64, BuildHasherDefault<AsIs>>;

/// Nonces whose expiry falls into one stretch of time.
#[derive(Debug)]
struct Generation {
    number: i64,
    fingerprints: Fingerprints,
    by_account: IdMap<AccountId, usize>,
}

#[derive(Debug, Default)]
struct Shard {
    generations: VecDeque<Generation>,
}

impl Shard {
    fn insert(&mut self, number: i64, account: Option<AccountId>, fingerprint: u64) {
        let position = self.generations.iter().position(|g| g.number == number);
        let position = position.unwrap_or_else(|| {
            self.generations.push_back(Generation {
                number,
                fingerprints: Fingerprints::default(),
                by_account: IdMap::default(),
            });
            self.generations.len() - 1
        });
        let generation = &mut self.generations[position];
        generation.fingerprints.insert(fingerprint);
        if let Some(account) = account {
            *generation.by_account.entry(account).or_default() += 1;
        }
    }
}

/// What became of a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is new, and kept from now on.
    New,
    /// It was there.
    Known,
    /// It is new, and there is no room for it.
    Full,
}

/// The set of nonces seen.
#[derive(Debug)]
pub struct Memory {
    shards: Vec<Mutex<Shard>>,
    shard_capacity: usize,
    account_share: usize,
    stretch: i64,
}

impl Memory {
    /// `capacity` nonces at most, of which one account gets three quarters; `window` in seconds.
    pub fn new(capacity: usize, window: i64) -> Self {
        let shard_capacity = capacity.div_ceil(SHARDS).max(4);
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            shard_capacity,
            account_share: shard_capacity / 4 * 3,
            // A nonce lives for two windows at most, and as a rule for one: it is looked for in three
            // generations, or in six, and kept for half a window longer than it must be.
            stretch: (window / 2).max(1),
        }
    }

    fn shard(&self, fingerprint: u64) -> MutexGuard<'_, Shard> {
        // The set inside uses the low bits and the top seven; take others for the shard.
        let index = usize::try_from((fingerprint >> 32) & 0xffff).unwrap_or(0) % SHARDS;
        self.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a nonce of `account` that lives until `expires_at` (unix seconds).
    pub fn record(
        &self,
        account: AccountId,
        fingerprint: u64,
        expires_at: i64,
        now: i64,
    ) -> Recorded {
        let number = expires_at.div_euclid(self.stretch);
        let mut shard = self.shard(fingerprint);
        let is_over = |generation: &Generation| (generation.number + 1) * self.stretch <= now;
        if shard.generations.iter().any(is_over) {
            shard.generations.retain(|generation| !is_over(generation));
        }
        let (mut all, mut own) = (0, 0);
        for generation in &shard.generations {
            if generation.fingerprints.contains(&fingerprint) {
                return Recorded::Known;
            }
            all += generation.fingerprints.len();
            own += generation.by_account.get(&account).copied().unwrap_or(0);
        }
        if all >= self.shard_capacity || own >= self.account_share {
            return Recorded::Full;
        }
        shard.insert(number, Some(account), fingerprint);
        Recorded::New
    }

    /// Takes over a nonce of before the start, whatever the bounds are: it was taken then, and must
    /// not be taken again. Whose it was is not known; it counts to nobody's share.
    pub fn restore(&self, fingerprint: u64, expires_at: i64) {
        let number = expires_at.div_euclid(self.stretch);
        self.shard(fingerprint).insert(number, None, fingerprint);
    }

    /// Every nonce that still counts at `now`. The expiry is the end of its generation.
    pub fn live(&self, now: i64) -> Vec<Ahead> {
        let mut live = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for generation in &shard.generations {
                let expires_at = (generation.number + 1) * self.stretch - 1;
                if expires_at >= now {
                    live.extend(generation.fingerprints.iter().map(|f| Ahead {
                        fingerprint: *f,
                        expires_at,
                    }));
                }
            }
        }
        live
    }

    /// How many nonces are kept.
    pub fn count(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| {
                let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                shard
                    .generations
                    .iter()
                    .map(|g| g.fingerprints.len())
                    .sum::<usize>()
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn spread(n: u64) -> u64 {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[test]
    fn a_nonce_is_new_once_and_forgotten_when_it_cannot_be_sent_any_more() {
        let memory = Memory::new(1 << 16, 900);
        let account = AccountId::from_random(1);
        assert_eq!(memory.record(account, 7, NOW + 900, NOW), Recorded::New);
        assert_eq!(
            memory.record(account, 7, NOW + 900, NOW + 900),
            Recorded::Known
        );
        assert_eq!(
            memory.record(account, 7, NOW + 9000, NOW + 8000),
            Recorded::New
        );
        assert_eq!(memory.count(), 1, "the old generation was dropped whole");
    }

    #[test]
    fn t04_room_comes_back_half_a_window_late_at_most() {
        let memory = Memory::new(256, 900);
        let account = AccountId::from_random(1);
        let fill = |now: i64| {
            let base = now.unsigned_abs() << 20;
            (0..4000)
                .filter(|n| {
                    memory.record(account, spread(base + n), now + 900, now) == Recorded::New
                })
                .count()
        };
        assert_eq!(fill(NOW), 192);
        assert_eq!(fill(NOW + 899), 0);
        assert_eq!(fill(NOW + 900 + 450), 192);
        assert_eq!(memory.count(), 192);
    }

    #[test]
    fn t04_what_was_taken_before_the_start_is_nobodys_share() {
        let memory = Memory::new(256, 900);
        (0..4000).for_each(|n| memory.restore(spread(n), NOW + 900));
        let account = AccountId::SYSTEM;
        let new = (1 << 20..(1 << 20) + 64)
            .map(|n| memory.record(account, spread(n), NOW + 900, NOW))
            .collect::<Vec<_>>();
        assert!(new.iter().all(|r| *r == Recorded::Full), "all is full");
        let memory = Memory::new(1 << 12, 900);
        // Three quarters of the room, and one more.
        (0..3200).for_each(|n| memory.restore(spread(n), NOW + 900));
        let taken = (1 << 20..(1 << 20) + 256)
            .filter(|n| memory.record(account, spread(*n), NOW + 900, NOW) == Recorded::New)
            .count();
        assert!(taken > 200, "{taken}");
    }

    #[test]
    fn t04_one_account_cannot_take_all_the_room() {
        let memory = Memory::new(1 << 12, 900);
        let (greedy, other) = (AccountId::from_random(1), AccountId::from_random(2));
        let taken = (0..1 << 14)
            .filter(|n| memory.record(greedy, spread(*n), NOW + 900, NOW) == Recorded::New)
            .count();
        assert!(taken <= (1 << 12) / 4 * 3, "{taken}");
        let free = (1 << 20..(1 << 20) + 200)
            .filter(|n| memory.record(other, spread(*n), NOW + 900, NOW) == Recorded::New)
            .count();
        assert_eq!(free, 200);
    }
}
