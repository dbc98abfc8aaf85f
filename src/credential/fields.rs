//! The fields that a call of any kind has, found in one pass over its headers and one over its
//! parameters. What a single operation takes is not known here.

use std::borrow::Cow;

use super::params::Pair;
use super::{acs3, rpc};

/// Declares fields by name, and their places in a table.
macro_rules! fields {
    ($(#[$doc:meta])* $kind:ident, $names:ident: $($field:ident = $name:expr,)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $kind {
            $($field,)+
        }

        impl $kind {
            /// Its place in the table.
            #[expect(clippy::as_conversions, reason = "the variants are counted as the table is")]
            const fn place(self) -> usize {
                self as usize
            }
        }

        const $names: &[&str] = &[$($name,)+];
    };
}

fields! {
    /// A header that decides something. Each may stand there once, as every other of the vendor's.
    Header, HEADERS:
    ContentType = "content-type",
    Authorization = "authorization",
    Action = acs3::ACTION,
    Version = acs3::VERSION,
    Date = acs3::DATE,
    Nonce = acs3::NONCE,
    ContentHash = acs3::CONTENT_HASH,
    SecurityToken = acs3::SECURITY_TOKEN,
    AccessKeyId = acs3::ACCESS_KEY_ID,
    BearerToken = "x-acs-bearer-token",
    IdToken = "x-acs-zero-trust-idtoken",
}

fields! {
    /// A parameter that every operation has, or may have.
    Param, PARAMS:
    AccessKeyId = "AccessKeyId",
    Action = "Action",
    Format = "Format",
    SecurityToken = "SecurityToken",
    Signature = rpc::SIGNATURE,
    SignatureMethod = "SignatureMethod",
    SignatureNonce = "SignatureNonce",
    SignatureType = "SignatureType",
    SignatureVersion = "SignatureVersion",
    Timestamp = "Timestamp",
    Version = "Version",
}

/// The headers that decide, each where it stands.
#[derive(Debug)]
pub(super) struct Headers<'a> {
    found: [Option<&'a str>; HEADERS.len()],
}

impl<'a> Headers<'a> {
    /// Finds them; the error is the name of a header that stands there twice and may not.
    pub(super) fn find(headers: &[(&'a str, &'a str)]) -> Result<Self, &'a str> {
        let mut found = [None; HEADERS.len()];
        let mut before: &[(&str, &str)] = &[];
        for (at, (name, value)) in headers.iter().enumerate() {
            let same = |known: &str| known.len() == name.len() && known.eq_ignore_ascii_case(name);
            let known = HEADERS.iter().zip(&mut found).find(|(n, _)| same(n));
            let repeated = if let Some((_, slot)) = known {
                slot.replace(*value).is_some()
            } else {
                let once = same("host") || acs3::is_of_vendor(name);
                once && before.iter().any(|(n, _)| same(n))
            };
            if repeated {
                return Err(name);
            }
            before = headers.get(..=at).unwrap_or_default();
        }
        Ok(Self { found })
    }

    /// The value, its ends trimmed.
    pub(super) fn get(&self, header: Header) -> Option<&'a str> {
        let value = self.found.get(header.place()).copied().flatten();
        match acs3::header_value(value) {
            Some(Cow::Borrowed(value)) => Some(value),
            _ => None,
        }
    }
}

/// The parameters that every operation has: the place of each among the pairs.
#[derive(Debug)]
pub(super) struct Params {
    found: [Option<usize>; PARAMS.len()],
}

impl Params {
    /// Finds them; of one that is there twice, the first.
    pub(super) fn find(pairs: &[Pair<'_>]) -> Self {
        let mut found = [None; PARAMS.len()];
        for (at, pair) in pairs.iter().enumerate() {
            let name = pair.name();
            let known = PARAMS.iter().zip(&mut found).find(|(n, _)| **n == name);
            if let Some((_, slot)) = known {
                slot.get_or_insert(at);
            }
        }
        Self { found }
    }

    /// Whether there is one of the scheme: any but the format of the answer.
    pub(super) fn any_of_scheme(&self) -> bool {
        let mut places = self.found.iter().enumerate();
        places.any(|(place, found)| found.is_some() && place != Param::Format.place())
    }

    /// Whether a parameter of this name would be one of those.
    pub(super) fn is_of_scheme(name: &str) -> bool {
        PARAMS.contains(&name) && name != "Format"
    }

    /// The value of one of `pairs`, which are those that were searched.
    pub(super) fn get<'p>(&self, pairs: &'p [Pair<'_>], param: Param) -> Option<&'p str> {
        let place = self.found.get(param.place()).copied().flatten()?;
        pairs.get(place).map(Pair::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::params::parse_query;

    #[test]
    fn headers_are_found_whatever_their_case() {
        let sent = [
            ("X-Acs-Date", " d\t"),
            ("X-ACS-Action", "GetUser"),
            ("accept", "a"),
            ("accept", "b"),
        ];
        let headers = Headers::find(&sent).unwrap();
        assert_eq!(headers.get(Header::Date), Some("d"));
        assert_eq!(headers.get(Header::Action), Some("GetUser"));
        assert_eq!(headers.get(Header::Version), None);
    }

    #[test]
    fn headers_that_decide_stand_there_once() {
        for twice in [
            ["host", "HOST"],
            ["content-type", "Content-Type"],
            ["authorization", "authorization"],
            ["x-acs-date", "x-acs-date"],
            ["x-acs-meta-of-mine", "X-Acs-Meta-Of-Mine"],
        ] {
            let sent = [
                ("accept", "a"),
                (twice[0], "1"),
                ("via", "b"),
                (twice[1], "1"),
            ];
            assert_eq!(Headers::find(&sent).unwrap_err(), twice[1]);
        }
    }

    #[test]
    fn parameters_are_found_by_their_very_name() {
        let pairs = parse_query("Action=a&version=no&Signature=%3D&X=Action").unwrap();
        let params = Params::find(&pairs);
        assert_eq!(params.get(&pairs, Param::Action), Some("a"));
        assert_eq!(params.get(&pairs, Param::Version), None);
        assert_eq!(params.get(&pairs, Param::Signature), Some("="));
    }
}
