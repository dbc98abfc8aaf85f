//! The one percent-encoding of both signature schemes, and its strict inverse.
//!
//! Source: `A-Z a-z 0-9 - _ . ~` stay, every other byte of the UTF-8 text is `%` and two upper-case
//! hex digits (RFC 3986 section 2.3; the vendor's signature pages; every captured client signs so).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode_byte, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

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

/// Whether `byte` stays as it is.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Appends the canonical form of `text`: a blank is `%20`, `*` is `%2A`, `~` stays.
///
/// ```
/// use rampart::credential::percent::encode_into;
/// let mut out = String::new();
/// encode_into(&mut out, "a b*~/é");
/// assert_eq!(out, "a%20b%2A~%2F%C3%A9");
/// ```
pub fn encode_into(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Appends the canonical form of the canonical form: what the RPC scheme signs. A blank is `%2520`.
///
/// The same as [`encode_into`] twice, without the copy in between.
pub fn encode_twice_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| !is_unreserved(b)) {
        // INVARIANT: `at` stands before a reserved character, so on a character boundary.
        let Some((plain, tail)) = rest.split_at_checked(at) else {
            break;
        };
        out.push_str(plain);
        let mut chars = tail.chars();
        if let Some(reserved) = chars.next() {
            let mut utf8 = [0; 4];
            for byte in reserved.encode_utf8(&mut utf8).bytes() {
                out.push_str("%25");
                // `percent_encode_byte` gives `%XX`; the sign itself is already there as `%25`.
                out.push_str(percent_encode_byte(byte).trim_start_matches('%'));
            }
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
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
pub(crate) fn hex_digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(text: &str) -> String {
        let mut out = String::new();
        encode_into(&mut out, text);
        out
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
            let mut once = String::new();
            encode_twice_into(&mut once, &text);
            prop_assert_eq!(once, encode(&encode(&text)));
        }

        #[test]
        fn decoding_never_panics(text in "[%+0-9a-fA-FgG é]{0,12}", plus in any::<bool>()) {
            let _ = decode(&text, plus);
        }
    }
}
