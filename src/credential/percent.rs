//! The one percent-encoding of both signature schemes, and its strict inverse.
//!
//! Source: `A-Z a-z 0-9 - _ . ~` stay, every other byte of the UTF-8 text is `%` and two upper-case
//! hex digits (RFC 3986 section 2.3; the vendor's signature pages; every captured client signs so).

use std::borrow::Cow;

use percent_encoding::percent_encode_byte;

use crate::policy::word::each;

/// Text that cannot be decoded: the vendor's `InvalidParameter.Encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// A `%` without two hex digits behind it.
    #[error("a percent sign without two hex digits")]
    Percent,
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    Utf8,
}

/// The bytes that stay as they are: the unreserved characters of RFC 3986.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    loop {
        #[expect(
            clippy::indexing_slicing,
            clippy::as_conversions,
            reason = "a constant: a fault would not compile"
        )]
        {
            table[byte as usize] = compares_unreserved(byte);
        }
        match byte.checked_add(1) {
            Some(next) => byte = next,
            None => break table,
        }
    }
};

/// Whether `byte` stays as it is, by comparing and without a branch: for many bytes at once that
/// becomes vectors, for one the table is quicker.
#[expect(clippy::needless_bitwise_bool, reason = "a lazy operator is a branch")]
const fn compares_unreserved(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    letter | digit | (byte == b'-') | (byte == b'.') | (byte == b'_') | (byte == b'~')
}

/// Whether `byte` stays as it is.
#[expect(
    clippy::indexing_slicing,
    reason = "the table has an entry for every byte"
)]
pub(crate) fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

/// How many unreserved characters stand at the beginning.
pub(crate) fn unreserved_run(bytes: &[u8]) -> usize {
    const SHORT: usize = 32;
    const STEP: usize = 16;
    // Most runs are short; where one ends is told eight bytes at once.
    let start = bytes.get(..SHORT).unwrap_or(bytes);
    let run = run_by_words(start);
    if run < SHORT {
        return run;
    }
    let all = |chunk: &&[u8; STEP]| {
        let each = chunk.iter().map(|byte| compares_unreserved(*byte));
        each.fold(true, |all, one| all & one)
    };
    let (chunks, _) = bytes.get(SHORT..).unwrap_or_default().as_chunks::<STEP>();
    let more = chunks.iter().take_while(all).count().saturating_mul(STEP);
    let done = SHORT.saturating_add(more);
    done.saturating_add(run_by_words(bytes.get(done..).unwrap_or_default()))
}

/// As [`unreserved_run`], of what is short.
fn run_by_words(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut done = 0_usize;
    for word in words {
        let reserved = reserved(u64::from_le_bytes(*word));
        if reserved != 0 {
            let within = usize::try_from(reserved.trailing_zeros() / 8).unwrap_or_default();
            return done.saturating_add(within);
        }
        done = done.saturating_add(8);
    }
    let more = rest.iter().position(|byte| !is_unreserved(*byte));
    done.saturating_add(more.unwrap_or(rest.len()))
}

/// The high bit of each byte of a word that does not stay as it is.
const fn reserved(word: u64) -> u64 {
    /// The high bit of each byte between two, of bytes without theirs: no sum leaves its byte.
    const fn between(bytes: u64, first: u8, last: u8) -> u64 {
        let from_first = bytes.wrapping_add(each(0x80_u8.wrapping_sub(first)));
        let beyond_last = bytes.wrapping_add(each(0x7F_u8.wrapping_sub(last)));
        from_first & !beyond_last
    }
    const HIGH: u64 = each(0x80);
    let low = word & !HIGH;
    let unreserved = between(low | each(0x20), b'a', b'z')
        | between(low, b'0', b'9')
        | between(low, b'-', b'.')
        | between(low, b'_', b'_')
        | between(low, b'~', b'~');
    HIGH & !(unreserved & !word)
}

/// The canonical form of `text`: a blank is `%20`, `*` is `%2A`, `~` stays.
///
/// ```
/// use rampart::credential::percent::encode;
/// assert_eq!(encode("a b*~/é"), "a%20b%2A~%2F%C3%A9");
/// ```
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text);
    out
}

/// Appends the canonical form of `text`: see [`encode`].
pub fn encode_into(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(percent_encode_byte(byte));
        }
    }
}

/// Appends the canonical form of the canonical form: what the RPC scheme signs. A blank is `%2520`.
///
/// The same as [`encode_into`] twice, without the copy in between.
pub fn encode_twice_into(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            // `%XX` with the sign encoded again.
            out.push_str("%25");
            out.push_str(percent_encode_byte(byte).get(1..).unwrap_or_default());
        }
    }
}

/// Decodes once. `plus_is_blank`: whether `+` is a blank, as in a query or a form.
///
/// Borrows where nothing had to change.
///
/// # Errors
/// [`EncodingError`]: a `%` without two hex digits (either case), or a result that is not UTF-8.
///
/// ```
/// use rampart::credential::percent::{decode, EncodingError};
/// assert_eq!(decode("a+b%2b", true).unwrap(), "a b+");
/// assert_eq!(decode("a+b", false).unwrap(), "a+b");
/// assert_eq!(decode("100%", true), Err(EncodingError::Percent));
/// assert_eq!(decode("%FF", true), Err(EncodingError::Utf8));
/// ```
pub fn decode(text: &str, plus_is_blank: bool) -> Result<Cow<'_, str>, EncodingError> {
    let changes = |b: u8| b == b'%' || (plus_is_blank && b == b'+');
    let Some(first) = text.bytes().position(changes) else {
        return Ok(Cow::Borrowed(text));
    };
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    out.extend(bytes.by_ref().take(first));
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = hex_digit(bytes.next()).ok_or(EncodingError::Percent)?;
                let low = hex_digit(bytes.next()).ok_or(EncodingError::Percent)?;
                (high << 4) | low
            }
            b'+' if plus_is_blank => b' ',
            other => other,
        });
    }
    String::from_utf8(out)
        .map(Cow::Owned)
        .map_err(|_| EncodingError::Utf8)
}

/// The value of a hex digit of either case.
pub(crate) const fn hex_digit(byte: Option<u8>) -> Option<u8> {
    match byte {
        Some(digit @ b'0'..=b'9') => Some(digit.wrapping_sub(b'0')),
        Some(digit @ b'A'..=b'F') => Some(digit.wrapping_sub(b'A' - 10)),
        Some(digit @ b'a'..=b'f') => Some(digit.wrapping_sub(b'a' - 10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_run_ends_before_what_is_encoded() {
        for byte in 0..=u8::MAX {
            let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            for place in 0..40 {
                let mut bytes = [b'a'; 40];
                bytes[place] = byte;
                let expected = if plain { 40 } else { place };
                assert_eq!(unreserved_run(&bytes), expected, "{byte} at {place}");
            }
            assert_eq!(is_unreserved(byte), plain, "{byte}");
        }
    }

    #[test]
    fn the_awkward_characters_of_the_specification() {
        assert_eq!(encode(" *~/!'()\n+%"), "%20%2A~%2F%21%27%28%29%0A%2B%25");
        assert_eq!(encode("AZaz09-_."), "AZaz09-_.");
        assert_eq!(encode("中😀"), "%E4%B8%AD%F0%9F%98%80");
        assert_eq!(encode("\u{0}\u{7f}"), "%00%7F");
    }

    #[test]
    fn decoding_is_strict() {
        for broken in ["%", "%2", "a%2", "%zz", "%2g", "%%20", "%+1", "% 1", "%é0"] {
            assert_eq!(
                decode(broken, true),
                Err(EncodingError::Percent),
                "{broken}"
            );
        }
        for broken in [
            "%80",
            "%C3",
            "%C3+",
            "%ED%A0%80",
            "%F8%88%80%80%80",
            "%C0%AF",
        ] {
            assert_eq!(decode(broken, true), Err(EncodingError::Utf8), "{broken}");
        }
        // Once, never twice.
        assert_eq!(decode("%2541", true).unwrap(), "%41");
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|b| is_unreserved(b) || b == b'%'));
            prop_assert_eq!(decode(&encoded, true).unwrap(), text.as_str());
            prop_assert_eq!(decode(&encoded, false).unwrap(), text.as_str());
        }

        #[test]
        fn twice_is_twice(text in "[ -~é中😀\n]{0,40}") {
            let mut twice = String::new();
            encode_twice_into(&mut twice, &text);
            prop_assert_eq!(twice, encode(&encode(&text)));
        }

        #[test]
        fn encoding_agrees_with_the_library(text in any::<String>()) {
            const SET: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
                .remove(b'-').remove(b'_').remove(b'.').remove(b'~');
            let theirs = percent_encoding::utf8_percent_encode(&text, SET).to_string();
            prop_assert_eq!(encode(&text), theirs);
        }

        #[test]
        fn decoding_never_panics(text in "[%+0-9a-fA-FgG é]{0,12}", plus in any::<bool>()) {
            let _ = decode(&text, plus);
        }
    }
}
