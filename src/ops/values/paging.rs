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

/// How many entries a page of groups or of tags has: 1 to 100, 100 where nothing is said.
///
/// Source: the vendor's metadata; its pages of 2019 have 1 to 1000 for groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortPage(pub u32);

impl ShortPage {
    /// Where nothing is said.
    pub const DEFAULT: u32 = 100;
}

impl ParamValue for ShortPage {
    fn parse(text: &str) -> Result<Self, Problem> {
        match MaxItems::parse(text)? {
            MaxItems(items @ ..=100) => Ok(Self(items)),
            MaxItems(_) => Err(Problem::Incorrect),
        }
    }
}

impl From<ShortPage> for MaxItems {
    fn from(items: ShortPage) -> Self {
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

/// Where the page of tags before ended: at a tag of something. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextToken {
    /// The folded name of what has the tag.
    pub name: String,
    /// The tag's key.
    pub key: String,
}

impl NextToken {
    /// The token after a tag.
    pub fn after(name: &str, key: &str) -> String {
        // Names have no `/`.
        Marker::after(&format!("{}/{key}", name.to_ascii_lowercase()))
    }
}

impl ParamValue for NextToken {
    fn parse(text: &str) -> Result<Self, Problem> {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| Problem::Incorrect)?;
        let text = String::from_utf8(bytes).map_err(|_| Problem::Incorrect)?;
        let (name, key) = text.split_once('/').ok_or(Problem::Incorrect)?;
        let within = |text: &str| (1..=128).contains(&text.chars().count());
        if !within(name) || !within(key) || text.contains('\0') {
            return Err(Problem::Incorrect);
        }
        Ok(Self {
            name: name.to_owned(),
            key: key.to_owned(),
        })
    }
}

/// The number of a page, from 1; the first where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageNumber(pub u32);

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}

impl ParamValue for PageNumber {
    fn parse(text: &str) -> Result<Self, Problem> {
        // Answers give it back as a 32-bit number.
        match i32::try_from(integer(text)?) {
            Ok(number @ 1..) => Ok(Self(number.unsigned_abs())),
            _ => Err(Problem::Incorrect),
        }
    }
}

/// How many entries a numbered page has: 1 to 100, 10 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(pub u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(10)
    }
}

impl ParamValue for PageSize {
    fn parse(text: &str) -> Result<Self, Problem> {
        let ShortPage(size) = ShortPage::parse(text)?;
        Ok(Self(size))
    }
}
