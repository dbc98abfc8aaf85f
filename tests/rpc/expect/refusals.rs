//! The vendor's refusals: code, status and text, as its error tables list them.

use rampart::ops::declare::Product;

/// What a call is refused with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    /// The same in the words of another product.
    pub(crate) fn in_words_of(&self, product: Product) -> Self {
        if product != Product::ResourceManager {
            return self.clone();
        }
        let text = match self.code.as_str() {
            "InvalidParameter.RoleName.InvalidChars" => {
                "The specified role name contains invalid characters."
            }
            "InvalidParameter.RoleName.Length" => {
                "The maximum length of the role name is exceeded."
            }
            "InvalidParameter.Description.Length" => {
                "The maximum length of the description is exceeded. It must not exceed 1024 characters."
            }
            "EntityAlreadyExists.Role" => "The role already exists.",
            "DeleteConflict.Role.Policy" => {
                "The role cannot have any attached policies when you delete it."
            }
            "DeleteConflict.Policy.Role" => {
                "The policy cannot be attached to any role when you delete it."
            }
            "DeleteConflict.Policy.Version" => {
                "You must delete all non-default versions before you delete the policy."
            }
            "DeleteConflict.Policy.Version.Default" => {
                "You cannot delete the default policy version."
            }
            "InvalidParameter.PolicyType" => "The specified policy type is invalid.",
            "InvalidParameter.PolicyDocument.Length" => {
                "The maximum length of the policy document is exceeded. It must not exceed 6144 characters."
            }
            "LimitExceeded.Policy.Version" => "The maximum number of policy versions is exceeded.",
            _ => &self.message,
        };
        refusal(self.status, &self.code, text)
    }
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    Refusal {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// A required parameter is not there.
pub(crate) fn missing(name: &str) -> Refusal {
    let text = format!("{name} is mandatory for this action.");
    refusal(400, &format!("Missing{name}"), &text)
}

/// Not of the parameter's type.
pub(crate) fn bad_type(name: &str) -> Refusal {
    let text = format!("Specified parameter {name} is not valid.");
    refusal(400, &format!("Invalid{name}"), &text)
}

pub(crate) fn too_long(name: &str) -> Refusal {
    let text = format!("The parameter - \"{name}\" beyond the length limit.");
    refusal(400, &format!("InvalidParameter.{name}.Length"), &text)
}

pub(crate) fn bad_chars(name: &str) -> Refusal {
    let text = format!("The parameter - \"{name}\" contains invalid chars.");
    refusal(400, &format!("InvalidParameter.{name}.InvalidChars"), &text)
}

pub(crate) fn bad_format(name: &str) -> Refusal {
    let text = format!("The format of the parameter - \"{name}\" is incorrect.");
    refusal(400, &format!("InvalidParameter.{name}.Format"), &text)
}

/// Not one of the allowed values.
pub(crate) fn incorrect(name: &str) -> Refusal {
    let text = format!("The parameter - \"{name}\" is incorrect.");
    refusal(400, &format!("InvalidParameter.{name}"), &text)
}

/// A password that the account's policy does not allow.
pub(crate) fn too_weak(name: &str) -> Refusal {
    let text = format!("The parameter - \"{name}\" is not compliant with the password policy.");
    refusal(400, &format!("InvalidParameter.{name}.TooWeak"), &text)
}

/// 404 `EntityNotExist.<what>`.
pub(crate) fn absent(what: &str) -> Refusal {
    let text = match what {
        "User" => "The user does not exist.",
        "User.AccessKey" => "The user access key does not exist.",
        "AccessKeyPolicy" => "The access key policy does not exist.",
        "User.Group" => "The user has not joined the group.",
        "Group" => "The group does not exist.",
        "Group.Policy" => "The indicate policy attached to the group does not exist.",
        "User.LoginProfile" => "The user login profile does not exist.",
        "User.MFADevice" => "The user has not bound any MFA device.",
        "VirtualMFADevice" => "The virtual mfa device does not exist.",
        "User.Policy" => "The indicate policy of the user does not exist.",
        "Policy" => "The policy does not exist.",
        "Policy.Version" => "The policy version does not exist.",
        "Role" => "The role does not exist.",
        "Role.Policy" => "The indicate policy attached to the role does not exist.",
        "OIDCProvider" => "The OIDC provider does not exist.",
        "SAMLProvider" => "The SAML provider does not exist.",
        "OIDCProvider.ClientId" => "The client id of the OIDC provider does not exist.",
        "OIDCProvider.Fingerprint" => "The fingerprint of the OIDC provider does not exist.",
        other => panic!("{other}"),
    };
    refusal(404, &format!("EntityNotExist.{what}"), text)
}

/// 409 `EntityAlreadyExists.<what>`.
pub(crate) fn exists(what: &str) -> Refusal {
    let text = match what {
        "User" => "The user does already EXIST.",
        "User.Group" => "The user has already joined the group.",
        "Group" => "The group does already EXIST.",
        "Group.Policy" => "The group has already been attached this policy.",
        "User.LoginProfile" => "The user login profile does already EXIST.",
        "User.MFADevice" => "The user has already bound a MFA device.",
        "VirtualMFADevice" => "The virtual mfa device does already EXIST.",
        "VirtualMFADevice.User" => "The virtual mfa device does already been bound to a user.",
        "User.Policy" => "The user has already been attached this policy.",
        "AccountAlias" => "The account alias does already exist.",
        "Policy" => "The policy does already EXIST.",
        "Role" => "The role does already EXIST.",
        "Role.Policy" => "The role has already been attached this policy.",
        "OIDCProvider" => "The OIDC provider does already EXIST.",
        "SAMLProvider" => "The SAML provider does already EXIST.",
        "OIDCProvider.Url" => "The issuer URL is already used by another OIDC provider.",
        "OIDCProvider.ClientId" => "The client id does already EXIST.",
        "OIDCProvider.Fingerprint" => "The fingerprint does already EXIST.",
        other => panic!("{other}"),
    };
    refusal(409, &format!("EntityAlreadyExists.{what}"), text)
}

/// 409 `DeleteConflict.<what>`.
pub(crate) fn conflict(what: &str) -> Refusal {
    let text = match what {
        "User.AccessKey" => "The user CAN NOT has any access key while deleting the user.",
        "User.Group" => "The user CAN NOT be in any group while deleting the user.",
        "User.LoginProfile" => "The user CAN NOT has any login profile while deleting the user.",
        "User.MFADevice" => "The user CAN NOT has any mfa device while deleting the user.",
        "VirtualMFADevice.User" => {
            "The virtual mfa device CAN NOT been bound to any user while deleting it."
        }
        "User.Policy" => "The user CAN NOT has any attached policy while deleting the user.",
        "Group.User" => "The group CAN NOT has any user member while deleting the group.",
        "Group.Policy" => "The entity CAN NOT has any attached policy while deleting the group.",
        "Policy.Group" => {
            "The policy CAN NOT been attached to any group while deleting the policy."
        }
        "Policy.User" => "The policy CAN NOT been attached to any user while deleting the policy.",
        "Policy.Role" => "The policy CAN NOT been attached to any role while deleting the policy.",
        "Policy.Version" => "The policy CAN NOT has any version except the default version.",
        "Policy.Version.Default" => "The default policy version CAN NOT been deleted directly.",
        "Role.Policy" => "The role CAN NOT has any attached policy while deleting the role.",
        other => panic!("{other}"),
    };
    refusal(409, &format!("DeleteConflict.{what}"), text)
}

/// 409 `LimitExceeded.<what>`.
pub(crate) fn limit(what: &str) -> Refusal {
    let text = match what {
        "User" => "The count of users beyond the current limits.",
        "User.Group" => "The count of groups the target user joined beyond the current limits.",
        "Group" => "The count of groups beyond the current limits.",
        "Group.Policy" => "The policy count of the group beyond the current limits.",
        "User.AccessKey" => {
            "The access key count of the user access keys beyond the current limits."
        }
        "User.Policy" => {
            "The policy count of the user attached policies beyond the current limits."
        }
        "VirtualMFADevice" => "The count of virtual mfa devices beyond the current limits.",
        "Policy" => "The count of policy beyond the current limits.",
        "Policy.Version" => "The count of policy version beyond the current limits.",
        "Role" => "The count of roles beyond the current limits.",
        "Role.Policy" => "The count of policies attached to the role beyond the current limits.",
        "Tag" => "The count of tags beyond the current limits.",
        "OIDCProvider" => "The count of OIDC providers beyond the current limits.",
        "SAMLProvider" => "The count of SAML providers beyond the current limits.",
        "OIDCProvider.ClientId" => "The count of client ids beyond the current limits.",
        "OIDCProvider.Fingerprint" => "The count of fingerprints beyond the current limits.",
        other => panic!("{other}"),
    };
    refusal(409, &format!("LimitExceeded.{what}"), text)
}
