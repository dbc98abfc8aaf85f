//! Pages of lists.

use crate::ops::params::{ParamValue, Problem};

use super::integer;

/// How many entries a page has: 1 to 1000, 100 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxItems(pub u32);

impl MaxItems {
    /// Where nothing is said.
    pub const DEFAULT: u32 = 100;
}

impl ParamValue for MaxItems {
    fn parse(text: &str) -> Result<Self, Problem> {
        match integer(text)? {
            items @ 1..=1000 => Ok(Self(u32::try_from(items).map_err(|_| Problem::Incorrect)?)),
            _ => Err(Problem::Incorrect),
        }
    }
}

/// How many groups a page has: 1 to 100, 100 where nothing is said.
///
/// Source: the vendor's metadata; its pages of 2019 have 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxGroups(u32);

impl ParamValue for MaxGroups {
    fn parse(text: &str) -> Result<Self, Problem> {
        match MaxItems::parse(text)? {
            MaxItems(items @ ..=100) => Ok(Self(items)),
            MaxItems(_) => Err(Problem::Incorrect),
        }
    }
}

impl From<MaxGroups> for MaxItems {
    fn from(items: MaxGroups) -> Self {
        Self(items.0)
    }
}

/// Where the page before ended. Opaque to clients: the base64 of a folded name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(pub String);

impl Marker {
    /// The marker after an entry.
    pub fn after(key: &str) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key)
    }
}

impl ParamValue for Marker {
    fn parse(text: &str) -> Result<Self, Problem> {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| Problem::Incorrect)?;
        let key = String::from_utf8(bytes).map_err(|_| Problem::Incorrect)?;
        // Keys are folded names; a control character never is in one.
        if key.is_empty() || key.chars().count() > 200 || key.chars().any(char::is_control) {
            return Err(Problem::Incorrect);
        }
        Ok(Self(key))
    }
}
