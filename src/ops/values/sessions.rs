//! What a session is asked for with: durations, external id, source identity.

use crate::iam::sessions::MIN_DURATION;
use crate::ops::params::{ParamValue, Problem};

use super::integer;

/// The longest session of a role: 3600 to 43200 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxSessionDuration(pub i64);

impl MaxSessionDuration {
    /// Where nothing is said.
    pub const DEFAULT: i64 = 3600;
    /// The range, in seconds.
    pub const RANGE: std::ops::RangeInclusive<i64> = 3600..=43_200;
}

impl ParamValue for MaxSessionDuration {
    fn parse(text: &str) -> Result<Self, Problem> {
        let seconds = integer(text)?;
        if Self::RANGE.contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Problem::Range(*Self::RANGE.start(), *Self::RANGE.end()))
        }
    }
}

/// The length of a session: 900 seconds to the role's own maximum, which is looked at later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationSeconds(pub i64);

impl ParamValue for DurationSeconds {
    fn parse(text: &str) -> Result<Self, Problem> {
        let seconds = integer(text)?;
        if seconds < MIN_DURATION {
            Err(Problem::SessionDuration)
        } else {
            Ok(Self(seconds))
        }
    }
}

/// An external id: 2 to 1224 of `[\w+=,.@:/-]`. Source: the vendor's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(pub String);

impl ParamValue for ExternalId {
    fn parse(text: &str) -> Result<Self, Problem> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b);
        if (2..=1224).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::WronglyFormed)
        }
    }
}

/// A source identity: 2 to 64 of `[A-Za-z0-9+=,.@_-]`. Assumed; the vendor names no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceIdentity(pub String);

impl ParamValue for SourceIdentity {
    fn parse(text: &str) -> Result<Self, Problem> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
        if (2..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::WronglyFormed)
        }
    }
}
