//! What an account sets for itself and for the logins of its users.

use crate::model::network;
use crate::ops::params::{ParamValue, Problem};

use super::integer;

/// A number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> ParamValue for Within<MIN, MAX> {
    fn parse(text: &str) -> Result<Self, Problem> {
        match u32::try_from(integer(text)?) {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            _ => Err(Problem::OutOfRange(MIN, MAX)),
        }
    }
}

/// The alias of an account: 3 to 63 lower-case letters and digits, with single `-` between them.
/// Source: errors-and-limits C, a choice among three published ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountAlias(pub String);

impl ParamValue for AccountAlias {
    fn parse(text: &str) -> Result<Self, Problem> {
        let part = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !part.is_empty() && part.bytes().all(allowed)
        };
        if !(3..=63).contains(&text.chars().count()) {
            Err(Problem::AliasLength)
        } else if text.split('-').all(part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::AliasFormat)
        }
    }
}

/// Networks joined by `;`: up to 40 addresses or CIDR blocks, 512 characters. Source: the vendor's
/// metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkMasks(pub String);

impl ParamValue for NetworkMasks {
    fn parse(text: &str) -> Result<Self, Problem> {
        let is_network = |part: &str| network::parse(part).is_some();
        if text.chars().count() > 512 {
            Err(Problem::Length)
        } else if text.split(';').count() <= 40 && text.split(';').all(is_network) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::Incorrect)
        }
    }
}
