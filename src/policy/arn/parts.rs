//! A resource's name in its parts.

use crate::policy::pattern::Case;
use crate::policy::word::first_colons;

/// The parts of a resource name, split at its first four colons; the last keeps any further one.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Parts<'a> {
    /// The service and all that follows.
    from_service: &'a [u8],
    /// Where the colons behind service, region and account stand in that.
    colons: [usize; 3],
}

impl<'a> Parts<'a> {
    /// Every name that is asked for goes through here, so its parts are cut out where they are used.
    fn split(text: &'a [u8]) -> Option<Self> {
        let from_service = text.strip_prefix(b"acs:")?;
        Some(Self {
            from_service,
            colons: first_colons(from_service)?,
        })
    }

    /// The service and all that follows, and how long it is.
    pub(in crate::policy) fn service_and_more(self) -> (&'a [u8], usize) {
        let [service, ..] = self.colons;
        (self.from_service, service)
    }

    pub(in crate::policy) fn service(self) -> &'a [u8] {
        let [end, ..] = self.colons;
        self.from_service.get(..end).unwrap_or_default()
    }

    /// The region; nothing for `*`, since of global services both mean the same in a request.
    pub(in crate::policy) fn region(self) -> &'a [u8] {
        let [before, end, _] = self.colons;
        match self.from_service.get(before.wrapping_add(1)..end) {
            Some(b"*") | None => b"",
            Some(region) => region,
        }
    }

    pub(in crate::policy) fn account(self) -> &'a [u8] {
        let [_, before, end] = self.colons;
        let account = self.from_service.get(before.wrapping_add(1)..end);
        account.unwrap_or_default()
    }

    /// The account and all that follows, and how long it is.
    pub(in crate::policy) fn account_and_more(self) -> (&'a [u8], usize) {
        let [_, before, end] = self.colons;
        let begin = before.wrapping_add(1);
        let from = self.from_service.get(begin..);
        (from.unwrap_or_default(), end.wrapping_sub(begin))
    }

    /// The last part.
    pub(in crate::policy) fn relative(self) -> &'a [u8] {
        let [.., before] = self.colons;
        let from = self.from_service.get(before.wrapping_add(1)..);
        from.unwrap_or_default()
    }

    /// Case is kept but for the ARNs of RAM.
    pub(in crate::policy) fn case(self) -> Case {
        if self.service().eq_ignore_ascii_case(b"ram") {
            Case::Ignored
        } else {
            Case::Kept
        }
    }
}

/// A resource that a request is checked against, split once and borrowed from the request.
///
/// `*` stands for a call without resource-level checks, and so does any text that is no ARN: only
/// the pattern `*` covers those (policy-language §4).
pub struct Resource<'a>(pub(super) Option<Parts<'a>>);

impl<'a> Resource<'a> {
    /// Splits `text`.
    pub fn new(text: &'a str) -> Self {
        Self(Parts::split(text.as_bytes()))
    }

    /// Its parts; `None` for what is no ARN.
    pub(in crate::policy) fn parts(&self) -> Option<Parts<'a>> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_are_those_between_the_colons(text in "(acs)?[:acs*é]{0,40}") {
            let mut pieces = text.splitn(5, ':');
            let begins = pieces.next() == Some("acs");
            let pieces: Vec<&str> = pieces.collect();
            let expected = (begins && pieces.len() == 4).then_some(pieces);
            let found = Parts::split(text.as_bytes()).map(|parts| {
                let (account, relative) = (parts.account(), parts.relative());
                let (rest, length) = parts.account_and_more();
                assert_eq!(rest, [account, b":", relative].concat());
                assert_eq!(&rest[..length], account);
                let (rest, length) = parts.service_and_more();
                assert_eq!((rest, &rest[..length]), (&text.as_bytes()[4..], parts.service()));
                let parts = [parts.service(), parts.region(), account, relative];
                parts.map(|part| str::from_utf8(part).unwrap()).to_vec()
            });
            let expected = expected.map(|mut parts| {
                if parts[1] == "*" {
                    parts[1] = "";
                }
                parts
            });
            prop_assert_eq!(found, expected);
        }
    }
}
