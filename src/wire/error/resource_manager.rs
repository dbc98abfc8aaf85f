//! ResourceManager has RAM's codes and for some of them texts of its own.
//!
//! Source: errors-and-limits B.9, from the vendor's pages of ResourceManager.

use super::Refusal;

/// The refusal in ResourceManager's words, where they are known.
pub(super) fn reworded(refusal: Refusal) -> Refusal {
    let text = match refusal.code.as_str() {
        "InvalidParameter.RoleName.InvalidChars" => {
            "The specified role name contains invalid characters."
        }
        "InvalidParameter.RoleName.Length" => "The maximum length of the role name is exceeded.",
        "InvalidParameter.PolicyType" => "The specified policy type is invalid.",
        "InvalidParameter.PolicyDocument.Length" => {
            "The maximum length of the policy document is exceeded. It must not exceed 6144 \
             characters."
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
        "DeleteConflict.Policy.Version.Default" => "You cannot delete the default policy version.",
        "LimitExceeded.Policy.Version" => "The maximum number of policy versions is exceeded.",
        _ => return refusal,
    };
    Refusal {
        message: text.to_owned(),
        ..refusal
    }
}
