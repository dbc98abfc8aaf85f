//! What is not there, is there already, is in use, or is one too many.

use axum::http::StatusCode;

use crate::ops::error::{Conflict, Entity};

use super::{Refusal, at};

pub(super) fn not_exist(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => ("EntityNotExist.User", "The user does not exist."),
        Entity::Group => ("EntityNotExist.Group", "The group does not exist."),
        Entity::GroupMember => (
            "EntityNotExist.User.Group",
            "The user has not joined the group.",
        ),
        Entity::AccessKey => (
            "EntityNotExist.User.AccessKey",
            "The user access key does not exist.",
        ),
        Entity::CredentialReport => (
            "EntityNotExist.CredentialReport",
            "The credential report does not exist.",
        ),
        Entity::AccessKeyPolicy => (
            "EntityNotExist.AccessKeyPolicy",
            "The access key policy does not exist.",
        ),
        Entity::Role => ("EntityNotExist.Role", "The role does not exist."),
        Entity::Policy => ("EntityNotExist.Policy", "The policy does not exist."),
        Entity::PolicyVersion => (
            "EntityNotExist.Policy.Version",
            "The policy version does not exist.",
        ),
        Entity::LoginProfile => (
            "EntityNotExist.User.LoginProfile",
            "The user login profile does not exist.",
        ),
        Entity::MfaDevice => (
            "EntityNotExist.VirtualMFADevice",
            "The virtual mfa device does not exist.",
        ),
        Entity::MfaDeviceUser => (
            "EntityNotExist.VirtualMFADevice.User",
            "The virtual mfa device has not been bound to a user.",
        ),
        Entity::UserMfaDevice => (
            "EntityNotExist.User.MFADevice",
            "The user has not bound any MFA device.",
        ),
        Entity::AccountAlias => (
            "EntityNotExist.AccountAlias",
            "The account alias does not exist.",
        ),
        Entity::OidcProvider => (
            "EntityNotExist.OIDCProvider",
            "The OIDC provider does not exist.",
        ),
        Entity::OidcIssuer => (
            "EntityNotExist.OIDCProvider.Url",
            "The issuer URL is of no OIDC provider.",
        ),
        Entity::OidcClientId => (
            "EntityNotExist.OIDCProvider.ClientId",
            "The client id of the OIDC provider does not exist.",
        ),
        Entity::OidcFingerprint => (
            "EntityNotExist.OIDCProvider.Fingerprint",
            "The fingerprint of the OIDC provider does not exist.",
        ),
        Entity::SamlProvider => (
            "EntityNotExist.SAMLProvider",
            "The SAML provider does not exist.",
        ),
        Entity::UserPolicy => (
            "EntityNotExist.User.Policy",
            "The indicate policy of the user does not exist.",
        ),
        Entity::GroupPolicy => (
            "EntityNotExist.Group.Policy",
            "The indicate policy attached to the group does not exist.",
        ),
        Entity::RolePolicy => (
            "EntityNotExist.Role.Policy",
            "The indicate policy attached to the role does not exist.",
        ),
    };
    at(StatusCode::NOT_FOUND, code, message)
}

pub(super) fn already_exists(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => ("EntityAlreadyExists.User", "The user does already EXIST."),
        Entity::Group => ("EntityAlreadyExists.Group", "The group does already EXIST."),
        Entity::GroupMember => (
            "EntityAlreadyExists.User.Group",
            "The user has already joined the group.",
        ),
        Entity::AccessKey => (
            "EntityAlreadyExists.User.AccessKey",
            "The user access key does already EXIST.",
        ),
        Entity::CredentialReport => (
            "EntityAlreadyExists.CredentialReport",
            "The credential report does already EXIST.",
        ),
        Entity::AccessKeyPolicy => (
            "EntityAlreadyExists.AccessKeyPolicy",
            "The access key policy does already EXIST.",
        ),
        Entity::Role => ("EntityAlreadyExists.Role", "The role does already EXIST."),
        Entity::Policy => (
            "EntityAlreadyExists.Policy",
            "The policy does already EXIST.",
        ),
        Entity::PolicyVersion => (
            "EntityAlreadyExists.Policy.Version",
            "The policy version does already EXIST.",
        ),
        Entity::LoginProfile => (
            "EntityAlreadyExists.User.LoginProfile",
            "The user login profile does already EXIST.",
        ),
        Entity::MfaDevice => (
            "EntityAlreadyExists.VirtualMFADevice",
            "The virtual mfa device does already EXIST.",
        ),
        Entity::MfaDeviceUser => (
            "EntityAlreadyExists.VirtualMFADevice.User",
            "The virtual mfa device does already been bound to a user.",
        ),
        Entity::UserMfaDevice => (
            "EntityAlreadyExists.User.MFADevice",
            "The user has already bound a MFA device.",
        ),
        Entity::AccountAlias => (
            "EntityAlreadyExists.AccountAlias",
            "The account alias does already exist.",
        ),
        Entity::OidcProvider => (
            "EntityAlreadyExists.OIDCProvider",
            "The OIDC provider does already EXIST.",
        ),
        Entity::SamlProvider => (
            "EntityAlreadyExists.SAMLProvider",
            "The SAML provider does already EXIST.",
        ),
        Entity::OidcIssuer => (
            "EntityAlreadyExists.OIDCProvider.Url",
            "The issuer URL is already used by another OIDC provider.",
        ),
        Entity::OidcClientId => (
            "EntityAlreadyExists.OIDCProvider.ClientId",
            "The client id does already EXIST.",
        ),
        Entity::OidcFingerprint => (
            "EntityAlreadyExists.OIDCProvider.Fingerprint",
            "The fingerprint does already EXIST.",
        ),
        Entity::UserPolicy => (
            "EntityAlreadyExists.User.Policy",
            "The user has already been attached this policy.",
        ),
        Entity::GroupPolicy => (
            "EntityAlreadyExists.Group.Policy",
            "The group has already been attached this policy.",
        ),
        Entity::RolePolicy => (
            "EntityAlreadyExists.Role.Policy",
            "The role has already been attached this policy.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}

pub(super) fn delete_conflict(conflict: Conflict) -> Refusal {
    let (code, message) = match conflict {
        Conflict::UserHasAccessKeys => (
            "DeleteConflict.User.AccessKey",
            "The user CAN NOT has any access key while deleting the user.",
        ),
        Conflict::UserInGroup => (
            "DeleteConflict.User.Group",
            "The user CAN NOT be in any group while deleting the user.",
        ),
        Conflict::UserHasPolicies => (
            "DeleteConflict.User.Policy",
            "The user CAN NOT has any attached policy while deleting the user.",
        ),
        Conflict::GroupHasUsers => (
            "DeleteConflict.Group.User",
            "The group CAN NOT has any user member while deleting the group.",
        ),
        Conflict::GroupHasPolicies => (
            "DeleteConflict.Group.Policy",
            "The entity CAN NOT has any attached policy while deleting the group.",
        ),
        Conflict::UserHasLoginProfile => (
            "DeleteConflict.User.LoginProfile",
            "The user CAN NOT has any login profile while deleting the user.",
        ),
        Conflict::UserHasMfaDevice => (
            "DeleteConflict.User.MFADevice",
            "The user CAN NOT has any mfa device while deleting the user.",
        ),
        Conflict::MfaDeviceOfUser => (
            "DeleteConflict.VirtualMFADevice.User",
            "The virtual mfa device CAN NOT been bound to any user while deleting it.",
        ),
        Conflict::RoleHasPolicies => (
            "DeleteConflict.Role.Policy",
            "The role CAN NOT has any attached policy while deleting the role.",
        ),
        Conflict::PolicyOfUser => (
            "DeleteConflict.Policy.User",
            "The policy CAN NOT been attached to any user while deleting the policy.",
        ),
        Conflict::PolicyOfGroup => (
            "DeleteConflict.Policy.Group",
            "The policy CAN NOT been attached to any group while deleting the policy.",
        ),
        Conflict::PolicyOfRole => (
            "DeleteConflict.Policy.Role",
            "The policy CAN NOT been attached to any role while deleting the policy.",
        ),
        Conflict::PolicyHasVersions => (
            "DeleteConflict.Policy.Version",
            "The policy CAN NOT has any version except the default version.",
        ),
        Conflict::DefaultVersion => (
            "DeleteConflict.Policy.Version.Default",
            "The default policy version CAN NOT been deleted directly.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}

pub(super) fn limit_exceeded(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => (
            "LimitExceeded.User",
            "The count of users beyond the current limits.",
        ),
        Entity::Group => (
            "LimitExceeded.Group",
            "The count of groups beyond the current limits.",
        ),
        Entity::GroupMember => (
            "LimitExceeded.User.Group",
            "The count of groups the target user joined beyond the current limits.",
        ),
        Entity::AccessKey => (
            "LimitExceeded.User.AccessKey",
            "The access key count of the user access keys beyond the current limits.",
        ),
        Entity::CredentialReport => (
            "LimitExceeded.CredentialReport",
            "The count of credential reports beyond the current limits.",
        ),
        Entity::AccessKeyPolicy => (
            "LimitExceeded.AccessKeyPolicy",
            "The count of access key policies beyond the current limits.",
        ),
        Entity::Role => (
            "LimitExceeded.Role",
            "The count of roles beyond the current limits.",
        ),
        Entity::Policy => (
            "LimitExceeded.Policy",
            "The count of policy beyond the current limits.",
        ),
        Entity::PolicyVersion => (
            "LimitExceeded.Policy.Version",
            "The count of policy version beyond the current limits.",
        ),
        Entity::LoginProfile => (
            "LimitExceeded.User.LoginProfile",
            "The count of login profiles of the user beyond the current limits.",
        ),
        Entity::MfaDevice => (
            "LimitExceeded.VirtualMFADevice",
            "The count of virtual mfa devices beyond the current limits.",
        ),
        Entity::MfaDeviceUser => (
            "LimitExceeded.VirtualMFADevice.User",
            "The count of users of the virtual mfa device beyond the current limits.",
        ),
        Entity::UserMfaDevice => (
            "LimitExceeded.User.MFADevice",
            "The count of mfa devices of the user beyond the current limits.",
        ),
        Entity::AccountAlias => (
            "LimitExceeded.AccountAlias",
            "The count of account aliases beyond the current limits.",
        ),
        Entity::OidcProvider => (
            "LimitExceeded.OIDCProvider",
            "The count of OIDC providers beyond the current limits.",
        ),
        Entity::SamlProvider => (
            "LimitExceeded.SAMLProvider",
            "The count of SAML providers beyond the current limits.",
        ),
        Entity::OidcIssuer => (
            "LimitExceeded.OIDCProvider.Url",
            "The count of issuer URLs beyond the current limits.",
        ),
        Entity::OidcClientId => (
            "LimitExceeded.OIDCProvider.ClientId",
            "The count of client ids beyond the current limits.",
        ),
        Entity::OidcFingerprint => (
            "LimitExceeded.OIDCProvider.Fingerprint",
            "The count of fingerprints beyond the current limits.",
        ),
        Entity::UserPolicy => (
            "LimitExceeded.User.Policy",
            "The policy count of the user attached policies beyond the current limits.",
        ),
        Entity::GroupPolicy => (
            "LimitExceeded.Group.Policy",
            "The policy count of the group beyond the current limits.",
        ),
        Entity::RolePolicy => (
            "LimitExceeded.Role.Policy",
            "The count of policies attached to the role beyond the current limits.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}
