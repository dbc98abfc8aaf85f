//! Eight bytes of a text at once.

/// A byte of each place of a word.
pub(crate) const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The bit that tells small letters from capitals, of each byte.
pub(super) const SMALL: u64 = each(0x20);

/// What follows the last whole eight bytes of a text, and zeros.
pub(crate) fn last(text: &[u8]) -> u64 {
    let left = text.len() % 8;
    match text.last_chunk::<8>() {
        // The eight before the end, without those that stand in the word before.
        Some(end) => (u64::from_le_bytes(*end) >> 8) >> (56 - 8 * left),
        None => text
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Whether two texts have the same first `length` bytes. Without a call for up to eight of them, as
/// services have, and for sixteen, as accounts have, if as many as that are there.
#[inline]
pub(super) fn begin_alike(one: &[u8], other: &[u8], length: usize) -> bool {
    if let (1..=8, Some(one), Some(other)) = (length, one.first_chunk(), other.first_chunk()) {
        let different = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        return different << (64 - 8 * length) == 0;
    }
    if let (16, Some(one), Some(other)) = (length, one.first_chunk(), other.first_chunk()) {
        return u128::from_le_bytes(*one) == u128::from_le_bytes(*other);
    }
    match (one.get(..length), other.get(..length)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The high bit of each byte of a word that is a colon.
pub(super) fn colons(word: u64) -> u64 {
    const LOW_BITS: u64 = each(0x7F);
    let other = word ^ each(b':');
    let others = (other & LOW_BITS).wrapping_add(LOW_BITS) | other;
    !(others | LOW_BITS)
}

/// Where the first `N` colons of a text are; `None` where there are fewer.
#[inline]
pub(super) fn first_colons<const N: usize>(text: &[u8]) -> Option<[usize; N]> {
    let mut found = [0; N];
    let mut count = 0_usize;
    let mut start = 0_usize;
    let mut rest = text;
    loop {
        let (word, after) = match rest.split_first_chunk::<8>() {
            Some((word, after)) => (u64::from_le_bytes(*word), Some(after)),
            None => (last(text), None),
        };
        let mut colons = colons(word);
        while colons != 0 {
            let byte = usize::try_from(colons.trailing_zeros() / 8).ok()?;
            *found.get_mut(count)? = start.wrapping_add(byte);
            count = count.wrapping_add(1);
            if count == N {
                return Some(found);
            }
            colons &= colons.wrapping_sub(1);
        }
        rest = after?;
        start = start.wrapping_add(8);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn colons_are_found_as_one_by_one(text in "[:a-z;9\u{ba}\u{13a}]{0,40}") {
            let mut places = text.match_indices(':').map(|(place, _)| place);
            let first = [places.next(), places.next(), places.next()];
            let all: Option<Vec<usize>> = first.into_iter().collect();
            let found = first_colons::<3>(text.as_bytes());
            prop_assert_eq!(found.map(|found| found.to_vec()), all);
            prop_assert_eq!(first_colons::<1>(text.as_bytes()).map(|[first]| first), text.find(':'));
        }

        #[test]
        fn texts_begin_alike_as_slices_do(one in "[ab]{0,24}", other in "[ab]{0,24}", length in 0..30_usize) {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            let slices = one.get(..length).zip(other.get(..length));
            prop_assert_eq!(begin_alike(one, other, length), slices.is_some_and(|(one, other)| one == other));
            let more = [&one[..length.min(one.len())], other].concat();
            prop_assert_eq!(begin_alike(one, &more, length), one.len() >= length);
        }

        #[test]
        fn the_last_word_is_what_is_left(text: Vec<u8>) {
            let left = text.as_chunks::<8>().1;
            let mut word = [0; 8];
            word[..left.len()].copy_from_slice(left);
            prop_assert_eq!(last(&text), u64::from_le_bytes(word));
        }
    }
}
