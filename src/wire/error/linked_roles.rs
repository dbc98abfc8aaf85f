//! Service-linked roles and the tasks that remove them.
//!
//! Source: errors-and-limits B.9, from the vendor's pages of ResourceManager; RAM's own, newer calls
//! are taken to have the same.

use axum::http::StatusCode;

use crate::ops::error::LinkedRoleError;

use super::{Refusal, at, bad};

pub(super) fn linked_role(error: LinkedRoleError) -> Refusal {
    match error {
        LinkedRoleError::NoService => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.Service",
            "The service does not exist.",
        ),
        LinkedRoleError::SuffixNotAllowed => bad(
            "InvalidParameter.CustomSuffix.NotAllowed",
            "Custom suffix is not allowed for this Service Linked Role.",
        ),
        LinkedRoleError::SuffixLength => bad(
            "InvalidParameter.CustomSuffix.Length",
            "The maximum length of the parameter CustomSuffix is exceeded.",
        ),
        LinkedRoleError::DescriptionNotAllowed => bad(
            "InvalidParameter.Description.NotAllowed",
            "Custom description is not allowed for default service linked role.",
        ),
        LinkedRoleError::NotLinked => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.ServiceLinkedRole",
            "This role exists but is not a Service Linked Role.",
        ),
        LinkedRoleError::Protected => at(
            StatusCode::FORBIDDEN,
            "NotSupport.ServiceLinkedRole",
            "This operation is not supported for service-linked roles.",
        ),
        LinkedRoleError::NoTask => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.ServiceLinkedRole.DeletionTask",
            "The deletion task for the given ID does not exist.",
        ),
        LinkedRoleError::TooManyUsages => at(
            StatusCode::CONFLICT,
            "LimitExceeded.Role.Usage",
            "The count of resources that use the role beyond the current limits.",
        ),
    }
}

pub(super) fn suffix_chars() -> Refusal {
    bad(
        "InvalidParameter.CustomSuffix.InvalidChars",
        "The parameter CustomSuffix contains invalid characters.",
    )
}

pub(super) fn task_id() -> Refusal {
    bad(
        "InvalidParameter.DeletionTaskId",
        "The DeletionTaskId is invalid.",
    )
}

pub(super) fn task_id_length() -> Refusal {
    bad(
        "InvalidParameter.DeletionTaskId.Length",
        "The length of DeletionTaskId must be between 26 and 255 characters.",
    )
}
