//! A resource's name in its parts.

use crate::policy::pattern::Case;

/// The parts of a resource name, split at its first four colons; the last keeps any further one.
pub(in crate::policy) struct Parts<'a> {
    pub(in crate::policy) service: &'a str,
    pub(in crate::policy) region: &'a str,
    pub(in crate::policy) account: &'a str,
    /// The account, a colon and the last part.
    pub(in crate::policy) from_account: &'a str,
    pub(in crate::policy) relative: &'a str,
}

pub(super) enum SplitError {
    Prefix,
    TooFew,
}

pub(super) fn split(text: &str) -> Result<Parts<'_>, SplitError> {
    let Some(rest) = text.strip_prefix("acs:") else {
        return Err(match text {
            "acs" => SplitError::TooFew,
            _ => SplitError::Prefix,
        });
    };
    let [first, second, third] = three_colons(rest.as_bytes()).ok_or(SplitError::TooFew)?;
    let from = |from: usize| rest.get(from..).unwrap_or_default();
    let part = |from: usize, to: usize| rest.get(from..to).unwrap_or_default();
    Ok(Parts {
        service: part(0, first),
        region: part(first.saturating_add(1), second),
        account: part(second.saturating_add(1), third),
        from_account: from(second.saturating_add(1)),
        relative: from(third.saturating_add(1)),
    })
}

/// Where the first three colons are. Every name that is asked for goes through here: eight bytes
/// are looked at at once.
fn three_colons(text: &[u8]) -> Option<[usize; 3]> {
    let mut found = [0; 3];
    let mut count = 0_usize;
    let mut rest = text;
    let mut start = 0_usize;
    loop {
        let (word, after) = match rest.split_first_chunk::<8>() {
            Some((word, after)) => (*word, Some(after)),
            None => (few(rest), None),
        };
        let mut colons = colons(u64::from_le_bytes(word));
        while colons != 0 {
            let byte = usize::try_from(colons.trailing_zeros() / 8).ok()?;
            *found.get_mut(count)? = start.wrapping_add(byte);
            count = count.wrapping_add(1);
            if count == found.len() {
                return Some(found);
            }
            colons &= colons.wrapping_sub(1);
        }
        rest = after?;
        start = start.wrapping_add(8);
    }
}

/// Fewer than eight bytes, and zeros.
fn few(bytes: &[u8]) -> [u8; 8] {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    word
}

/// The high bit of each byte of a word that is a colon.
fn colons(word: u64) -> u64 {
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let other = word ^ u64::from_le_bytes([b':'; 8]);
    let others = (other & LOW_BITS).wrapping_add(LOW_BITS) | other;
    !(others | LOW_BITS)
}

/// A resource that a request is checked against, split once and borrowed from the request.
///
/// `*` stands for a call without resource-level checks, and so does any text that is no ARN: only
/// the pattern `*` covers those (policy-language §4).
pub struct Resource<'a>(pub(super) Option<(Parts<'a>, Case)>);

impl<'a> Resource<'a> {
    /// Splits `text`.
    pub fn new(text: &'a str) -> Self {
        Self(split(text).ok().map(|mut parts| {
            // Global services: an empty region and `*` mean the same in a request.
            if parts.region == "*" {
                parts.region = "";
            }
            // Case is kept but for the ARNs of RAM.
            let case = if parts.service.eq_ignore_ascii_case("ram") {
                Case::Ignored
            } else {
                Case::Kept
            };
            (parts, case)
        }))
    }

    /// Its parts; `None` for what is no ARN.
    pub(in crate::policy) fn parts(&self) -> Option<&Parts<'a>> {
        self.0.as_ref().map(|(parts, _)| parts)
    }

    /// The last part; `None` for what is no ARN.
    pub(in crate::policy) fn relative(&self) -> Option<&'a str> {
        self.parts().map(|parts| parts.relative)
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
            prop_assert_eq!(three_colons(text.as_bytes()).map(|found| found.to_vec()), all);
        }
    }
}
