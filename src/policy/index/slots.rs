//! The memory of a table. In a large set each decision looks at another page of it; pages of 4 KiB are
//! then too many for the processor to know where they all are, so that finding out costs as much as the
//! look itself.

use std::marker::PhantomData;

use memmap2::MmapMut;
use zerocopy::FromBytes;

use super::table::Slot;

/// How much memory a huge page takes on x86-64, and mostly elsewhere.
const HUGE_PAGE: usize = 2 << 20;

/// Slots that were free in the beginning.
#[derive(Debug)]
pub(super) enum Slots<S> {
    Heap(Box<[S]>),
    HugePages(MmapMut, PhantomData<S>),
}

impl<S: Slot> Slots<S> {
    /// So many, in huge pages if they fill one and the system has some.
    pub(super) fn free(count: usize) -> Self {
        let bytes = count.saturating_mul(size_of::<S>());
        let map = (bytes >= HUGE_PAGE).then(|| MmapMut::map_anon(bytes));
        let Some(Ok(map)) = map else {
            return Self::Heap(vec![S::new_zeroed(); count].into());
        };
        // A wish: a system that has none gives its usual pages.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Self::HugePages(map, PhantomData)
    }

    #[inline]
    pub(super) fn all(&self) -> &[S] {
        match self {
            Self::Heap(slots) => slots,
            Self::HugePages(map, _) => <[S]>::ref_from_bytes(map).unwrap_or_default(),
        }
    }

    pub(super) fn all_mut(&mut self) -> &mut [S] {
        match self {
            Self::Heap(slots) => slots,
            Self::HugePages(map, _) => <[S]>::mut_from_bytes(map).unwrap_or_default(),
        }
    }
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
    fn what_fills_a_huge_page_lies_in_some() {
        let fill = HUGE_PAGE / 16;
        for (count, huge) in [
            (0, false),
            (fill - 1, false),
            (fill, true),
            (fill * 2, true),
        ] {
            let mut slots = Slots::<[u64; 2]>::free(count);
            assert_eq!(matches!(slots, Slots::HugePages(..)), huge, "{count}");
            assert_eq!(slots.all(), vec![[0; 2]; count]);
            if let Some(last) = slots.all_mut().last_mut() {
                *last = [1, 2];
                assert_eq!(slots.all().last(), Some(&[1, 2]));
            }
        }
    }
}
