//! Tags on users, roles and policies.

/// A tag. Keys are unique on one resource; case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// 0 to 256 characters.
    pub value: String,
}

/// What carries tags.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tagged {
    /// A role.
    Role(crate::policy::ids::RoleId),
    /// A custom policy.
    Policy(crate::policy::ids::PolicyName),
}
