//! A small generator of random numbers (SplitMix64): the same seed gives the same run everywhere.

#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of one chunk of a run: which thread works on the chunk plays no part.
    pub(crate) fn of_chunk(seed: u64, chunk: u64) -> Self {
        let mut random = Self(seed);
        let first = random.next();
        Self(first ^ chunk.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The high half times the bound: without a division, and near enough to even.
        let high = u128::from(self.next()) * u128::from(bound as u64);
        usize::try_from(high >> 64).unwrap_or(0)
    }

    /// True in `percent` of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `list`, which is not empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    /// A reference to one of `list`, which is not empty.
    pub(crate) fn choose<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
