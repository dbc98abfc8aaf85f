//! Which users a list shows.

use crate::ops::params::{ParamValue, Problem};

/// Whether a list is to show users that are active: all of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// Active ones, and perhaps frozen ones too.
    Active,
    /// Frozen ones alone.
    Frozen,
}

impl ParamValue for UserStatus {
    fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "active" | "active,freeze" => Ok(Self::Active),
            "freeze" => Ok(Self::Frozen),
            _ => Err(Problem::Incorrect),
        }
    }
}
