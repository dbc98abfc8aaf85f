//! Hashes of the beginnings of texts, which ignore ASCII case.

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(MULTIPLIER);
    product ^ (product >> 32)
}

/// The salt for what hangs on a node.
pub(super) fn below(seed: u64, node: u32) -> u64 {
    mix(seed, u64::from(node) + 1)
}

/// What a gram was taken from.
pub(super) const ACTION: u8 = 0;
pub(super) const RESOURCE: u8 = 1;

/// Three letters in a row, whatever their case, spread over the whole word.
pub(super) fn gram(kind: u8, [a, b, c]: [u8; 3]) -> u64 {
    let lower = [kind, a, b, c].map(|b| b.to_ascii_lowercase());
    mix(u64::from(u32::from_le_bytes(lower)), MULTIPLIER)
}

/// Whether a hash stands for a text alone or for all that begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Whole,
    Prefix,
}

/// Of longer texts only so many bytes are looked at.
pub(super) const LONGEST: usize = 64;

/// A text in small letters, and the hashes of its beginnings.
pub(super) struct Folded {
    /// Zeros follow the text.
    bytes: [u8; LONGEST],
    length: usize,
    /// Of so many words; those behind the text are of no use.
    hashes: [u64; LONGEST / 8 + 1],
}

impl Folded {
    pub(super) fn new(seed: u64, text: &[u8]) -> Self {
        let kept = text.get(..LONGEST).unwrap_or(text);
        let mut bytes = [0; LONGEST];
        if let Some(start) = bytes.get_mut(..kept.len()) {
            start.copy_from_slice(kept);
        }
        bytes.make_ascii_lowercase();
        let mut hash = seed;
        let mut hashes = [seed; LONGEST / 8 + 1];
        for (after, word) in hashes.iter_mut().skip(1).zip(bytes.as_chunks::<8>().0) {
            hash = mix(hash, u64::from_le_bytes(*word));
            *after = hash;
        }
        Self {
            bytes,
            length: kept.len(),
            hashes,
        }
    }

    /// The text in small letters.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The hash of the whole text; of all that begin like it, if it is too long.
    pub(super) fn whole(&self, salt: u64) -> Option<u64> {
        self.to(self.length, Reach::of(self.length), salt)
    }

    /// The hash of the first `length` bytes for what `salt` stands for; `None` where the text has
    /// not so many.
    #[inline]
    pub(super) fn to(&self, length: usize, reach: Reach, salt: u64) -> Option<u64> {
        if length > self.length {
            return None;
        }
        let words = length / 8;
        let word = self.bytes.as_chunks::<8>().0.get(words);
        let word = u64::from_le_bytes(word.copied().unwrap_or_default());
        // Fewer than eight bytes are left, and the eighth says how many, and what for.
        let left = u64::try_from(length % 8).unwrap_or_default();
        let mask = (1_u64 << (left << 3)).wrapping_sub(1);
        let kind = left << 1 | u64::from(reach == Reach::Whole);
        let hash = mix(*self.hashes.get(words)?, (word & mask) | kind << 56);
        Some(mix(hash, salt))
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
    let folded = Folded::new(seed, text);
    let reach = match Reach::of(folded.length) {
        Reach::Whole => reach,
        Reach::Prefix => Reach::Prefix,
    };
    folded.to(folded.length, reach, salt).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> u64 {
        hash(1, text.as_bytes(), Reach::Whole, 0)
    }

    #[test]
    fn hashes_ignore_ascii_case_only() {
        assert_eq!(whole("ECS:StartInstances"), whole("ecs:startinstances"));
        for (a, b) in [
            ("ecs:a", "ecs:b"),
            ("ecs:", "ecs:\0"),
            ("é", "É"),
            ("@", "`"),
            ("[", "{"),
            ("ecs:abcd", "ecs:abcd\0"),
            ("", "\0"),
        ] {
            assert_ne!(whole(a), whole(b), "{a} {b}");
        }
        assert_ne!(whole("ecs:a"), hash(1, b"ecs:a", Reach::Prefix, 0));
        assert_ne!(whole("ecs:a"), hash(1, b"ecs:a", Reach::Whole, 1));
    }

    #[test]
    fn a_beginning_hashes_as_a_text_of_its_own() {
        let text = "acs:ECS:cn-hangzhou:1000000000000001".repeat(5);
        let text = text.as_bytes();
        for end in 0..=text.len() {
            let folded = Folded::new(7, &text[..end]);
            for length in 0..=end.min(LONGEST) {
                let alone = hash(7, &text[..length], Reach::Prefix, 3);
                assert_eq!(folded.to(length, Reach::Prefix, 3), Some(alone), "{length}");
            }
            assert_eq!(folded.to(end + 1, Reach::Prefix, 3), None);
            let alone = hash(7, &text[..end], Reach::Whole, 3);
            assert_eq!(folded.whole(3), Some(alone));
        }
    }
}
