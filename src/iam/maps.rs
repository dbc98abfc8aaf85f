//! The maps of the hot path. Keys that this product has drawn itself nobody chooses: they need no
//! keyed hash. What a stranger may name, such as key ids and role names, does.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from ids of accounts, users or roles.
pub(super) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// A map from names. Where one lies depends on the process; that is no proof against somebody who
/// measures long enough, and need not be: each map has a bound, and nobody fills another account's.
pub(crate) type NameMap<K, V> = HashMap<K, V, foldhash::quality::RandomState>;

/// Multiplies and folds: ids are random already, but for their leading digits.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // The golden ratio in 64 bits: odd, and its bits are spread. The map looks at both ends.
        let mixed = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }
}
