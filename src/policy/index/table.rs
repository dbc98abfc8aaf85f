//! A map by hashes, made once and then only read: a miss is seen in a few bits that stay in the
//! processor's cache, a hit costs one line of memory.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::slots::Slots;

/// What a table is made of.
pub(super) trait Slot: Copy + FromBytes + IntoBytes + Immutable + KnownLayout {
    /// What it is found by; 0 where the slot is free.
    fn key(&self) -> u64;
}

/// See the head of this module.
#[derive(Debug)]
pub(super) struct Table<S> {
    /// A power of two, half of them free at least; a key is in the first from its own on.
    slots: Slots<S>,
    /// Eight bits for each key at least, two of them set.
    filter: Box<[u64]>,
}

impl<S: Slot> Table<S> {
    /// The table of these, which have different keys, with so many slots for each of them.
    pub(super) fn new(all: impl ExactSizeIterator<Item = S>, slots: usize) -> Self {
        let size = all.len().saturating_mul(slots).next_power_of_two();
        let mut slots = Slots::all_free(size);
        let free: &mut [S] = slots.all_mut();
        let mut filter = vec![0; (size / 16).max(1)].into_boxed_slice();
        for one in all {
            let key = one.key();
            let from = place(key, size);
            let first = (from..size)
                .chain(0..from)
                .find(|at| free.get(*at).is_some_and(|slot| slot.key() == 0));
            if let Some(slot) = first.and_then(|at| free.get_mut(at)) {
                *slot = one;
            }
            let words = filter.len();
            if let Some(word) = filter.get_mut(place(key, words)) {
                *word |= bits(key);
            }
        }
        Self { slots, filter }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.slots.all()).saturating_add(size_of_val(&*self.filter))
    }

    pub(super) fn get(&self, key: u64) -> Option<&S> {
        if self.may_have(key) {
            self.find(key)
        } else {
            None
        }
    }

    /// Whether a look at the slots is worth it; never false for a key that is there.
    #[inline]
    pub(super) fn may_have(&self, key: u64) -> bool {
        let word = self.filter.get(place(key, self.filter.len()));
        word.is_some_and(|word| word & bits(key) == bits(key))
    }

    #[inline]
    pub(super) fn find(&self, key: u64) -> Option<&S> {
        let slots = self.slots.all();
        let mut at = place(key, slots.len());
        // One slot in two is free: this ends.
        loop {
            let slot = slots.get(at)?;
            if slot.key() == key {
                return Some(slot);
            }
            if slot.key() == 0 {
                return None;
            }
            at = at.wrapping_add(1) & slots.len().wrapping_sub(1);
        }
    }
}

/// Where a key belongs among `size` places, a power of two.
fn place(key: u64, size: usize) -> usize {
    usize::try_from(key).unwrap_or_default() & size.wrapping_sub(1)
}

/// Two bits of a word, by bits of the key that its place does not hang on.
fn bits(key: u64) -> u64 {
    1 << (key >> 58) | 1 << (key >> 52 & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Slot for [u64; 2] {
        fn key(&self) -> u64 {
            self[0]
        }
    }

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        // Neighbours, and keys that differ only in bits that the place does not hang on.
        let clashing = |n: u32| u64::from(n % 3) | u64::from(n + 1) << 40;
        let spread = |n: u32| u64::from(n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let small = [0, 1, 2, 3, 8, 100, 5000].map(|count| (count, clashing as fn(u32) -> u64));
        // The last lies in huge pages.
        for (count, key) in small
            .into_iter()
            .chain([(5000, spread as _), (70_000, spread as _)])
        {
            let table = Table::new((0..count).map(|n| [key(n), n.into()]), 2);
            for n in 0..count * 2 + 2 {
                let found = table.get(key(n)).map(|[_, n]| *n);
                assert_eq!(found, (n < count).then_some(n.into()), "{n} of {count}");
            }
        }
    }
}
