//! Free text, and what a user is shown and reached with.

use crate::ops::params::{ParamValue, Problem};

/// Text of bounded length; `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MAX: usize>(pub String);

impl<const MAX: usize> ParamValue for Text<MAX> {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > MAX {
            return Err(Problem::Length);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The text of an optional [`Text`], empty where there is none.
pub fn text<const MAX: usize>(value: Option<&Text<MAX>>) -> String {
    value.map(|text| text.0.clone()).unwrap_or_default()
}

/// A description: 1 to 1024 characters. Source: the vendor's metadata.
pub type Description = Text<1024>;

/// Comments on a user or a group: 1 to 128 characters. Source: the vendor's metadata.
pub type Comments = Text<128>;

/// The name a user or a group is shown with: 1 to `MAX` characters, none of them a control character
/// (the vendor's older, narrower regex is not followed). RAM takes 128, IMS 24.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName<const MAX: usize = 128>(pub String);

impl<const MAX: usize> ParamValue for DisplayName<MAX> {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > MAX {
            Err(Problem::Length)
        } else if text.chars().any(char::is_control) {
            Err(Problem::InvalidChars)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// An e-mail address: something, one `@`, something with a point; up to 128 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(pub String);

impl ParamValue for Email {
    fn parse(text: &str) -> Result<Self, Problem> {
        let plain = text.len() <= 128 && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        match text.split_once('@') {
            Some((local, domain))
                if plain
                    && !local.is_empty()
                    && !domain.contains('@')
                    && domain.contains('.')
                    && !domain.starts_with('.')
                    && !domain.ends_with('.') =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Problem::Format),
        }
    }
}

/// A phone number: `<country>-<number>`, digits, as `86-18600001234`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MobilePhone(pub String);

impl ParamValue for MobilePhone {
    fn parse(text: &str) -> Result<Self, Problem> {
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        match text.split_once('-') {
            Some((country, number)) if digits(country, 4) && digits(number, 20) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Problem::Format),
        }
    }
}

/// The language of descriptions: `en`, `zh-CN` or `ja`. Taken and without effect: descriptions are
/// as they were written, and those of system policies are English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language;

impl ParamValue for Language {
    fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "en" | "zh-CN" | "ja" => Ok(Self),
            _ => Err(Problem::Incorrect),
        }
    }
}
