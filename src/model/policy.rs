//! Policies, their versions, and what they are attached to.

use std::fmt;
use std::str::FromStr;

use crate::model::principal::{PrincipalId, PrincipalName};
use crate::policy::ids::{AccountId, PolicyName};

/// Whether a policy is the vendor's or the account's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// From the catalogue; read-only, the same in every account.
    System,
    /// Made by the account.
    Custom,
}

impl PolicyType {
    /// The word on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Custom => "Custom",
        }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is neither `System` nor `Custom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither System nor Custom")]
pub struct PolicyTypeError;

impl FromStr for PolicyType {
    type Err = PolicyTypeError;

    /// Case counts (inferred from the published enumeration).
    fn from_str(text: &str) -> Result<Self, PolicyTypeError> {
        match text {
            "System" => Ok(Self::System),
            "Custom" => Ok(Self::Custom),
            _ => Err(PolicyTypeError),
        }
    }
}

/// Names one policy within an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyRef {
    /// The vendor's or the account's own.
    pub policy_type: PolicyType,
    /// Its name.
    pub name: PolicyName,
}

/// The number of a policy version, `v1` and up. Numbers are never used twice within a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub u32);

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// A text is not `v1`, `v2`, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form `v1`")]
pub struct VersionIdError;

impl FromStr for VersionId {
    type Err = VersionIdError;

    /// `^v[1-9][0-9]*$`, up to 2^32 - 1.
    fn from_str(text: &str) -> Result<Self, VersionIdError> {
        let digits = text.strip_prefix('v').ok_or(VersionIdError)?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VersionIdError);
        }
        digits.parse().map(Self).map_err(|_| VersionIdError)
    }
}

/// A custom policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name, unique among the account's custom policies regardless of case.
    pub name: PolicyName,
    /// Up to 1024 characters.
    pub description: String,
    /// The version that counts.
    pub default_version: VersionId,
    /// The highest number given to a version so far.
    pub latest_version: VersionId,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// One version of a custom policy.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number.
    pub version: VersionId,
    /// The document, exactly as submitted.
    pub document: String,
    /// Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for PolicyVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyVersion")
            .field("version", &self.version)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// A policy attached to a principal, as a search of the whole account finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAttachment {
    /// To whom, by name.
    pub principal: PrincipalName,
    /// What.
    pub policy: PolicyRef,
    /// Of a custom policy; empty for others.
    pub description: String,
    /// Unix seconds.
    pub attached_at: i64,
}

/// A policy attached to a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// To whom.
    pub principal: PrincipalId,
    /// What.
    pub policy: PolicyRef,
    /// Unix seconds.
    pub attached_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_have_one_spelling() {
        assert_eq!("v12".parse(), Ok(VersionId(12)));
        for text in [
            "",
            "v",
            "v0",
            "v01",
            "V1",
            "1",
            "v+1",
            "v-1",
            "v4294967296",
            "v1 ",
        ] {
            assert_eq!(text.parse::<VersionId>(), Err(VersionIdError), "{text}");
        }
    }
}
