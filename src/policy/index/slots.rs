//! The memory of a table. In a large set each decision looks at another page of it; pages of 4 KiB are
//! then too many for the processor to know where they all are, so that finding out costs as much as the
//! look itself.

use std::marker::PhantomData;
use std::ops::Range;

use memmap2::MmapMut;
use zerocopy::FromBytes;

use super::table::Slot;

/// How much memory a huge page takes on x86-64, and mostly elsewhere.
const HUGE_PAGE: usize = 2 << 20;

/// Slots that were free in the beginning.
#[derive(Debug)]
pub(super) enum Slots<S> {
    Heap(Box<[S]>),
    /// The memory, and which bytes of it the slots are.
    HugePages(MmapMut, Range<usize>, PhantomData<S>),
}

impl<S: Slot> Slots<S> {
    /// So many, in huge pages if they fill one and the system has some.
    pub(super) fn all_free(count: usize) -> Self {
        let mapped = huge_pages(count.saturating_mul(size_of::<S>()));
        match mapped.map(|(map, place)| Self::HugePages(map, place, PhantomData)) {
            Some(mapped) if mapped.all().len() == count => mapped,
            _ => Self::Heap(vec![S::new_zeroed(); count].into()),
        }
    }

    #[inline]
    pub(super) fn all(&self) -> &[S] {
        match self {
            Self::Heap(slots) => slots,
            // INVARIANT: the bytes are slots, since `all_free` counted them by this.
            Self::HugePages(map, place, _) => {
                let slots = map.get(place.start..place.end).map(<[S]>::ref_from_bytes);
                slots.and_then(Result::ok).unwrap_or_default()
            }
        }
    }

    pub(super) fn all_mut(&mut self) -> &mut [S] {
        match self {
            Self::Heap(slots) => slots,
            Self::HugePages(map, place, _) => {
                let bytes = map.get_mut(place.start..place.end);
                let slots = bytes.map(<[S]>::mut_from_bytes);
                slots.and_then(Result::ok).unwrap_or_default()
            }
        }
    }
}

/// So many zeros, if they fill a huge page: some memory, and which of its bytes they are. They begin
/// where a huge page does, which not every kernel sees to.
fn huge_pages(bytes: usize) -> Option<(MmapMut, Range<usize>)> {
    if bytes < HUGE_PAGE || !cfg!(target_os = "linux") {
        return None;
    }
    let map = MmapMut::map_anon(bytes.checked_add(HUGE_PAGE)?).ok()?;
    // A wish: a system that has none gives its usual pages.
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    let start = map.as_ptr().align_offset(HUGE_PAGE);
    let end = start.checked_add(bytes)?;
    Some((map, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_fills_a_huge_page_begins_where_one_does() {
        let fill = HUGE_PAGE / 16;
        for (count, huge) in [
            (0, false),
            (fill - 1, false),
            (fill, true),
            (fill * 2, true),
        ] {
            let mut slots = Slots::<[u64; 2]>::all_free(count);
            assert_eq!(matches!(slots, Slots::HugePages(..)), huge, "{count}");
            assert!(!huge || slots.all().as_ptr().addr().is_multiple_of(HUGE_PAGE));
            assert_eq!(slots.all(), vec![[0; 2]; count]);
            if let Some(last) = slots.all_mut().last_mut() {
                *last = [1, 2];
                assert_eq!(slots.all().last(), Some(&[1, 2]));
            }
        }
    }
}
