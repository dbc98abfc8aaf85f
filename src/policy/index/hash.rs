//! Hashes of texts that ignore ASCII case, and maps that take them as they are.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The hash is made before the map is asked.
#[derive(Default)]
pub(super) struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

pub(super) type Map<V> = HashMap<u64, V, BuildHasherDefault<Ready>>;

pub(super) const ACTION: u8 = 0;
pub(super) const RESOURCE: u8 = 1;

/// Three letters in a row, whatever their case, spread over the whole word.
pub(super) fn gram(kind: u8, [a, b, c]: [u8; 3]) -> u64 {
    let lower = [kind, a, b, c].map(|b| b.to_ascii_lowercase());
    mix(u64::from(u32::from_le_bytes(lower)), MULTIPLIER)
}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(MULTIPLIER);
    product ^ (product >> 32)
}

/// The seed for what hangs on a node.
pub(super) fn below(seed: u64, node: u32) -> u64 {
    mix(seed, u64::from(node))
}

/// The hash of a whole text, without regard to ASCII case.
pub(super) fn whole(seed: u64, text: &[u8]) -> u64 {
    hash(seed, 0x57, text)
}

/// The hash of the start of texts, without regard to ASCII case.
pub(super) fn prefix(seed: u64, text: &[u8]) -> u64 {
    hash(seed, 0x50, text)
}

fn hash(seed: u64, kind: u64, text: &[u8]) -> u64 {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let (chunks, rest) = text.as_chunks::<8>();
    let start = mix(seed, kind ^ (length << 8));
    let hash = chunks.iter().fold(start, |hash, chunk| {
        mix(hash, lower(u64::from_le_bytes(*chunk)))
    });
    let rest = match (rest, rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        ([], ..) => return hash,
        // The two overlap; with the length, which is in the hash, they are all of the rest.
        (_, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | (u64::from(u32::from_le_bytes(*last)) << 32)
        }
        ([first, .., last], ..) => {
            let middle = rest.get(1).copied().unwrap_or_default();
            u64::from(u32::from_le_bytes([*first, middle, *last, 0]))
        }
        ([only], ..) => u64::from(*only),
    };
    mix(hash, lower(rest))
}

/// Eight bytes, their ASCII capitals made small.
pub(super) fn lower(word: u64) -> u64 {
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    const HIGH_BITS: u64 = !LOW_BITS;
    let spread = |byte: u8| u64::from_le_bytes([byte; 8]);
    let seven = word & LOW_BITS;
    // The high bit of a byte is set where the byte is at least `A`, and where it is beyond `Z`.
    let from_a = seven.wrapping_add(spread(0x80 - b'A'));
    let beyond_z = seven.wrapping_add(spread(0x80 - b'Z' - 1));
    let capital = from_a & !beyond_z & !word & HIGH_BITS;
    word | (capital >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_ignore_ascii_case_only() {
        for byte in 0..=u8::MAX {
            let word = lower(u64::from_le_bytes([byte; 8]));
            assert_eq!(word.to_le_bytes(), [byte.to_ascii_lowercase(); 8], "{byte}");
        }
        assert_eq!(
            whole(1, b"ECS:StartInstances"),
            whole(1, b"ecs:startinstances")
        );
        for (a, b) in [
            ("ecs:a", "ecs:b"),
            ("ecs:", "ecs:\0"),
            ("é", "É"),
            ("@", "`"),
            ("[", "{"),
        ] {
            assert_ne!(whole(1, a.as_bytes()), whole(1, b.as_bytes()), "{a} {b}");
        }
        assert_ne!(whole(1, b"ecs:a"), prefix(1, b"ecs:a"));
    }
}
