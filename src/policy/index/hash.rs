//! Hashes of the beginnings of texts, which ignore ASCII case.

use crate::policy::word::{SMALL, last};

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Both halves of the product, since the low bits of one hang on the low bits alone.
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word).wrapping_mul(MULTIPLIER.into());
    let [low, high] = [product, product >> 64].map(|half| half & u128::from(u64::MAX));
    u64::try_from(low ^ high).unwrap_or_default()
}

/// What statements hang on that can be about any resource.
pub(super) fn root(seed: u64) -> u64 {
    key(mix(seed, MULTIPLIER))
}

/// A hash as a table keeps it: none is 0.
fn key(hash: u64) -> u64 {
    hash | 1 << 51
}

/// What a gram was taken from.
pub(super) const ACTION: u8 = 0;
pub(super) const RESOURCE: u8 = 1;

/// Three letters in a row, whatever their case, spread over the whole word.
pub(super) fn gram(kind: u8, [a, b, c]: [u8; 3]) -> u64 {
    let lower = [kind, a, b, c].map(|b| b.to_ascii_lowercase());
    key(mix(u64::from(u32::from_le_bytes(lower)), MULTIPLIER))
}

/// Whether a hash stands for a text alone or for all that begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Whole,
    Prefix,
}

/// Of longer texts only so many bytes are looked at: a length has a bit in a word of its own.
pub(super) const LONGEST: usize = 63;

const WORDS: usize = LONGEST / 8 + 1;

/// The hashes of a text's beginnings, whatever its case.
#[derive(Default)]
pub(super) struct Folded {
    words: [Word; WORDS],
    length: usize,
}

/// Eight bytes of a text, and the hash of all before them.
#[derive(Clone, Copy, Default)]
struct Word {
    before: u64,
    /// As of small letters. That takes some other characters for one another, too.
    bytes: u64,
}

impl Folded {
    /// Reads the text, where nothing was read before. Not made by what it is read from: moving it
    /// would take longer than reading does.
    pub(super) fn read(&mut self, seed: u64, text: &[u8]) {
        let text = text.get(..LONGEST).unwrap_or(text);
        let mut before = seed;
        for (word, bytes) in self.words.iter_mut().zip(text.as_chunks::<8>().0) {
            let bytes = u64::from_le_bytes(*bytes) | SMALL;
            *word = Word { before, bytes };
            before = mix(before, bytes);
        }
        if let Some(word) = self.words.get_mut(text.len() / 8) {
            let bytes = last(text) | SMALL;
            *word = Word { before, bytes };
        }
        self.length = text.len();
    }

    /// The lengths that its beginnings have, a bit each.
    pub(super) fn lengths(&self) -> u64 {
        u64::MAX >> LONGEST.saturating_sub(self.length)
    }

    /// The hash of the whole text; of all that begin like it, if it is too long.
    pub(super) fn whole(&self, salt: u64) -> u64 {
        self.to(self.length, Reach::of(self.length), salt)
    }

    /// The hash of the first `length` bytes, which the text has, for what `salt` stands for.
    #[inline]
    pub(super) fn to(&self, length: usize, reach: Reach, salt: u64) -> u64 {
        let word = self.words.get(length / 8).copied().unwrap_or_default();
        word.up_to(length % 8, reach, salt)
    }
}

impl Word {
    /// The hash of what ends with the first `left` bytes of the word, of fewer than eight.
    #[inline]
    fn up_to(self, left: usize, reach: Reach, salt: u64) -> u64 {
        // The eighth byte says how many they are, and what for.
        let left = u64::try_from(left).unwrap_or_default();
        let mask = (1_u64 << (left << 3)).wrapping_sub(1);
        let kind = left << 1 | u64::from(reach == Reach::Whole);
        key(mix(self.before ^ salt, (self.bytes & mask) | kind << 56))
    }
}

impl Reach {
    /// Of a text of `length` bytes that is meant as a whole.
    pub(super) fn of(length: usize) -> Self {
        if length < LONGEST {
            Self::Whole
        } else {
            Self::Prefix
        }
    }
}

/// The hash of a text; of the beginning, if it is too long.
pub(super) fn hash(seed: u64, text: &[u8], reach: Reach, salt: u64) -> u64 {
    let mut folded = Folded::default();
    folded.read(seed, text);
    let reach = match Reach::of(folded.length) {
        Reach::Whole => reach,
        Reach::Prefix => Reach::Prefix,
    };
    folded.to(folded.length, reach, salt)
}

/// The hash of the whole text that the first `length` bytes of `text` are: [`hash`], for short ones.
#[inline]
pub(super) fn start(seed: u64, text: &[u8], length: usize, salt: u64) -> u64 {
    match text.first_chunk::<8>() {
        Some(bytes) if length < 8 => {
            let bytes = u64::from_le_bytes(*bytes) | SMALL;
            let word = Word {
                before: seed,
                bytes,
            };
            word.up_to(length, Reach::Whole, salt)
        }
        _ => {
            let text = text.get(..length).unwrap_or(text);
            hash(seed, text, Reach::Whole, salt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> u64 {
        hash(1, text.as_bytes(), Reach::Whole, 0)
    }

    #[test]
    fn hashes_ignore_case_and_tell_texts_apart() {
        assert_eq!(whole("ECS:StartInstances"), whole("ecs:startinstances"));
        for (a, b) in [
            ("ecs:a", "ecs:b"),
            ("ecs:", "ecs:\0"),
            ("é", "è"),
            ("ecs:1", "ecs:q"),
            ("ecs:abcd", "ecs:abcd\0"),
            ("", "\0"),
        ] {
            assert_ne!(whole(a), whole(b), "{a} {b}");
        }
        assert_ne!(whole("ecs:a"), hash(1, b"ecs:a", Reach::Prefix, 0));
        assert_ne!(whole("ecs:a"), hash(1, b"ecs:a", Reach::Whole, 1));
    }

    /// Names that are counted differ in their last letters, which are the high bytes of a word.
    #[test]
    fn counted_names_are_spread_over_the_low_bits() {
        for length in 13..=24 {
            for salt in [0, root(1)] {
                let keys = (0..1000).map(|n| {
                    let name = format!("{n:0length$}");
                    hash(1, name.as_bytes(), Reach::Whole, salt) & 0x3FF
                });
                let places: std::collections::BTreeSet<u64> = keys.collect();
                // Of 1,000 at random 638 places of 1,024 are taken.
                assert!(places.len() > 550, "{length}: {}", places.len());
            }
        }
    }

    /// Which texts share a place is told by nothing but the seed.
    #[test]
    fn short_texts_hang_on_the_seed_below_the_root_too() {
        let of = |seed| hash(seed, b"a:A", Reach::Whole, root(seed));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_beginning_hashes_as_a_text_of_its_own() {
        let text = "acs:ECS:cn-hangzhou:1000000000000001".repeat(5);
        let text = text.as_bytes();
        for end in 0..=text.len() {
            let mut folded = Folded::default();
            folded.read(7, &text[..end]);
            for length in 0..=end.min(LONGEST) {
                let alone = hash(7, &text[..length], Reach::Prefix, 3);
                assert_eq!(folded.to(length, Reach::Prefix, 3), alone, "{length}");
            }
            assert_eq!(
                folded.lengths().trailing_ones() as usize,
                end.min(LONGEST) + 1
            );
            let alone = hash(7, &text[..end], Reach::Whole, 3);
            assert_eq!(folded.whole(3), alone);
            assert_eq!(start(7, text, end, 3), alone);
        }
    }
}
