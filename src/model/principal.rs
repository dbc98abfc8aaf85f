//! Users, groups and roles: who policies are attached to.

use crate::policy::arn;
use crate::policy::ids::{AccountId, GroupId, GroupName, RoleId, RoleName, UserId, UserName};
use crate::policy::service_name::ServiceName;

/// A RAM user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id, never given to another.
    pub id: UserId,
    /// Its name, unique in the account regardless of case.
    pub name: UserName,
    /// 1 to 128 characters, or empty.
    pub display_name: String,
    /// Up to 128 characters.
    pub comments: String,
    /// An e-mail address, or empty.
    pub email: String,
    /// `<country>-<number>`, or empty.
    pub mobile_phone: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
    /// Unix seconds of the latest console logon.
    pub last_login_at: Option<i64>,
}

/// A group of users. What is attached to it counts for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id, never given to another.
    pub id: GroupId,
    /// Its name, unique in the account regardless of case.
    pub name: GroupName,
    /// Up to 24 characters, or empty.
    pub display_name: String,
    /// Up to 128 characters.
    pub comments: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// A RAM role.
#[derive(Clone, PartialEq, Eq)]
pub struct Role {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id, never given to another.
    pub id: RoleId,
    /// Its name, unique in the account regardless of case.
    pub name: RoleName,
    /// Up to 1024 characters.
    pub description: String,
    /// The trust policy, exactly as submitted.
    pub trust_policy: String,
    /// The longest session, in seconds: 3600 to 43200.
    pub max_session_duration: i64,
    /// Moves on when all sessions issued before are to die; a token carries the epoch it was issued
    /// under.
    pub session_epoch: i64,
    /// The service that alone takes it, where it is a service-linked role.
    pub linked_service: Option<ServiceName>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl Role {
    /// Its ARN. That of a service-linked role has the name in lower case.
    pub fn arn(&self) -> String {
        match self.linked_service {
            None => arn::role_arn(self.account, &self.name).to_string(),
            Some(_) => arn::linked_role_arn(self.account, self.name.as_str()),
        }
    }
}

impl std::fmt::Debug for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Role")
            .field("account", &self.account)
            .field("id", &self.id)
            .field("name", &self.name)
            .field("description", &self.description)
            .field("max_session_duration", &self.max_session_duration)
            .field("session_epoch", &self.session_epoch)
            .field("linked_service", &self.linked_service)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}

/// Whom a policy is attached to, by id: renaming changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalId {
    /// A RAM user.
    User(UserId),
    /// A group of users. Nobody calls as one.
    Group(GroupId),
    /// A role.
    Role(RoleId),
}

/// A principal by its name in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalName {
    /// A RAM user.
    User(UserName),
    /// A group of users.
    Group(GroupName),
    /// A role.
    Role(RoleName),
}

impl PrincipalName {
    /// What it is.
    pub const fn kind(&self) -> PrincipalKind {
        match self {
            Self::User(_) => PrincipalKind::User,
            Self::Group(_) => PrincipalKind::Group,
            Self::Role(_) => PrincipalKind::Role,
        }
    }
}

/// A kind of principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A RAM user.
    User,
    /// A group of users.
    Group,
    /// A role.
    Role,
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::User, Self::Group, Self::Role];
}
