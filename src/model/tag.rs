//! Tags on users, roles and policies.

/// A tag. Keys are unique on one resource; case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// 0 to 256 characters.
    pub value: String,
}

/// The kinds of resource that carry tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaggedKind {
    /// A RAM user.
    User,
    /// A role.
    Role,
    /// A custom policy.
    Policy,
}

impl TaggedKind {
    /// As the vendor writes it, and as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }
}

/// A word that names no such kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of resource that carries tags")]
pub struct TaggedKindError;

impl std::str::FromStr for TaggedKind {
    type Err = TaggedKindError;

    fn from_str(text: &str) -> Result<Self, TaggedKindError> {
        [Self::User, Self::Role, Self::Policy]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(TaggedKindError)
    }
}

/// A tag and the name of what carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTag {
    /// The role's or the policy's name, the user's id.
    pub name: String,
    /// The tag.
    pub tag: Tag,
}

/// What carries tags.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tagged {
    /// A RAM user.
    User(crate::policy::ids::UserId),
    /// A role.
    Role(crate::policy::ids::RoleId),
    /// A custom policy.
    Policy(crate::policy::ids::PolicyName),
}
