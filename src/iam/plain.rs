//! Texts of which nothing has to be escaped or refused, as most names are.

use crate::policy::word::{each, last};

/// Whether a text is of printable ASCII characters that JSON writes as they are. Seen eight
/// bytes at once.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    const HIGH: u64 = each(0x80);
    /// The high bit of each byte that is another; of bytes without theirs.
    const fn not(bytes: u64, byte: u8) -> u64 {
        (bytes ^ each(byte)).wrapping_add(!HIGH)
    }
    let other = |word: u64| {
        let low = word & !HIGH;
        let from_blank = low.wrapping_add(each(0x80 - b' '));
        word | !(from_blank & not(low, b'"') & not(low, b'\\') & not(low, 0x7F))
    };
    let (words, left) = text.as_chunks::<8>();
    let end = last(text) | each(b' ') << (8 * left.len());
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    words.fold(other(end), |found, word| found | other(word)) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_plain_or_not_at_every_place() {
        for byte in 0..=u8::MAX {
            let plain = matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
            for place in 0..17 {
                let mut text = [b'x'; 17];
                text[place] = byte;
                assert_eq!(is_plain(&text), plain, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn plain_texts_are_told_as_one_by_one(start in "[ -~]{0,20}", other: char, end in "[a-z]{0,20}") {
            let plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
            for text in [format!("{start}{end}"), format!("{start}{other}{end}")] {
                prop_assert_eq!(is_plain(text.as_bytes()), text.chars().all(plain), "{:?}", text);
            }
        }
    }
}
