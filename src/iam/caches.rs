//! The caches of all accounts: which there are, how they move on, and how they give room.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use crate::iam::cache::AccountCache;
use crate::iam::maps::IdMap;
use crate::iam::views::AccountView;
use crate::model::account::AccountState;
use crate::model::change::Touched;
use crate::policy::ids::AccountId;
use crate::store::{Known, Moved};

#[cfg(all(feature = "test-broken-freshness", not(debug_assertions)))]
compile_error!("`test-broken-freshness` is for a test of the tests, never for a release");

/// What an empty cache weighs, roughly.
const EMPTY_CACHE: usize = 1024;

#[derive(Debug, Default)]
struct Slot {
    cache: Option<Arc<AccountCache>>,
    /// Moves with every commit of ours, so that a load that began before it installs nothing.
    generation: u64,
    /// When the database was last asked where the account stands and has answered, and when something
    /// was last committed from here: milliseconds since the caches began.
    confirmed_at: AtomicU64,
    doubted_at: AtomicU64,
}

/// All caches.
#[derive(Debug)]
pub(super) struct Caches {
    slots: RwLock<IdMap<AccountId, Slot>>,
    /// What all weigh, in bytes.
    weight: Arc<AtomicUsize>,
    /// What they may weigh.
    total: usize,
    begun: Instant,
}

impl Caches {
    pub(super) fn new(total: usize) -> Self {
        Self {
            slots: RwLock::default(),
            weight: Arc::default(),
            total,
            begun: Instant::now(),
        }
    }

    /// Milliseconds from the beginning to a moment, at least one.
    fn millis(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.begun).as_millis();
        u64::try_from(since).map_or(u64::MAX, |since| since.saturating_add(1))
    }

    fn read(&self) -> RwLockReadGuard<'_, IdMap<AccountId, Slot>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, IdMap<AccountId, Slot>> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn empty(&self, account: AccountId, state: AccountState) -> Arc<AccountCache> {
        Arc::new(AccountCache::new(account, state, Arc::clone(&self.weight)))
    }

    /// The cache of an account and the generation of its slot.
    pub(super) fn get(&self, account: AccountId) -> (Option<Arc<AccountCache>>, u64) {
        let slots = self.read();
        slots
            .get(&account)
            .map_or((None, 0), |slot| (slot.cache.clone(), slot.generation))
    }

    /// What is known of an account, to ask what changed since.
    pub(super) fn known(&self, account: AccountId) -> Known {
        let state = self.get(account).0.map(|cache| cache.state());
        Known { account, state }
    }

    /// Moves an account's cache on to where the database is, and answers the view there. The database
    /// was asked at `asked`.
    pub(super) fn moved(&self, account: AccountId, moved: &Moved, asked: Instant) -> AccountView {
        let asked = self.millis(asked);
        let known = {
            let slots = self.read();
            let slot = slots.get(&account);
            slot.and_then(|slot| {
                slot.confirmed_at.fetch_max(asked, Ordering::Relaxed);
                slot.cache.clone()
            })
        };
        if let Some(cache) = &known {
            if is_current(cache, moved) {
                return AccountView::new(Arc::clone(cache), moved.state);
            }
            metrics::counter!("rampart_cache_evictions_total", "why" => "gap").increment(1);
        }
        let cache = self.empty(account, moved.state);
        let mut slots = self.write();
        let slot = slots.entry(account).or_default();
        slot.cache = Some(Arc::clone(&cache));
        slot.confirmed_at.fetch_max(asked, Ordering::Relaxed);
        drop(slots);
        AccountView::new(cache, moved.state)
    }

    /// Notes that something was committed from here: what is kept is not known to be true until the
    /// database is asked again.
    pub(super) fn doubt(&self, account: AccountId) {
        let now = self.millis(Instant::now());
        let slots = self.read();
        if let Some(slot) = slots.get(&account) {
            slot.doubted_at.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// What is kept of an account, where the database has confirmed it within `most` and nothing was
    /// committed from here since.
    pub(super) fn confirmed_within(
        &self,
        account: AccountId,
        most: Duration,
    ) -> Option<AccountView> {
        let now = self.millis(Instant::now());
        let slots = self.read();
        let slot = slots.get(&account)?;
        let confirmed = slot.confirmed_at.load(Ordering::Relaxed);
        let age = Duration::from_millis(now.saturating_sub(confirmed));
        let is_doubted = slot.doubted_at.load(Ordering::Relaxed) >= confirmed;
        if most.is_zero() || age > most || is_doubted {
            return None;
        }
        let cache = Arc::clone(slot.cache.as_ref()?);
        let state = cache.state();
        Some(AccountView::new(cache, state))
    }

    /// A cache for an account that was read just now, in `state`, when its slot was of `generation`.
    pub(super) fn install(
        &self,
        account: AccountId,
        state: AccountState,
        generation: u64,
    ) -> AccountView {
        let cache = self.empty(account, state);
        let mut slots = self.write();
        let slot = slots.entry(account).or_default();
        // A commit since the read began may have made it stale: then it serves this request, which
        // arrived before, and no other.
        if slot.generation == generation && slot.cache.is_none() {
            slot.cache = Some(Arc::clone(&cache));
        }
        AccountView::new(cache, state)
    }

    /// Moves an account's cache on over a commit of this process, the only writer.
    pub(super) fn committed(
        &self,
        account: AccountId,
        to: AccountState,
        touched: Option<&[Touched]>,
    ) {
        let mut slots = self.write();
        let slot = slots.entry(account).or_default();
        slot.generation += 1;
        if let Some(cache) = &slot.cache {
            let now = cache.state();
            // The commit after this one may have come here first.
            let is_behind = now.revision < to.revision;
            let changes = touched
                .filter(|_| now.revision + 1 == to.revision)
                .map(|touched| [(to, touched.to_vec())]);
            let changes = changes.as_ref().map(<[_; 1]>::as_slice);
            if is_behind && !cache.advance(to, changes) {
                slot.cache = None;
            }
        }
    }

    /// Drops what is kept of an account: what became of a commit is not known.
    pub(super) fn forget(&self, account: AccountId) {
        let mut slots = self.write();
        let slot = slots.entry(account).or_default();
        slot.generation += 1;
        slot.cache = None;
    }

    /// What all caches weigh, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.weight.load(Ordering::Relaxed)
    }

    /// Makes room after something came into `cache`: it first, then those longest unused.
    pub(super) fn make_room(&self, cache: &AccountCache) {
        cache.make_room(self.total);
        if self.bytes() > self.total + self.total / 16 {
            self.trim();
        }
    }

    /// Drops the caches longest unused, and as many that are empty, until all are within the bound.
    pub(super) fn trim(&self) {
        let count = self.read().len();
        let most_empty = self.total / EMPTY_CACHE;
        if self.bytes() <= self.total && count <= most_empty {
            return;
        }
        let mut slots = self.write();
        let mut by_age: Vec<(u64, usize, AccountId)> = slots
            .iter()
            .filter_map(|(account, slot)| {
                let cache = slot.cache.as_ref()?;
                Some((cache.used_at(), cache.meter.own(), *account))
            })
            .collect();
        by_age.sort_unstable();
        let mut weight = self.bytes();
        let mut left = by_age.len();
        for (_, own, account) in by_age {
            if weight <= self.total && left <= most_empty {
                break;
            }
            if let Some(slot) = slots.get_mut(&account) {
                slot.cache = None;
            }
            weight = weight.saturating_sub(own);
            left -= 1;
        }
    }
}

/// Moves the cache to where the database is; whether it is there then.
fn is_current(cache: &AccountCache, moved: &Moved) -> bool {
    // Broken on purpose: it moves on and keeps what the changes touched.
    #[cfg(feature = "test-broken-freshness")]
    let moved = &Moved {
        state: moved.state,
        since: moved.since.as_ref().map(|changes| {
            let states = changes.iter().map(|(state, _)| (*state, Vec::new()));
            states.collect()
        }),
    };
    cache.advance(moved.state, moved.since.as_deref())
}
