//! The parameters of a request, in the order they came, decoded once.
//!
//! Queries and forms share one splitting rule: split on `&`, each piece on its first `=`, a piece
//! without `=` has an empty value, empty pieces are ignored, `+` is a blank. Values are kept byte for
//! byte: no trimming, no normalisation.

use std::borrow::Cow;

use super::percent::{self, EncodingError};
use crate::policy::word::last;

/// A name or a value.
#[derive(Debug, Clone)]
struct Text<'a> {
    decoded: Cow<'a, str>,
    /// The slice of the request that is already the canonical form of the text, if there is one. It
    /// is as long as the text where the text is its own canonical form.
    ///
    /// INVARIANT: it agrees with the decoded text; that is why [`Pair`]'s fields are private.
    canonical: Option<&'a str>,
}

/// One parameter: its decoded name and value.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    name: Text<'a>,
    value: Text<'a>,
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
        Self {
            name: Text::new(name.into()),
            value: Text::new(value.into()),
        }
    }

    /// The decoded name.
    pub fn name(&self) -> &str {
        &self.name.decoded
    }

    /// The decoded value.
    pub fn value(&self) -> &str {
        &self.value.decoded
    }

    /// Whether the name or the value holds a NUL, which no store takes.
    pub fn holds_nul(&self) -> bool {
        self.name.holds_nul() || self.value.holds_nul()
    }

    /// The name and value, borrowed from the request where nothing had to be decoded.
    pub fn into_parts(self) -> (Cow<'a, str>, Cow<'a, str>) {
        (self.name.decoded, self.value.decoded)
    }

    /// Appends `enc(name)=enc(value)`.
    pub(crate) fn canonical_into(&self, out: &mut String) {
        self.name.once(out);
        out.push('=');
        self.value.once(out);
    }

    /// Appends `enc(enc(name)=enc(value))`.
    pub(crate) fn canonical_twice_into(&self, out: &mut String) {
        self.name.twice(out);
        out.push_str("%3D");
        self.value.twice(out);
    }

    /// About how long the doubled canonical form gets: exact where the wire was canonical.
    pub(crate) fn estimate(&self) -> usize {
        let (name, value) = (self.name.estimate(), self.value.estimate());
        name.saturating_add(value).saturating_add(8)
    }
}

impl<'a> Text<'a> {
    fn new(decoded: Cow<'a, str>) -> Self {
        let canonical = match decoded {
            Cow::Borrowed(text) if text.bytes().all(percent::is_unreserved) => Some(text),
            _ => None,
        };
        Self { decoded, canonical }
    }

    fn plain(text: &'a str) -> Self {
        Self {
            decoded: Cow::Borrowed(text),
            canonical: Some(text),
        }
    }

    /// Whether it is known to hold unreserved characters only.
    fn is_plain(&self) -> bool {
        self.canonical
            .is_some_and(|canonical| canonical.len() == self.decoded.len())
    }

    fn holds_nul(&self) -> bool {
        // A NUL is no unreserved character.
        !self.is_plain() && memchr::memchr(0, self.decoded.as_bytes()).is_some()
    }

    /// Appends the canonical form.
    fn once(&self, out: &mut String) {
        match self.canonical {
            Some(canonical) => out.push_str(canonical),
            None => percent::encode_into(out, &self.decoded),
        }
    }

    /// Appends the canonical form of the canonical form.
    fn twice(&self, out: &mut String) {
        match self.canonical {
            Some(canonical) if self.is_plain() => out.push_str(canonical),
            Some(canonical) => {
                // Beside unreserved characters it holds `%` only, and that is `%25`.
                let mut separator = "";
                for run in split(canonical, b'%') {
                    out.push_str(separator);
                    out.push_str(run);
                    separator = "%25";
                }
            }
            None => percent::encode_twice_into(out, &self.decoded),
        }
    }

    fn estimate(&self) -> usize {
        match self.canonical {
            Some(canonical) if self.is_plain() => canonical.len(),
            Some(canonical) => canonical.len().saturating_mul(5).div_euclid(3),
            None => self.decoded.len().saturating_mul(2),
        }
    }
}

/// Decodes `raw` and says what its wire form was, in one pass.
fn read(raw: &str) -> Result<Text<'_>, EncodingError> {
    let mut rest = raw.as_bytes();
    let mut out = Vec::new();
    let mut canonical = true;
    loop {
        let run = percent::unreserved_run(rest);
        let (plain, special) = rest.split_at_checked(run).unwrap_or((rest, b""));
        let Some((byte, tail)) = special.split_first() else {
            if out.is_empty() {
                return Ok(Text::plain(raw));
            }
            out.extend_from_slice(plain);
            break;
        };
        if out.is_empty() {
            out.reserve(raw.len());
        }
        out.extend_from_slice(plain);
        rest = tail;
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
    Ok(Text {
        decoded: Cow::Owned(text),
        canonical: canonical.then_some(raw),
    })
}

/// A name or a value that was split off the wire.
struct Part<'a> {
    raw: &'a str,
    /// Whether all of it is unreserved.
    plain: bool,
}

impl<'a> Part<'a> {
    /// Splits `raw` where the part ends: before the first of these two bytes.
    fn split(raw: &'a str, [one, other]: [u8; 2]) -> (Self, &'a str) {
        let bytes = raw.as_bytes();
        let mut length = percent::unreserved_run(bytes);
        let end = bytes.get(length);
        let plain = end.is_none_or(|byte| *byte == one || *byte == other);
        if !plain {
            let rest = bytes.get(length..).unwrap_or_default();
            let more = memchr::memchr2(one, other, rest).unwrap_or(rest.len());
            length = length.saturating_add(more);
        }
        // A part ends before an ASCII character, or with the text.
        let (raw, rest) = raw.split_at_checked(length).unwrap_or((raw, ""));
        (Self { raw, plain }, rest)
    }

    fn read(self) -> Result<Text<'a>, EncodingError> {
        if self.plain {
            Ok(Text::plain(self.raw))
        } else {
            read(self.raw)
        }
    }
}

/// Appends the pairs of `raw`: split on `&`, each on its first `=`.
fn push_pairs<'a>(pairs: &mut Vec<Pair<'a>>, raw: &'a str) -> Result<(), EncodingError> {
    let mut rest = raw;
    while !rest.is_empty() {
        let (name, after) = Part::split(rest, [b'=', b'&']);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => Part::split(after, [b'&', b'&']),
            // An empty piece is none.
            None if name.raw.is_empty() => {
                rest = after.strip_prefix('&').unwrap_or(after);
                continue;
            }
            None => (
                Part {
                    raw: "",
                    plain: true,
                },
                after,
            ),
        };
        rest = after.strip_prefix('&').unwrap_or(after);
        pairs.push(Pair {
            name: name.read()?,
            value: value.read()?,
        });
    }
    Ok(())
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
    // Most queries have fewer; what a stranger sends reserves no more.
    let mut pairs = Vec::with_capacity(
        memchr::memchr_iter(b'&', raw.as_bytes())
            .take(31)
            .count()
            .saturating_add(1),
    );
    push_pairs(&mut pairs, raw)?;
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
    // Empty pieces count in the first guess and not in the second.
    let mut count = memchr::memchr_iter(b'&', raw.as_bytes())
        .count()
        .saturating_add(1);
    if count > room {
        count = pieces(raw).take(room.saturating_add(1)).count();
        if count > room {
            return Err(ParamsError::TooMany);
        }
    }
    pairs.reserve(count);
    push_pairs(pairs, raw)?;
    Ok(())
}

/// The first name that occurs a second time, if any: the vendor's `InvalidParameter.Duplicate`.
///
/// Names are compared byte for byte; their case counts.
pub fn find_duplicate<'p>(pairs: &'p [Pair<'_>]) -> Option<&'p str> {
    Order::of(pairs).find_duplicate(pairs)
}

/// The value of the parameter `name`, the first if there are several.
pub fn value<'p>(pairs: &'p [Pair<'_>], name: &str) -> Option<&'p str> {
    pairs.iter().find(|p| p.name() == name).map(Pair::value)
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

/// The order of pairs by their names, as bytes. That of up to 32 takes no memory of its own.
pub(crate) struct Order {
    count: usize,
    /// In `heap` where they are many.
    stack: [Placed; Self::ON_STACK],
    heap: Vec<Placed>,
}

/// A pair in an order.
#[derive(Clone, Copy, Default)]
struct Placed {
    /// The first eight bytes of its name, which mostly tell it from another: the highest first, and
    /// zeros where there are fewer.
    start: u64,
    /// Its place among the pairs.
    place: usize,
}

impl Placed {
    fn new((place, pair): (usize, &Pair<'_>)) -> Self {
        let name = pair.name().as_bytes();
        let start = name.first_chunk().map(|start| u64::from_be_bytes(*start));
        Self {
            start: start.unwrap_or_else(|| last(name).swap_bytes()),
            place,
        }
    }
}

impl Order {
    const ON_STACK: usize = 32;

    pub(crate) fn of(pairs: &[Pair<'_>]) -> Self {
        let mut order = Self {
            count: pairs.len(),
            stack: [Placed::default(); Self::ON_STACK],
            heap: Vec::new(),
        };
        let all = pairs.iter().enumerate().map(Placed::new);
        let sorted = if let Some(stack) = order.stack.get_mut(..pairs.len()) {
            for (free, placed) in stack.iter_mut().zip(all) {
                *free = placed;
            }
            stack
        } else {
            order.heap = all.collect();
            order.heap.as_mut_slice()
        };
        let key = |placed: &Placed| {
            let pair = pairs.get(placed.place);
            pair.map(|pair| (pair.name(), pair.value()))
        };
        // A name that repeats is refused elsewhere; the value as second key keeps this order fixed.
        sorted.sort_unstable_by(|one, other| {
            let starts = one.start.cmp(&other.start);
            starts.then_with(|| key(one).cmp(&key(other)))
        });
        order
    }

    fn placed(&self) -> &[Placed] {
        match self.stack.get(..self.count) {
            Some(placed) => placed,
            None => self.heap.as_slice(),
        }
    }

    /// The pairs whose order this is, in that order; each with its place among them.
    pub(crate) fn iter<'p, 'a>(
        &self,
        pairs: &'p [Pair<'a>],
    ) -> impl Iterator<Item = (usize, &'p Pair<'a>)> + Clone {
        self.placed()
            .iter()
            .filter_map(|placed| Some((placed.place, pairs.get(placed.place)?)))
    }

    /// A name that stands there twice.
    pub(crate) fn find_duplicate<'p>(&self, pairs: &'p [Pair<'_>]) -> Option<&'p str> {
        let name = |placed: &Placed| pairs.get(placed.place).map(Pair::name);
        self.placed().array_windows().find_map(|[one, other]| {
            let same = one.start == other.start && name(one) == name(other);
            same.then(|| name(one))?
        })
    }
}

#[cfg(test)]
mod tests;
