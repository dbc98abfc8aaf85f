//! What operations refuse, in the words of their domain. The catalogue in `wire` gives each its code,
//! status and text.

use crate::iam::authz::Denial;
use crate::iam::diagnosis::DiagnosisError;
use crate::iam::federation::FederationError;
use crate::iam::passwords::PasswordError;
use crate::iam::sessions::SessionError;
use crate::model::principal::PrincipalId;
use crate::ops::params::{ParamFault, Problem};
use crate::store::StoreError;

/// A kind of entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A RAM user.
    User,
    /// A group of users.
    Group,
    /// A user in a group.
    GroupMember,
    /// A key of a user or of the account.
    AccessKey,
    /// The credential report of an account.
    CredentialReport,
    /// The network policy of a key.
    AccessKeyPolicy,
    /// A role.
    Role,
    /// A policy.
    Policy,
    /// A version of a policy.
    PolicyVersion,
    /// The alias of an account.
    AccountAlias,
    /// A user's login.
    LoginProfile,
    /// A virtual MFA device.
    MfaDevice,
    /// The user that a virtual MFA device is bound to.
    MfaDeviceUser,
    /// The MFA device that a user is bound to.
    UserMfaDevice,
    /// An OIDC provider.
    OidcProvider,
    /// The issuer of an OIDC provider.
    OidcIssuer,
    /// A client id of an OIDC provider.
    OidcClientId,
    /// A fingerprint of an OIDC provider.
    OidcFingerprint,
    /// A SAML provider.
    SamlProvider,
    /// A policy attached to a user.
    UserPolicy,
    /// A policy attached to a group.
    GroupPolicy,
    /// A policy attached to a role.
    RolePolicy,
}

impl Entity {
    /// What a policy's attachment to this principal is.
    pub const fn attachment(principal: PrincipalId) -> Self {
        match principal {
            PrincipalId::User(_) => Self::UserPolicy,
            PrincipalId::Group(_) => Self::GroupPolicy,
            PrincipalId::Role(_) => Self::RolePolicy,
        }
    }
}

/// Why something cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conflict {
    /// The user has access keys.
    UserHasAccessKeys,
    /// The user is in a group.
    UserInGroup,
    /// The user has attached policies.
    UserHasPolicies,
    /// The group has members.
    GroupHasUsers,
    /// The group has attached policies.
    GroupHasPolicies,
    /// The user has a login.
    UserHasLoginProfile,
    /// The user has an MFA device.
    UserHasMfaDevice,
    /// The MFA device is bound to a user.
    MfaDeviceOfUser,
    /// The role has attached policies.
    RoleHasPolicies,
    /// The policy is attached to a user.
    PolicyOfUser,
    /// The policy is attached to a group.
    PolicyOfGroup,
    /// The policy is attached to a role.
    PolicyOfRole,
    /// The policy has versions beside the default one.
    PolicyHasVersions,
    /// The version is the default one.
    DefaultVersion,
}

/// Why something was not done about a service-linked role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LinkedRoleError {
    /// No service of that name has a role of its own.
    #[error("no such service")]
    NoService,
    /// The service has one role, whose name has no suffix.
    #[error("the service's role has no suffix")]
    SuffixNotAllowed,
    /// With the suffix the name is longer than a name may be.
    #[error("the suffix makes the name too long")]
    SuffixLength,
    /// Only roles with a suffix have a description of their own.
    #[error("the service's role has its own description")]
    DescriptionNotAllowed,
    /// The role is an ordinary one.
    #[error("the role is not linked to a service")]
    NotLinked,
    /// Only the rules of its service shape the role.
    #[error("the role is linked to a service")]
    Protected,
    /// There is no such task.
    #[error("no such deletion task")]
    NoTask,
    /// As much is registered as may be.
    #[error("the quota of registered uses is used up")]
    TooManyUsages,
}

/// Why an operation did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// A parameter.
    #[error(transparent)]
    Param(#[from] ParamFault),
    /// There is no such entity.
    #[error("no such {0:?}")]
    NotExist(Entity),
    /// There is one already.
    #[error("{0:?} exists already")]
    AlreadyExists(Entity),
    /// Something else still stands on it.
    #[error("{0:?}")]
    DeleteConflict(Conflict),
    /// The account, or the entity, has as many as it may have.
    #[error("the quota of {0:?} is used up")]
    LimitExceeded(Entity),
    /// Grants stand for the whole account: there are no resource groups.
    #[error("no such resource group")]
    NoResourceGroup,
    /// A service-linked role.
    #[error(transparent)]
    LinkedRole(#[from] LinkedRoleError),
    /// The operation is not for callers of this kind, or not for this service in that account.
    #[error("the operation is not for this caller")]
    NotForCaller,
    /// Only a RAM user can do that, for itself.
    #[error("the caller is no RAM user")]
    OnlyUsers,
    /// The codes are not those that the MFA device shows.
    #[error("the codes are not those of the device")]
    AuthenticationCode,
    /// A call that is not allowed.
    #[error("not allowed")]
    Denied(Box<Denial>),
    /// A diagnostic message that cannot be decoded.
    #[error(transparent)]
    Diagnosis(#[from] DiagnosisError),
    /// Nobody was let in that an identity provider vouches for.
    #[error(transparent)]
    Federation(#[from] FederationError),
    /// No session was minted.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of ours.
    #[error("internal fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OpError {
    /// Something is wrong with a parameter.
    pub(in crate::ops) fn param(name: &'static str, problem: Problem) -> Self {
        ParamFault { name, problem }.into()
    }
}

impl From<PasswordError> for OpError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => StoreError::Unavailable(Box::new(error)).into(),
            PasswordError::Stored(_) | PasswordError::Hash(_) => Self::Internal(Box::new(error)),
        }
    }
}

/// Says what the store's refusal of a name means.
pub trait OrRefuse<T> {
    /// `AlreadyExists` of `entity`.
    ///
    /// # Errors
    /// [`OpError`].
    fn or_exists(self, entity: Entity) -> Result<T, OpError>;

    /// `NotExist` of `entity`.
    ///
    /// # Errors
    /// [`OpError`].
    fn or_missing(self, entity: Entity) -> Result<T, OpError>;
}

impl<T> OrRefuse<T> for Result<T, StoreError> {
    fn or_exists(self, entity: Entity) -> Result<T, OpError> {
        self.map_err(|error| match error {
            StoreError::AlreadyExists => OpError::AlreadyExists(entity),
            other => OpError::Store(other),
        })
    }

    fn or_missing(self, entity: Entity) -> Result<T, OpError> {
        self.map_err(|error| match error {
            StoreError::NotFound => OpError::NotExist(entity),
            other => OpError::Store(other),
        })
    }
}
