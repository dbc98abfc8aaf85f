//! A map that is read on the hot path, seldom written, and gives room entry by entry.
//!
//! Which entry goes is decided by second chance: a read sets a mark, the hand that goes round takes
//! the mark away and the entry that has none. So what is in use stays, whatever else comes in, and
//! making room costs a bounded number of steps.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::iam::maps::NameMap;

/// How many marks the hand takes away at most before it takes an entry in spite of its mark.
const LONGEST_ROUND: usize = 128;

/// What one account's entries weigh, and what those of all accounts do, in bytes.
#[derive(Debug)]
pub(super) struct Meter {
    own: AtomicUsize,
    all: Arc<AtomicUsize>,
}

impl Meter {
    pub(super) fn new(all: Arc<AtomicUsize>) -> Self {
        Self {
            own: AtomicUsize::new(0),
            all,
        }
    }

    pub(super) fn own(&self) -> usize {
        self.own.load(Ordering::Relaxed)
    }

    pub(super) fn all(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }
}

/// A weight that is counted as long as this lives.
#[derive(Debug)]
pub(super) struct Charge {
    meter: Arc<Meter>,
    bytes: usize,
}

impl Charge {
    pub(super) fn new(meter: &Arc<Meter>, bytes: usize) -> Self {
        meter.own.fetch_add(bytes, Ordering::Relaxed);
        meter.all.fetch_add(bytes, Ordering::Relaxed);
        Self {
            meter: Arc::clone(meter),
            bytes,
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.meter.own.fetch_sub(self.bytes, Ordering::Relaxed);
        self.meter.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Place<K, V> {
    key: K,
    value: Arc<V>,
    /// The account's revision from which on this is true.
    since: i64,
    used: AtomicBool,
    charge: Charge,
}

#[derive(Debug)]
struct Places<K, V> {
    by_key: NameMap<K, usize>,
    ring: Vec<Option<Place<K, V>>>,
    free: Vec<usize>,
    hand: usize,
}

/// The map.
#[derive(Debug)]
pub(super) struct Shelf<K, V> {
    places: RwLock<Places<K, V>>,
    bytes: AtomicUsize,
}

impl<K: Eq + Hash + Clone, V> Shelf<K, V> {
    pub(super) fn new() -> Self {
        Self {
            places: RwLock::new(Places {
                by_key: NameMap::default(),
                ring: Vec::new(),
                free: Vec::new(),
                hand: 0,
            }),
            bytes: AtomicUsize::new(0),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Places<K, V>> {
        self.places.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Places<K, V>> {
        self.places.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry, if it is true at `revision`.
    pub(super) fn get<Q>(&self, key: &Q, revision: i64) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let places = self.read();
        let place = places.ring.get(*places.by_key.get(key)?)?.as_ref()?;
        if place.since > revision {
            return None;
        }
        // Written only where it changes something: the line stays shared between cores.
        if !place.used.load(Ordering::Relaxed) {
            place.used.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(&place.value))
    }

    /// Puts an entry in, which is true from `since` on.
    pub(super) fn put(&self, key: K, value: Arc<V>, since: i64, charge: Charge) {
        let mut places = self.write();
        places.remove(&key, &self.bytes);
        self.bytes.fetch_add(charge.bytes, Ordering::Relaxed);
        let place = Some(Place {
            key: key.clone(),
            value,
            since,
            used: AtomicBool::new(false),
            charge,
        });
        let index = if let Some(index) = places.free.pop() {
            places.ring[index] = place;
            index
        } else {
            places.ring.push(place);
            places.ring.len() - 1
        };
        places.by_key.insert(key, index);
    }

    /// Takes an entry out that was true before `revision`.
    pub(super) fn remove_older<Q>(&self, key: &Q, revision: i64)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut places = self.write();
        let index = places.by_key.get(key).copied();
        let place = index.and_then(|index| places.ring.get(index)?.as_ref());
        if place.is_some_and(|place| place.since < revision) {
            places.remove(key, &self.bytes);
        }
    }

    /// What the entries weigh, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Takes out one entry that was not used lately; answers whether there was any.
    pub(super) fn evict_one(&self) -> bool {
        let mut places = self.write();
        if places.by_key.is_empty() {
            return false;
        }
        let mut marks_left = LONGEST_ROUND;
        loop {
            let index = places.hand % places.ring.len();
            places.hand = index + 1;
            let Some(place) = &places.ring[index] else {
                continue;
            };
            if marks_left > 0 && place.used.swap(false, Ordering::Relaxed) {
                marks_left -= 1;
                continue;
            }
            let key = place.key.clone();
            places.remove(&key, &self.bytes);
            return true;
        }
    }
}

impl<K: Eq + Hash + Clone, V> Places<K, V> {
    fn remove<Q>(&mut self, key: &Q, bytes: &AtomicUsize)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some(index) = self.by_key.remove(key) else {
            return;
        };
        if let Some(place) = self.ring.get_mut(index).and_then(Option::take) {
            bytes.fetch_sub(place.charge.bytes, Ordering::Relaxed);
            self.free.push(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter() -> Arc<Meter> {
        Arc::new(Meter::new(Arc::default()))
    }

    #[test]
    fn what_is_used_outlives_what_is_not() {
        let (shelf, meter) = (Shelf::<u32, u32>::new(), meter());
        for key in 0..100 {
            shelf.put(key, Arc::new(key), 1, Charge::new(&meter, 10));
        }
        assert_eq!((meter.own(), shelf.bytes()), (1000, 1000));
        for round in 0..1000 {
            // Ten are in use, and one that comes by drives one out each time.
            for key in 0..10 {
                assert_eq!(*shelf.get(&key, 1).expect("in use"), key);
            }
            shelf.put(1000 + round, Arc::new(0), 1, Charge::new(&meter, 10));
            assert!(shelf.evict_one());
        }
        assert_eq!(
            (meter.own(), meter.all(), shelf.bytes()),
            (1000, 1000, 1000)
        );
        while shelf.evict_one() {}
        assert_eq!((meter.own(), meter.all(), shelf.bytes()), (0, 0, 0));
    }

    #[test]
    fn an_entry_is_true_from_its_revision_on() {
        let (shelf, meter) = (Shelf::<u32, u32>::new(), meter());
        shelf.put(1, Arc::new(7), 5, Charge::new(&meter, 1));
        assert_eq!(shelf.get(&1, 4), None);
        assert_eq!(shelf.get(&1, 5).as_deref(), Some(&7));
        shelf.remove_older(&1, 5);
        assert_eq!(
            shelf.get(&1, 9).as_deref(),
            Some(&7),
            "read after that change"
        );
        shelf.remove_older(&1, 6);
        assert_eq!(shelf.get(&1, 9), None);
        shelf.put(1, Arc::new(8), 6, Charge::new(&meter, 1));
        shelf.put(1, Arc::new(9), 7, Charge::new(&meter, 1));
        assert_eq!(shelf.get(&1, 7).as_deref(), Some(&9));
        assert_eq!(meter.own(), 1, "the one before is gone");
    }
}
