//! Identifiers and names, parsed once: past the wire nothing carries them as a bare `String`.
//!
//! Names are unique per account regardless of case and keep the case they were created with, so
//! every name holds what was typed and a folded key; equality, order and hashing use the key.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Why a text is not the identifier it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, or longer than the limit.
    #[error("beyond the length limit")]
    Length,
    /// A character outside the allowed set.
    #[error("contains invalid characters")]
    InvalidChars,
}

/// The id of an account: 16 decimal digits, shown with leading zeros.
///
/// Source: the vendor's samples (16 digits). Zero is Rampart's own system account, which owns what
/// belongs to no tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

/// The id of a RAM user: 18 decimal digits, the first is 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(u64);

/// The id of a RAM role: 18 decimal digits, the first is 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleId(u64);

macro_rules! numeric_id {
    ($name:ident, $digits:literal, $leading:expr) => {
        impl $name {
            /// How many digits the id is shown with.
            pub const DIGITS: usize = $digits;

            /// An id from randomness: the leading digit is the kind's own, the others are drawn
            /// from `random`.
            pub const fn from_random(random: u64) -> Self {
                let span = 10u64.pow($digits - 1);
                Self($leading * span + random % span)
            }

            /// The number that the digits spell.
            pub const fn as_u64(self) -> u64 {
                self.0
            }

            /// Appends the digits. As [`fmt::Display`], but the hot path writes several ids, and a
            /// formatter is slow.
            pub fn push_to(self, out: &mut String) {
                self.with_digits(|digits| out.push_str(digits));
            }

            fn with_digits<T>(self, take: impl FnOnce(&str) -> T) -> T {
                let mut buffer = itoa::Buffer::new();
                let digits = buffer.format(self.0);
                if digits.len() >= $digits {
                    take(digits)
                } else {
                    take(&format!("{digits:0>width$}", width = $digits))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.with_digits(|digits| f.write_str(digits))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() != $digits {
                    return Err(IdError::Length);
                }
                if !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(IdError::InvalidChars);
                }
                text.parse().map(Self).map_err(|_| IdError::InvalidChars)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

/// The id of a user group: `g-` and 16 letters and digits.
///
/// Source: the vendor's sample of RAM (IMS shows digits alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupId([u8; GroupId::LETTERS]);

impl GroupId {
    const LETTERS: usize = 16;
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// An id from randomness: its letters are the number's last digits in base 62.
    pub fn from_random(random: u128) -> Self {
        let mut letters = [b'0'; Self::LETTERS];
        let mut rest = random;
        for letter in letters.iter_mut().rev() {
            let digit = usize::try_from(rest % 62).unwrap_or_default();
            *letter = Self::ALPHABET.get(digit).copied().unwrap_or(b'0');
            rest /= 62;
        }
        Self(letters)
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g-{}", std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl FromStr for GroupId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let letters = text.strip_prefix("g-").ok_or(IdError::InvalidChars)?;
        let letters: [u8; Self::LETTERS] =
            letters.as_bytes().try_into().map_err(|_| IdError::Length)?;
        if letters.iter().all(u8::is_ascii_alphanumeric) {
            Ok(Self(letters))
        } else {
            Err(IdError::InvalidChars)
        }
    }
}

impl TryFrom<String> for GroupId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<GroupId> for String {
    fn from(id: GroupId) -> Self {
        id.to_string()
    }
}

numeric_id!(AccountId, 16, 1);
numeric_id!(UserId, 18, 2);
numeric_id!(RoleId, 18, 3);

impl AccountId {
    /// The reserved account that owns the key ring, settings and services. No caller can be of it.
    pub const SYSTEM: Self = Self(0);
}

/// A text, and behind it the same in lower case.
fn doubled(text: &str) -> Arc<str> {
    let mut texts = String::with_capacity(text.len().saturating_mul(2));
    texts.push_str(text);
    texts.extend(text.chars().map(|letter| letter.to_ascii_lowercase()));
    texts.into()
}

/// Declares a name: what was typed, and a lower-case key that equality, order and hashing use.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            /// What was typed, and behind it the key where that differs.
            texts: Arc<str>,
            has_key: bool,
        }

        impl $name {
            /// The longest name, in characters.
            pub const MAX_LENGTH: usize = $max;

            /// The name as it was typed.
            pub fn as_str(&self) -> &str {
                self.both().0
            }

            /// The name in lower case: the key that the name is unique by.
            pub fn key(&self) -> &str {
                self.both().1
            }

            fn both(&self) -> (&str, &str) {
                if self.has_key {
                    let half = self.texts.len() / 2;
                    self.texts.split_at_checked(half).unwrap_or_default()
                } else {
                    (&self.texts, &self.texts)
                }
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let allowed: fn(u8) -> bool = $allowed;
                let is_allowed = text.bytes().all(allowed);
                // Every allowed character is ASCII, so bytes are characters; a text of other
                // characters is counted as a reader would count it.
                let length = if is_allowed { text.len() } else { text.chars().count() };
                if !($min..=$max).contains(&length) {
                    return Err(IdError::Length);
                }
                if !is_allowed {
                    return Err(IdError::InvalidChars);
                }
                let has_key = text.bytes().any(|b| b.is_ascii_uppercase());
                let texts = if has_key { doubled(text) } else { text.into() };
                Ok(Self { texts, has_key })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.key() == other.key()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.key().cmp(other.key())
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.key().hash(state);
            }
        }
    };
}

name_type!(
    /// The name of a RAM user: 1 to 64 letters, digits, `.`, `@`, `-`, `_`.
    ///
    /// Source: the vendor's older regex, the wider of the two published ones.
    UserName, 1..=64, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'@' | b'-' | b'_')
);
name_type!(
    /// The name by which a role is spoken of: 1 to 64 letters, digits, `.`, `@`, `-`, `_`.
    ///
    /// Roles are created under the narrower rule of [`NewRoleName`]; only service-linked roles
    /// with a suffix hold a `_`.
    RoleName, 1..=64, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'@' | b'-' | b'_')
);
name_type!(
    /// The name of a user group: 1 to 64 letters, digits, `.`, `-`, `_`.
    ///
    /// Source: the vendor's current rule; an older one knew letters, digits and `-` alone.
    GroupName, 1..=64, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')
);
name_type!(
    /// The name of a custom or system policy: 1 to 128 letters, digits, `-`.
    PolicyName, 1..=128, |b| b.is_ascii_alphanumeric() || b == b'-'
);
name_type!(
    /// The name of a role session: 2 to 64 letters, digits, `.`, `@`, `-`, `_`, and of a session by
    /// a SAML assertion `=`, `,`, `+` too. Case is kept and counts only in the session's own ARN.
    RoleSessionName, 2..=64, |b| b.is_ascii_alphanumeric() || b".@-_=,+".contains(&b)
);

name_type!(
    /// The name of a virtual MFA device: 1 to 64 letters, digits, `.`, `-`.
    MfaDeviceName, 1..=64, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')
);

name_type!(
    /// The name of an identity provider: 1 to 128 letters, digits, `.`, `-`, `_`. The two kinds of
    /// providers have names of their own each.
    ProviderName, 1..=128, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')
);

/// A name under which an ordinary role can be created: [`RoleName`] without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoleName(RoleName);

impl NewRoleName {
    /// The role's name from now on.
    pub fn role_name(&self) -> &RoleName {
        &self.0
    }
}

impl FromStr for NewRoleName {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let name: RoleName = text.parse()?;
        if text.contains('_') {
            Err(IdError::InvalidChars)
        } else {
            Ok(Self(name))
        }
    }
}

/// The id of an access key: 1 to 128 letters, digits, `.`, `-`, `_`. Ids of sessions begin `STS.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(Arc<str>);

impl AccessKeyId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the id is that of a role session's temporary key.
    pub fn is_session(&self) -> bool {
        self.0.starts_with("STS.")
    }
}

impl FromStr for AccessKeyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.is_empty() || text.len() > 128 {
            return Err(IdError::Length);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if !text.bytes().all(allowed) {
            return Err(IdError::InvalidChars);
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for AccessKeyId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<AccessKeyId> for String {
    fn from(id: AccessKeyId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_keep_it() {
        let typed: UserName = "Alice".parse().unwrap();
        let other: UserName = "aLICE".parse().unwrap();
        assert_eq!(typed, other);
        assert_eq!(typed.as_str(), "Alice");
        assert_eq!(typed.key(), "alice");
        let small: UserName = "alice".parse().unwrap();
        assert_eq!((small.as_str(), small.key()), ("alice", "alice"));
        assert_eq!(small, typed);
        let longest: PolicyName = "A".repeat(128).parse().unwrap();
        assert_eq!(longest.as_str(), "A".repeat(128));
        assert_eq!(longest.key(), "a".repeat(128));
        let written = serde_json::to_string(&typed).unwrap();
        assert_eq!(written, r#""Alice""#);
        let read: UserName = serde_json::from_str(&written).unwrap();
        assert_eq!((read.as_str(), read.key()), ("Alice", "alice"));
    }

    #[test]
    fn letters_of_several_bytes_count_once() {
        let read = |letters: usize| "é".repeat(letters).parse::<UserName>();
        assert_eq!(read(64), Err(IdError::InvalidChars));
        assert_eq!(read(65), Err(IdError::Length));
    }

    #[test]
    fn names_are_bounded_and_closed() {
        assert_eq!("".parse::<PolicyName>(), Err(IdError::Length));
        assert_eq!("a".repeat(129).parse::<PolicyName>(), Err(IdError::Length));
        assert!("a".repeat(128).parse::<PolicyName>().is_ok());
        assert_eq!("a_b".parse::<PolicyName>(), Err(IdError::InvalidChars));
        assert_eq!(
            "a_b".parse::<NewRoleName>().unwrap_err(),
            IdError::InvalidChars
        );
        assert!("a_b".parse::<RoleName>().is_ok());
        assert_eq!("é".parse::<UserName>(), Err(IdError::InvalidChars));
    }

    #[test]
    fn ids_have_their_digits() {
        assert_eq!(AccountId::from_random(7).to_string(), "1000000000000007");
        assert_eq!(UserId::from_random(0).to_string().len(), 18);
        assert!(RoleId::from_random(u64::MAX).to_string().starts_with('3'));
        assert_eq!("123".parse::<AccountId>(), Err(IdError::Length));
        let group = GroupId::from_random(61 + 62 * 11);
        assert_eq!(group.to_string(), "g-00000000000000Bz");
        assert_eq!(group.to_string().parse(), Ok(group));
        assert_eq!("g-1".parse::<GroupId>(), Err(IdError::Length));
        for text in ["h-00000000000000Bz", "g-0000000000000 Bz"] {
            assert!(text.parse::<GroupId>().is_err(), "{text}");
        }
        assert_eq!(AccountId::SYSTEM.to_string(), "0000000000000000");
        for digits in ["0000000000000042", "0999999999999999", "9999999999999999"] {
            let id: AccountId = digits.parse().unwrap();
            assert_eq!(id.to_string(), digits);
        }
    }
}
