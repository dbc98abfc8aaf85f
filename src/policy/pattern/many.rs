//! Many patterns against one text. Looked at one by one, a list of several hundred short patterns would
//! cost that many walks over the text; packed, it costs one for every 64 letters of the patterns.

use std::ops::Deref;

use super::automaton::Bundle;
use super::{Case, Pattern};

/// Lists of fewer patterns that need an automaton are looked at one by one: most of these fail at
/// their first letters.
const FEWEST: usize = 4;

/// Whether so many of the patterns need an automaton that packing them is worth it.
pub(in crate::policy) fn worth_packing<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> bool {
    patterns
        .filter(|pattern| pattern.is_short())
        .take(FEWEST)
        .count()
        == FEWEST
}

/// Up to 64 patterns, of which each is a bit of the answer, in their order.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Pack {
    bundles: Box<[Bundle]>,
    /// Those that need no automaton, or one of several words.
    single: Box<[(u64, Pattern)]>,
}

impl Pack {
    /// How many patterns a pack holds.
    pub(in crate::policy) const SIZE: usize = 64;

    /// Packs the first [`SIZE`](Self::SIZE) of these.
    pub(in crate::policy) fn new<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> Self {
        let mut bundles: Vec<Bundle> = Vec::new();
        let mut single = Vec::new();
        for (place, pattern) in (0_u32..64).zip(patterns) {
            let owner = 1_u64 << place;
            if !pattern.is_short() {
                single.push((owner, pattern.clone()));
                continue;
            }
            let added = bundles
                .last_mut()
                .is_some_and(|bundle| bundle.add(pattern.as_str(), owner));
            if !added {
                let mut bundle = Bundle::EMPTY;
                bundle.add(pattern.as_str(), owner);
                bundles.push(bundle);
            }
        }
        Self {
            bundles: bundles.into(),
            single: single.into(),
        }
    }

    /// What looking at it costs; see [`Pattern::cost`].
    pub(in crate::policy) fn cost(&self) -> u32 {
        let bundles = self.bundles.iter().map(|_| 1);
        sum(bundles.chain(self.single.iter().map(|(_, pattern)| pattern.cost())))
    }

    /// The patterns that cover the whole of `text`.
    pub(in crate::policy) fn covering(&self, text: &[u8], case: Case) -> u64 {
        let single = self.single.iter();
        let single = single.filter(|(_, pattern)| pattern.covers(text, case));
        let found = single.fold(0, |all, (owner, _)| all | owner);
        let bundles = self.bundles.iter();
        bundles.fold(found, |all, bundle| all | bundle.covering(text, case))
    }
}

/// The sum of costs.
pub(in crate::policy) fn sum(costs: impl Iterator<Item = u32>) -> u32 {
    costs.fold(0, u32::saturating_add)
}

/// A list of patterns, any of which may cover a text.
#[derive(Clone)]
pub struct Patterns {
    all: Box<[Pattern]>,
    /// Empty where the patterns are looked at one by one.
    packs: Box<[Pack]>,
    cost: u32,
}

impl Patterns {
    /// Whether one of the patterns covers the whole of `text`.
    pub fn cover(&self, text: &str, case: Case) -> bool {
        if self.packs.is_empty() {
            return self.iter().any(|pattern| pattern.matches(text, case));
        }
        self.packs
            .iter()
            .any(|pack| pack.covering(text.as_bytes(), case) != 0)
    }

    /// What looking at all of them costs; see [`Pattern::cost`].
    pub(in crate::policy) fn cost(&self) -> u32 {
        self.cost
    }
}

impl FromIterator<Pattern> for Patterns {
    fn from_iter<T: IntoIterator<Item = Pattern>>(patterns: T) -> Self {
        let all: Box<[Pattern]> = patterns.into_iter().collect();
        let packs = if worth_packing(all.iter()) {
            let chunks = all.chunks(Pack::SIZE);
            chunks.map(|chunk| Pack::new(chunk.iter())).collect()
        } else {
            Box::default()
        };
        let cost = if packs.is_empty() {
            sum(all.iter().map(Pattern::cost))
        } else {
            sum(packs.iter().map(Pack::cost))
        };
        Self { all, packs, cost }
    }
}

impl Deref for Patterns {
    type Target = [Pattern];

    fn deref(&self) -> &[Pattern] {
        &self.all
    }
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Patterns {}

impl std::fmt::Debug for Patterns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn together_they_cover_what_one_of_them_covers(
            patterns in prop::collection::vec("[abAB*?é]{0,9}|[a?*]{60,70}", 0..200),
            texts in prop::collection::vec("[abABé]{0,12}|a{55,75}", 1..20),
        ) {
            let patterns: Patterns = patterns.iter().map(|text| Pattern::new(text)).collect();
            for text in &texts {
                for case in [Case::Kept, Case::Ignored] {
                    let one = patterns.iter().any(|pattern| pattern.matches(text, case));
                    prop_assert_eq!(patterns.cover(text, case), one, "{}", text);
                    for (pack, chunk) in patterns.packs.iter().zip(patterns.chunks(Pack::SIZE)) {
                        let found = pack.covering(text.as_bytes(), case);
                        for (place, pattern) in chunk.iter().enumerate() {
                            prop_assert_eq!(found >> place & 1 == 1, pattern.matches(text, case));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_bundle_has_room_for_sixty_four_states() {
        for length in [62, 63, 64, 65] {
            let text = "a".repeat(length);
            let patterns: Patterns = (0..FEWEST)
                .map(|_| Pattern::new(&format!("{text}*b")))
                .collect();
            assert!(patterns.cover(&format!("{text}xb"), Case::Kept));
            assert!(!patterns.cover(&format!("{text}xc"), Case::Kept));
        }
    }
}
