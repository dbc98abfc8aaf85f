//! What identity providers are described with.

use std::net::Ipv6Addr;

use crate::iam::federation::key_set::KeySet;
use crate::iam::federation::saml::metadata::Metadata;
use crate::ops::params::{Param, ParamFault, ParamValue, Params, Problem};
use crate::policy::ids::{IdError, ProviderName};

use super::{Text, integer};

/// 1 to 128 letters, digits, `.`, `-`, `_`, neither the first nor the last of them a sign.
///
/// Source: the vendor's metadata.
impl ParamValue for ProviderName {
    fn parse(text: &str) -> Result<Self, Problem> {
        let name: Self = text
            .parse()
            .map_err(|error: IdError| Problem::from(error))?;
        let is_sign = |c: char| !c.is_ascii_alphanumeric();
        if text.starts_with(is_sign) || text.ends_with(is_sign) {
            return Err(Problem::InvalidChars);
        }
        Ok(name)
    }
}

/// A description of a provider: up to 256 characters. Source: the vendor's metadata.
pub type ProviderDescription = Text<256>;

/// The issuer of tokens: an `https` URL of up to 255 characters, without query, fragment and user.
/// It is compared with `iss` character by character, so it is kept as it was given.
///
/// Source: the vendor's metadata. The alphabet of printable ASCII is assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerUrl(pub String);

impl ParamValue for IssuerUrl {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > 255 {
            return Err(Problem::Length);
        }
        let allowed = |b: u8| b.is_ascii_graphic() && !b"?#@\\\"<>^`{|}".contains(&b);
        let rest = text.strip_prefix("https://").ok_or(Problem::Incorrect)?;
        let authority = rest.split('/').next().unwrap_or_default();
        if !text.bytes().all(allowed) || !is_host_and_port(authority) {
            return Err(Problem::Incorrect);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A name or an address, and a port or none.
fn is_host_and_port(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => return address.parse::<Ipv6Addr>().is_ok(),
        Some((address, rest)) if address.parse::<Ipv6Addr>().is_ok() => ("v6", rest),
        Some(_) => return false,
        None => text.split_once(':').map_or((text, ":443"), |(host, _)| {
            (host, text.get(host.len()..).unwrap_or_default())
        }),
    };
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let digits = port.strip_prefix(':').unwrap_or_default();
    !host.is_empty()
        && host.bytes().all(name)
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.parse::<u16>().is_ok_and(|port| port != 0)
}

/// A client id: 1 to 128 letters, digits, `.`, `_`, `:`, `/`, `-`, the first of them no sign.
///
/// Source: the vendor's metadata; older pages have 64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId(pub String);

impl ParamValue for ClientId {
    fn parse(text: &str) -> Result<Self, Problem> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c);
        if !(1..=128).contains(&text.chars().count()) {
            Err(Problem::Length)
        } else if !text.chars().all(allowed) || !text.starts_with(|c: char| c.is_alphanumeric()) {
            Err(Problem::InvalidChars)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// A fingerprint: 1 to 128 letters and digits. Source: the vendor's metadata. One that is not the
/// SHA-1 or SHA-256 of a certificate in hexadecimal digits matches none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(pub String);

impl ParamValue for Fingerprint {
    fn parse(text: &str) -> Result<Self, Problem> {
        if !(1..=128).contains(&text.chars().count()) {
            Err(Problem::Length)
        } else if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Err(Problem::InvalidChars)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Client ids with commas between; one that is there twice counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientIds(pub Vec<String>);

/// Fingerprints with commas between; one that is there twice, in whatever case, counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints(pub Vec<String>);

/// The items of a list; a fault is one of the single parameter `name`.
fn items<T: ParamValue>(text: &str, name: &'static str) -> Result<Vec<T>, ParamFault> {
    text.split(',')
        .map(|item| T::parse(item.trim()).map_err(|problem| ParamFault { name, problem }))
        .collect()
}

impl Param for Option<ClientIds> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let Some(text) = params.get(name) else {
            return Ok(None);
        };
        let mut ids: Vec<String> = Vec::new();
        for ClientId(id) in items(text, "ClientId")? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(Some(ClientIds(ids)))
    }
}

impl Param for Option<Fingerprints> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let Some(text) = params.get(name) else {
            return Ok(None);
        };
        let mut prints: Vec<String> = Vec::new();
        for Fingerprint(print) in items(text, "Fingerprint")? {
            if !prints
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&print))
            {
                prints.push(print);
            }
        }
        Ok(Some(Fingerprints(prints)))
    }
}

/// How old a token may be: 1 to 168 hours. Source: the vendor's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuanceLimitTime(pub i64);

impl IssuanceLimitTime {
    /// Where nothing is said. Assumed: the vendor's samples show 6 and 12.
    pub const DEFAULT: i64 = 12;
}

impl ParamValue for IssuanceLimitTime {
    fn parse(text: &str) -> Result<Self, Problem> {
        match integer(text)? {
            hours @ 1..=168 => Ok(Self(hours)),
            _ => Err(Problem::Incorrect),
        }
    }
}

/// An issuer's keys, a JSON Web Key Set of up to 128 KiB with at least one key of use. Not the
/// vendor's: for networks from which no issuer can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonWebKeySet(pub String);

impl ParamValue for JsonWebKeySet {
    fn parse(text: &str) -> Result<Self, Problem> {
        KeySet::parse(text.as_bytes()).map_err(|_| Problem::Incorrect)?;
        Ok(Self(text.to_owned()))
    }
}

/// A SAML provider's metadata in Base64, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlMetadata(pub String);

impl ParamValue for SamlMetadata {
    fn parse(text: &str) -> Result<Self, Problem> {
        Metadata::decode(text).map_err(|_| Problem::Incorrect)?;
        Ok(Self(text.to_owned()))
    }
}
