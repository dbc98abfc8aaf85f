//! The types that parameters become. Each says its range and where it comes from.

use crate::iam::sessions::MIN_DURATION;
use crate::model::key::AccessKeyStatus;
use crate::model::policy::{PolicyType, VersionId};
use crate::model::tag::Tag;
use crate::ops::params::{Param, ParamFault, ParamValue, Params, Problem};
use crate::policy::arn::RoleArn;
use crate::policy::document::{Document, DocumentKind};
use crate::policy::ids::{
    AccessKeyId, IdError, NewRoleName, PolicyName, RoleName, RoleSessionName, UserName,
};
use crate::store::TagFilter;

/// Names refuse with the id's own fault.
macro_rules! by_id_error {
    ($($ty:ty),+) => {$(
        impl ParamValue for $ty {
            fn parse(text: &str) -> Result<Self, Problem> {
                text.parse().map_err(|error: IdError| Problem::from(error))
            }
        }
    )+};
}
by_id_error!(UserName, RoleName, NewRoleName, PolicyName);

/// Others refuse with one fault, whatever is wrong.
macro_rules! by_problem {
    ($($ty:ty => $problem:expr),+ $(,)?) => {$(
        impl ParamValue for $ty {
            fn parse(text: &str) -> Result<Self, Problem> {
                text.parse().map_err(|_| $problem)
            }
        }
    )+};
}
by_problem!(
    PolicyType => Problem::Incorrect,
    AccessKeyStatus => Problem::Incorrect,
    AccessKeyId => Problem::Type,
    RoleArn => Problem::WronglyFormed,
    RoleSessionName => Problem::WronglyFormed,
);

/// `v1`, `v2`, …. One of the right form that is too large to be of any policy is not malformed.
impl ParamValue for VersionId {
    fn parse(text: &str) -> Result<Self, Problem> {
        let digits = text.strip_prefix('v').unwrap_or_default();
        let well_formed = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(version) => Ok(version),
            Err(_) if well_formed && !digits.is_empty() => Ok(Self(u32::MAX)),
            Err(_) => Err(Problem::Format),
        }
    }
}

/// `true` or `false`, case ignored: one client writes `True`.
impl ParamValue for bool {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(Problem::Incorrect)
        }
    }
}

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

/// Comments on a user: 1 to 128 characters. Source: the vendor's metadata.
pub type Comments = Text<128>;

/// The name a user is shown with: 1 to 128 characters, none of them a control character (the
/// vendor's older, narrower regex is not followed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(pub String);

impl ParamValue for DisplayName {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > 128 {
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

/// Decimal digits, with a sign or not.
fn integer(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::Type)
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

/// The text of a policy belongs in no log.
macro_rules! closed_debug {
    ($($ty:ident),+) => {$(
        impl std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($ty), "(..)"))
            }
        }
    )+};
}
closed_debug!(PolicyDocument, TrustDocument, SessionPolicy);

fn document(kind: DocumentKind, text: &str) -> Result<Document, Problem> {
    Document::check_length(kind, text).map_err(|_| Problem::Length)?;
    Document::parse(kind, text).map_err(|faults| {
        Problem::Document(faults.first().map_or_else(String::new, ToString::to_string))
    })
}

/// An identity policy's text: up to 6144 characters, of sound grammar. Kept exactly as submitted.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyDocument(pub String);

impl ParamValue for PolicyDocument {
    fn parse(text: &str) -> Result<Self, Problem> {
        document(DocumentKind::Identity, text)?;
        Ok(Self(text.to_owned()))
    }
}

/// A trust policy's text: up to 6144 characters, of sound grammar. Kept exactly as submitted.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustDocument(pub String);

impl ParamValue for TrustDocument {
    fn parse(text: &str) -> Result<Self, Problem> {
        document(DocumentKind::Trust, text)?;
        Ok(Self(text.to_owned()))
    }
}

/// A session policy's text: up to 2048 characters, of sound grammar.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionPolicy(pub String);

impl ParamValue for SessionPolicy {
    fn parse(text: &str) -> Result<Self, Problem> {
        match document(DocumentKind::Session, text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(Problem::Length) => Err(Problem::SessionPolicySize),
            Err(_) => Err(Problem::SessionPolicyGrammar),
        }
    }
}

/// What to do when a policy has as many versions as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotateStrategy {
    /// Refuse.
    None,
    /// Drop the oldest that is not the default.
    DeleteOldestNonDefaultVersionWhenLimitExceeded,
}

impl ParamValue for RotateStrategy {
    fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "None" => Ok(Self::None),
            "DeleteOldestNonDefaultVersionWhenLimitExceeded" => {
                Ok(Self::DeleteOldestNonDefaultVersionWhenLimitExceeded)
            }
            _ => Err(Problem::Incorrect),
        }
    }
}

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

/// One tag of a list, as it came.
type RawTag = (Option<String>, Option<String>);

/// Reads a list of tags in either form: JSON text, or flattened members.
fn raw_tags(params: &Params<'_>, name: &'static str) -> Result<Vec<RawTag>, ParamFault> {
    let wrong = |problem| ParamFault { name, problem };
    let fault = || wrong(Problem::Type);
    let members = params.members(name);
    if let Some(text) = params.get(name) {
        if !members.is_empty() {
            return Err(wrong(Problem::Twice));
        }
        let list: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(text).map_err(|_| fault())?;
        return list
            .into_iter()
            .map(|entry| {
                let member = |name: &str| match entry.get(name) {
                    None | Some(serde_json::Value::Null) => Ok(None),
                    Some(serde_json::Value::String(text)) => Ok(Some(text.clone())),
                    Some(_) => Err(fault()),
                };
                Ok((member("Key")?, member("Value")?))
            })
            .collect();
    }
    let mut list: Vec<(u32, RawTag)> = Vec::new();
    for (number, member, value) in members {
        if list.last().is_none_or(|(last, _)| *last != number) {
            list.push((number, (None, None)));
        }
        let Some((_, tag)) = list.last_mut() else {
            continue;
        };
        let place = match member {
            "Key" => &mut tag.0,
            "Value" => &mut tag.1,
            _ => continue,
        };
        // `Tag.1.Key` and `Tag.01.Key` are one.
        if place.replace(value.to_owned()).is_some() {
            return Err(wrong(Problem::Twice));
        }
    }
    Ok(list.into_iter().map(|(_, tag)| tag).collect())
}

/// A tag key: 1 to 128 characters, not beginning `aliyun` or `acs:`, without an address in it.
fn check_key(key: Option<String>) -> Result<String, Problem> {
    let key = key.unwrap_or_default();
    let lower = key.to_lowercase();
    let reserved = lower.starts_with("aliyun") || lower.starts_with("acs:") || has_address(&lower);
    if key.is_empty() || key.chars().count() > 128 || reserved {
        Err(Problem::TagKey)
    } else {
        Ok(key)
    }
}

/// A tag value: 0 to 256 characters, not beginning `acs:`, without an address in it.
fn check_value(value: String) -> Result<String, Problem> {
    let lower = value.to_lowercase();
    if value.chars().count() > 256 || lower.starts_with("acs:") || has_address(&lower) {
        Err(Problem::TagValue)
    } else {
        Ok(value)
    }
}

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}

/// Tags to set: no key twice, as many as a resource may have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(pub Vec<Tag>);

impl Tags {
    /// The tags, if a resource may have so many.
    ///
    /// # Errors
    /// [`ParamFault`].
    pub fn within(&self, quota: u32) -> Result<&[Tag], ParamFault> {
        if self.0.len() > usize::try_from(quota).unwrap_or(usize::MAX) {
            return Err(ParamFault {
                name: "Tag",
                problem: Problem::TooManyTags,
            });
        }
        Ok(&self.0)
    }
}

impl Param for Tags {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let mut tags: Vec<Tag> = Vec::new();
        for (key, value) in raw_tags(params, name)? {
            let key = check_key(key).map_err(wrong)?;
            if tags.iter().any(|tag| tag.key == key) {
                return Err(wrong(Problem::TagTwice));
            }
            // The vendor takes at most this many in one call, whatever an account's quota is.
            if tags.len() == 20 {
                return Err(wrong(Problem::TooManyTags));
            }
            tags.push(Tag {
                key,
                value: check_value(value.unwrap_or_default()).map_err(wrong)?,
            });
        }
        Ok(Self(tags))
    }
}

/// Tags that listed entities must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagFilters(pub Vec<TagFilter>);

impl Param for TagFilters {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let mut filters = Vec::new();
        for (key, value) in raw_tags(params, name)? {
            let key = key.filter(|key| !key.is_empty() && key.chars().count() <= 128);
            let value = value
                .map(|value| check_value(value).map_err(wrong))
                .transpose()?;
            if filters.len() == 20 {
                return Err(wrong(Problem::TooManyTags));
            }
            filters.push(TagFilter {
                key: key.ok_or_else(|| wrong(Problem::TagKey))?,
                value,
            });
        }
        Ok(Self(filters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&'static str, &'static str)]) -> Params<'static> {
        Params::new(
            pairs
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
        )
    }

    #[test]
    fn tags_come_in_two_forms() {
        let json = params(&[(
            "Tag",
            r#"[{"Key": "k 1", "Value": "v"}, {"Key":"k2","Value":""}]"#,
        )]);
        let flat = params(&[
            ("Tag.2.Key", "k2"),
            ("Tag.1.Key", "k 1"),
            ("Tag.1.Value", "v"),
        ]);
        let expected = [("k 1", "v"), ("k2", "")].map(|(key, value)| Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        });
        assert_eq!(Tags::read(&json, "Tag").unwrap().0, expected);
        assert_eq!(Tags::read(&flat, "Tag").unwrap().0, expected);
        assert_eq!(Tags::read(&params(&[]), "Tag").unwrap().0, []);
    }

    #[test]
    fn bad_tags_are_refused_each_with_its_own_fault() {
        for (text, problem) in [
            (r#"[{"Key":"a"},{"Key":"a"}]"#, Problem::TagTwice),
            (r#"[{"Value":"a"}]"#, Problem::TagKey),
            (r#"[{"Key":"acs:x"}]"#, Problem::TagKey),
            (r#"[{"Key":"a","Value":"see http://x"}]"#, Problem::TagValue),
            (r#"[{"Key":1}]"#, Problem::Type),
            ("{}", Problem::Type),
        ] {
            assert_eq!(
                Tags::read(&params(&[("Tag", text)]), "Tag")
                    .unwrap_err()
                    .problem,
                problem,
                "{text}"
            );
        }
    }

    #[test]
    fn markers_are_read_back() {
        assert_eq!(
            Marker::parse(&Marker::after("demo-role")).unwrap().0,
            "demo-role"
        );
        assert_eq!(Marker::parse("***"), Err(Problem::Incorrect));
    }

    #[test]
    fn ranges_are_held() {
        assert_eq!(
            MaxSessionDuration::parse("3599"),
            Err(Problem::Range(3600, 43_200))
        );
        assert!(MaxSessionDuration::parse("43200").is_ok());
        assert_eq!(DurationSeconds::parse("899"), Err(Problem::SessionDuration));
        assert_eq!(DurationSeconds::parse("abc"), Err(Problem::Type));
        assert_eq!(MaxItems::parse("0"), Err(Problem::Incorrect));
        assert_eq!(MaxItems::parse("1001"), Err(Problem::Incorrect));
        assert_eq!(Email::parse("a@b"), Err(Problem::Format));
        assert!(MobilePhone::parse("86-18600001234").is_ok());
        assert_eq!(ExternalId::parse("x"), Err(Problem::WronglyFormed));
    }
}
