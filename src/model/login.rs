//! How a user logs in: its password, and the device that shows its codes.

use std::str::FromStr;

use crate::policy::ids::{AccountId, MfaDeviceName, UserId};

/// Whether a login is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginStatus {
    /// The user may log in.
    Active,
    /// It may not, until the login is opened again.
    Inactive,
}

impl LoginStatus {
    /// The word on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// A text is neither `Active` nor `Inactive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither Active nor Inactive")]
pub struct LoginStatusError;

impl FromStr for LoginStatus {
    type Err = LoginStatusError;

    fn from_str(text: &str) -> Result<Self, LoginStatusError> {
        [Self::Active, Self::Inactive]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(LoginStatusError)
    }
}

/// A user's login to the console. Its passwords are sealed; see `iam::secrets`.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginProfile {
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is.
    pub user: UserId,
    /// Whether it is open.
    pub status: LoginStatus,
    /// The hashes of the password and of those before it under the master key, bound to this row.
    pub sealed_passwords: Vec<u8>,
    /// Whether the password is the one that an administrator opened the login with.
    pub is_initial: bool,
    /// Whether the password must be changed at the next login.
    pub password_reset_required: bool,
    /// Whether an MFA device must be bound at the next login.
    pub mfa_bind_required: bool,
    /// When the password was set, in unix seconds.
    pub password_set_at: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl std::fmt::Debug for LoginProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginProfile")
            .field("account", &self.account)
            .field("user", &self.user)
            .field("status", &self.status)
            .field("is_initial", &self.is_initial)
            .field("password_reset_required", &self.password_reset_required)
            .field("mfa_bind_required", &self.mfa_bind_required)
            .field("password_set_at", &self.password_set_at)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}

/// Whom a device is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The user.
    pub user: UserId,
    /// Since when, in unix seconds.
    pub activated_at: i64,
}

/// A virtual MFA device: a seed that some authenticator holds too. It is sealed; see `iam::secrets`.
#[derive(Clone, PartialEq, Eq)]
pub struct VirtualMfaDevice {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id, which no other device gets: its seed is bound to it.
    pub id: String,
    /// Its name, unique in the account.
    pub name: MfaDeviceName,
    /// The seed under the master key, bound to this row.
    pub sealed_seed: Vec<u8>,
    /// Whom it is bound to.
    pub binding: Option<Binding>,
    /// The latest time step of which a code was accepted.
    pub last_step: i64,
    /// Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for VirtualMfaDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VirtualMfaDevice")
            .field("account", &self.account)
            .field("id", &self.id)
            .field("name", &self.name)
            .field("binding", &self.binding)
            .field("last_step", &self.last_step)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
