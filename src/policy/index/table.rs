//! A map from hashes to places, made once and then only read: a miss is seen in a few bits that
//! stay in the processor's cache, a hit costs one line of memory.

use std::collections::HashMap;

/// So many places from `at` on, of a list that the map's owner has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) at: u32,
    /// With [`CROWD`], `at` is the place of a crowd. None is what a free slot has.
    pub(super) count: u32,
}

/// A [`Span::count`] that no list reaches.
pub(super) const CROWD: u32 = u32::MAX;

impl Span {
    /// What it names of `list`.
    pub(super) fn of<T>(self, list: &[T]) -> &[T] {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        list.get(at..at.saturating_add(count)).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    span: Span,
}

/// See the head of this module.
#[derive(Debug)]
pub(super) struct Table {
    /// A power of two, half of them free at least; a key is in the first from its own on.
    slots: Box<[Slot]>,
    /// Sixteen bits for each key, two of them set.
    filter: Box<[u64]>,
}

impl Table {
    /// The spans by their keys; each has a count.
    pub(super) fn new(spans: &HashMap<u64, Span>) -> Self {
        let size = spans.len().saturating_mul(2).next_power_of_two();
        let mut slots = vec![Slot::default(); size].into_boxed_slice();
        let mut filter = vec![0; (size / 8).max(1)].into_boxed_slice();
        for (&key, &span) in spans {
            let from = place(key, size);
            let free = (from..size)
                .chain(0..from)
                .find(|at| slots.get(*at).is_some_and(|slot| slot.span.count == 0));
            if let Some(slot) = free.and_then(|at| slots.get_mut(at)) {
                *slot = Slot { key, span };
            }
            let words = filter.len();
            if let Some(word) = filter.get_mut(place(key, words)) {
                *word |= bits(key);
            }
        }
        Self { slots, filter }
    }

    pub(super) fn get(&self, key: u64) -> Option<Span> {
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
    pub(super) fn find(&self, key: u64) -> Option<Span> {
        let mut at = place(key, self.slots.len());
        // One slot in two is free: this ends.
        loop {
            let slot = self.slots.get(at)?;
            if slot.span.count == 0 {
                return None;
            }
            if slot.key == key {
                return Some(slot.span);
            }
            at = at.wrapping_add(1) & self.slots.len().wrapping_sub(1);
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

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        for count in [0_u32, 1, 2, 3, 8, 100, 5000] {
            // Neighbours, and keys that differ only in bits that the place does not hang on.
            let key = |n: u32| u64::from(n % 3) | u64::from(n) << 40;
            let spans: HashMap<u64, Span> = (0..count)
                .map(|n| (key(n), Span { at: n, count: 1 }))
                .collect();
            let table = Table::new(&spans);
            for n in 0..count * 2 + 2 {
                let found = table.get(key(n)).map(|span| span.at);
                assert_eq!(found, (n < count).then_some(n), "{n} of {count}");
            }
        }
    }
}
