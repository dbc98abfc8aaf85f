//! The parameters of a request, in the order they came, decoded once.
//!
//! Queries and forms share one splitting rule: split on `&`, each piece on its first `=`, a piece
//! without `=` has an empty value, empty pieces are ignored, `+` is a blank. Values are kept byte for
//! byte: no trimming, no normalisation.

use std::borrow::Cow;

use super::percent::{self, EncodingError};

/// What is known about the form that a name or value had on the wire.
///
/// INVARIANT: it agrees with the decoded text; that is why [`Pair`]'s fields are private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire<'a> {
    /// Only unreserved characters: the text is its own canonical form.
    Plain,
    /// The slice of the request that is already the canonical form of the text.
    Canonical(&'a str),
    /// Neither: the text has to be encoded.
    Other,
}

/// One parameter: its decoded name and value.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    name_wire: Wire<'a>,
    value_wire: Wire<'a>,
}

/// Why a query or form cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Cannot be decoded: the vendor's `InvalidParameter.Encoding`.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// More pairs than the limit.
    #[error("too many parameters")]
    TooMany,
}

impl<'a> Pair<'a> {
    /// A pair of texts that were never encoded: a client's, or a JSON body's.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        let (name, value) = (name.into(), value.into());
        let (name_wire, value_wire) = (wire_of_text(&name), wire_of_text(&value));
        Self {
            name,
            value,
            name_wire,
            value_wire,
        }
    }

    /// A pair as it stands on the wire.
    fn from_wire(piece: &'a str) -> Result<Self, EncodingError> {
        let (raw_name, raw_value) = split_once(piece, b'=').unwrap_or((piece, ""));
        let (name, name_wire) = read(raw_name)?;
        let (value, value_wire) = read(raw_value)?;
        Ok(Self {
            name,
            value,
            name_wire,
            value_wire,
        })
    }

    /// The decoded name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The decoded value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether the name or the value holds a NUL, which no store takes.
    pub fn holds_nul(&self) -> bool {
        let holds = |text: &str, wire| {
            // A NUL is no unreserved character.
            wire != Wire::Plain && memchr::memchr(0, text.as_bytes()).is_some()
        };
        holds(&self.name, self.name_wire) || holds(&self.value, self.value_wire)
    }

    /// The name and value, borrowed from the request where nothing had to be decoded.
    pub fn into_parts(self) -> (Cow<'a, str>, Cow<'a, str>) {
        (self.name, self.value)
    }

    /// Appends `enc(name)=enc(value)`.
    pub(crate) fn canonical_into(&self, out: &mut Vec<u8>) {
        once(out, &self.name, self.name_wire);
        out.push(b'=');
        once(out, &self.value, self.value_wire);
    }

    /// Appends `enc(enc(name)=enc(value))`.
    pub(crate) fn canonical_twice_into(&self, out: &mut Vec<u8>) {
        twice(out, &self.name, self.name_wire);
        out.extend_from_slice(b"%3D");
        twice(out, &self.value, self.value_wire);
    }

    /// About how long the doubled canonical form gets: exact where the wire was canonical.
    pub(crate) fn estimate(&self) -> usize {
        let part = |text: &str, wire| match wire {
            Wire::Plain => text.len(),
            Wire::Canonical(raw) => raw.len().saturating_mul(5).div_euclid(3),
            Wire::Other => text.len().saturating_mul(2),
        };
        part(&self.name, self.name_wire)
            .saturating_add(part(&self.value, self.value_wire))
            .saturating_add(8)
    }
}

fn once(out: &mut Vec<u8>, text: &str, wire: Wire<'_>) {
    match wire {
        Wire::Plain => out.extend_from_slice(text.as_bytes()),
        Wire::Canonical(raw) => out.extend_from_slice(raw.as_bytes()),
        Wire::Other => percent::encode_into(out, text),
    }
}

fn twice(out: &mut Vec<u8>, text: &str, wire: Wire<'_>) {
    match wire {
        Wire::Plain => out.extend_from_slice(text.as_bytes()),
        Wire::Canonical(raw) => {
            // Beside unreserved characters the canonical form holds `%` only, and that is `%25`.
            for byte in raw.bytes() {
                if byte == b'%' {
                    out.extend_from_slice(b"%25");
                } else {
                    out.push(byte);
                }
            }
        }
        Wire::Other => percent::encode_twice_into(out, text),
    }
}

fn wire_of_text(text: &str) -> Wire<'static> {
    if text.bytes().all(percent::is_unreserved) {
        Wire::Plain
    } else {
        Wire::Other
    }
}

/// Decodes `raw` and says what its wire form was, in one pass.
fn read(raw: &str) -> Result<(Cow<'_, str>, Wire<'_>), EncodingError> {
    let bytes = raw.as_bytes();
    let Some(first) = bytes.iter().position(|b| !percent::is_unreserved(*b)) else {
        return Ok((Cow::Borrowed(raw), Wire::Plain));
    };
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(bytes.iter().take(first));
    let mut rest = bytes.get(first..).unwrap_or_default();
    let mut canonical = true;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if percent::is_unreserved(*byte) {
            out.push(*byte);
            continue;
        }
        if *byte != b'%' {
            canonical = false;
            out.push(if *byte == b'+' { b' ' } else { *byte });
            continue;
        }
        let [high, low, tail @ ..] = rest else {
            return Err(EncodingError::Percent);
        };
        rest = tail;
        let (Some(h), Some(l)) = (
            percent::hex_digit(Some(*high)),
            percent::hex_digit(Some(*low)),
        ) else {
            return Err(EncodingError::Percent);
        };
        let decoded = (h << 4) | l;
        // Lower-case digits, and an escape of what needs none, are not canonical.
        canonical &= !high.is_ascii_lowercase()
            && !low.is_ascii_lowercase()
            && !percent::is_unreserved(decoded);
        out.push(decoded);
    }
    let text = String::from_utf8(out).map_err(|_| EncodingError::Utf8)?;
    let wire = if canonical {
        Wire::Canonical(raw)
    } else {
        Wire::Other
    };
    Ok((Cow::Owned(text), wire))
}

/// The pairs of a raw query (what follows the first `?` of the target) or form body.
///
/// # Errors
/// [`EncodingError`], for the first name or value that cannot be decoded.
///
/// ```
/// use rampart::credential::params::parse_query;
/// let pairs = parse_query("A=1&&B=x%3Dy+z&C").unwrap();
/// let seen: Vec<_> = pairs.iter().map(|p| (p.name(), p.value())).collect();
/// assert_eq!(seen, [("A", "1"), ("B", "x=y z"), ("C", "")]);
/// ```
pub fn parse_query(raw: &str) -> Result<Vec<Pair<'_>>, EncodingError> {
    let mut pairs = Vec::with_capacity(pieces(raw).count());
    for piece in pieces(raw) {
        pairs.push(Pair::from_wire(piece)?);
    }
    Ok(pairs)
}

/// Appends the pairs of a raw query or form to `pairs`, which may hold `limit` of them at most.
///
/// The bound is kept before anything is decoded, so that a body of empty pairs costs nothing.
///
/// # Errors
/// [`ParamsError`]; `pairs` then holds what was read before the fault.
pub fn parse_into<'a>(
    pairs: &mut Vec<Pair<'a>>,
    raw: &'a str,
    limit: usize,
) -> Result<(), ParamsError> {
    let room = limit.saturating_sub(pairs.len());
    let count = pieces(raw).take(room.saturating_add(1)).count();
    if count > room {
        return Err(ParamsError::TooMany);
    }
    pairs.reserve(count);
    for piece in pieces(raw) {
        pairs.push(Pair::from_wire(piece)?);
    }
    Ok(())
}

/// The first name that occurs a second time, if any: the vendor's `InvalidParameter.Duplicate`.
///
/// Names are compared byte for byte; their case counts.
pub fn find_duplicate<'p>(pairs: &'p [Pair<'_>]) -> Option<&'p str> {
    sorted(pairs, |sorted| {
        sorted.windows(2).find_map(|two| match two {
            [one, other] if one.name() == other.name() => Some(one.name()),
            _ => None,
        })
    })
}

/// The value of the parameter `name`, the first if there are several.
pub fn value<'p>(pairs: &'p [Pair<'_>], name: &str) -> Option<&'p str> {
    pairs.iter().find(|p| p.name == name).map(Pair::value)
}

/// The pieces of a text between the ASCII characters `at`; at least one. As `str::split`, which
/// looks at each byte by itself.
pub(crate) fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, after) = match split_once(text, at) {
            Some((piece, after)) => (piece, Some(after)),
            None => (text, None),
        };
        rest = after;
        Some(piece)
    })
}

/// What stands before and after the first ASCII character `at`.
pub(crate) fn split_once(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = memchr::memchr(at, text.as_bytes())?;
    let (before, from) = text.split_at_checked(index)?;
    Some((before, from.get(1..)?))
}

fn pieces(raw: &str) -> impl Iterator<Item = &str> {
    split(raw, b'&').filter(|piece| !piece.is_empty())
}

/// Runs `body` with the pairs sorted by name, as bytes. Up to 48 pairs take no memory of their own.
pub(crate) fn sorted<'p, 'a, R>(
    pairs: &'p [Pair<'a>],
    body: impl FnOnce(&[&'p Pair<'a>]) -> R,
) -> R {
    const ON_STACK: usize = 48;
    let Some(first) = pairs.first() else {
        return body(&[]);
    };
    let mut stack = [first; ON_STACK];
    let mut heap;
    let slots = if let Some(slots) = stack.get_mut(..pairs.len()) {
        for (slot, pair) in slots.iter_mut().zip(pairs) {
            *slot = pair;
        }
        slots
    } else {
        heap = pairs.iter().collect::<Vec<_>>();
        heap.as_mut_slice()
    };
    // A name that repeats is refused elsewhere; the value as second key keeps this order fixed.
    slots.sort_unstable_by(|one, other| {
        let by_name = one.name().as_bytes().cmp(other.name().as_bytes());
        by_name.then_with(|| one.value().cmp(other.value()))
    });
    body(slots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts<'p>(pairs: &'p [Pair<'_>]) -> Vec<(&'p str, &'p str)> {
        pairs.iter().map(|p| (p.name(), p.value())).collect()
    }

    #[test]
    fn splitting_follows_the_rules() {
        let pairs = parse_query("&&a=1&b&c==&=d&e=x?y/z&&").unwrap();
        assert_eq!(
            texts(&pairs),
            [("a", "1"), ("b", ""), ("c", "="), ("", "d"), ("e", "x?y/z")]
        );
        assert!(parse_query("").unwrap().is_empty());
        assert_eq!(parse_query("a=%").unwrap_err(), EncodingError::Percent);
        assert_eq!(parse_query("%FF=1").unwrap_err(), EncodingError::Utf8);
    }

    #[test]
    fn values_are_kept_byte_for_byte() {
        let pairs = parse_query("a=%20x%0D%0A%09+&b=e%CC%81").unwrap();
        assert_eq!(texts(&pairs), [("a", " x\r\n\t "), ("b", "e\u{301}")]);
    }

    #[test]
    fn what_is_canonical_is_reused() {
        let wire = |raw: &'static str| parse_query(raw).unwrap().remove(0).value_wire;
        assert_eq!(wire("a=plain-_.~"), Wire::Plain);
        assert_eq!(wire("a=x%20y%2A"), Wire::Canonical("x%20y%2A"));
        for other in ["a=x+y", "a=%2a", "a=*", "a=%41", "a=é", "a=%7E", "a=/"] {
            assert_eq!(wire(other), Wire::Other, "{other}");
        }
    }

    #[test]
    fn the_count_is_bounded_across_query_and_form() {
        let mut pairs = Vec::new();
        parse_into(&mut pairs, "a=1&b=2", 3).unwrap();
        assert_eq!(parse_into(&mut pairs, "c&d", 3), Err(ParamsError::TooMany));
        parse_into(&mut pairs, "&&&c&&&", 3).unwrap();
        assert_eq!(pairs.len(), 3);
        assert!(parse_into(&mut pairs, "&&", 3).is_ok());
    }

    #[test]
    fn a_repeated_name_is_found() {
        let pairs = parse_query("b=1&a=2&b=3").unwrap();
        assert_eq!(find_duplicate(&pairs), Some("b"));
        // The same name under another wire form is the same name.
        assert_eq!(
            find_duplicate(&parse_query("%62=1&b=2").unwrap()),
            Some("b")
        );
        assert_eq!(find_duplicate(&parse_query("a=1&A=1").unwrap()), None);
    }

    proptest! {
        #[test]
        fn the_shortcuts_give_what_encoding_gives(raw in "([a-c~*/ +!é]|%[0-9a-fA-F][0-9A-Fa-f]){0,12}") {
            // The one pass agrees with the decoder that is to be read.
            prop_assert_eq!(read(&raw).map(|(text, _)| text), percent::decode(&raw, true));
            if let Ok((text, wire)) = read(&raw) {
                let (mut short, mut long) = (Vec::new(), Vec::new());
                once(&mut short, &text, wire);
                percent::encode_into(&mut long, &text);
                prop_assert_eq!(&short, &long);
                let (mut short, mut long) = (Vec::new(), Vec::new());
                twice(&mut short, &text, wire);
                percent::encode_twice_into(&mut long, &text);
                prop_assert_eq!(&short, &long);
            }
        }

        #[test]
        fn sorting_is_the_same_on_stack_and_heap(count in 0usize..100) {
            let raw = (0..count).rev().map(|n| format!("p{n:03}=1")).collect::<Vec<_>>().join("&");
            let pairs = parse_query(&raw).unwrap();
            let names = sorted(&pairs, |s| s.iter().map(|p| p.name().to_owned()).collect::<Vec<_>>());
            prop_assert_eq!(names.len(), count);
            prop_assert!(names.is_sorted());
        }
    }
}
