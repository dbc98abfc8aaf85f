//! Members that several answers share.

use serde::Serialize;

use crate::model::account::Account;
use crate::model::policy::{Policy, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{PrincipalName, Role};
use crate::ops::entities::linked_roles::LatestTaskShape;
use crate::ops::entities::lookup::AnyPolicy;
use crate::ops::resource_manager::principals;
use crate::ops::shapes::date;

/// A role. Some members stand in some answers only.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleShape {
    role_id: String,
    role_name: String,
    role_principal_name: String,
    arn: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume_role_policy_document: Option<String>,
    max_session_duration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_service_linked_role: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_deletion_task: Option<LatestTaskShape>,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_date: Option<String>,
}

impl RoleShape {
    /// As it is answered where it was just made.
    pub(super) fn created(account: &Account, role: &Role) -> Self {
        let name = PrincipalName::Role(role.name.clone());
        Self {
            role_id: role.id.to_string(),
            role_name: role.name.to_string(),
            role_principal_name: principals::shown(account, &name),
            arn: role.arn(),
            description: role.description.clone(),
            assume_role_policy_document: Some(role.trust_policy.clone()),
            max_session_duration: role.max_session_duration,
            is_service_linked_role: None,
            latest_deletion_task: None,
            create_date: date(role.created_at),
            update_date: None,
        }
    }

    /// As it is answered where it was changed.
    pub(super) fn updated(account: &Account, role: &Role) -> Self {
        Self {
            update_date: Some(date(role.updated_at)),
            ..Self::created(account, role)
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(account: &Account, role: &Role) -> Self {
        Self {
            is_service_linked_role: Some(role.linked_service.is_some()),
            ..Self::updated(account, role)
        }
    }

    /// As it stands in a list: without the trust policy.
    pub(super) fn listed(account: &Account, role: &Role) -> Self {
        Self {
            assume_role_policy_document: None,
            ..Self::whole(account, role)
        }
    }

    /// With the task by which it was last to be removed.
    pub(super) fn with_task(self, latest_deletion_task: Option<LatestTaskShape>) -> Self {
        Self {
            latest_deletion_task,
            ..self
        }
    }
}

/// A policy. Some members stand in some answers only.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyShape {
    policy_name: String,
    policy_type: &'static str,
    description: String,
    default_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment_count: Option<u32>,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_date: Option<String>,
}

impl PolicyShape {
    /// As it is answered where it was just made.
    pub(super) fn created(policy: &Policy) -> Self {
        Self {
            policy_name: policy.name.to_string(),
            policy_type: PolicyType::Custom.as_str(),
            description: policy.description.clone(),
            default_version: policy.default_version.to_string(),
            policy_document: None,
            attachment_count: None,
            create_date: date(policy.created_at),
            update_date: None,
        }
    }

    /// As it stands in a list.
    pub(super) fn listed(policy: &AnyPolicy, attachment_count: u32) -> Self {
        Self {
            policy_name: policy.policy.name.to_string(),
            policy_type: policy.policy.policy_type.as_str(),
            description: policy.description.clone(),
            default_version: policy.default_version.to_string(),
            policy_document: None,
            attachment_count: Some(attachment_count),
            create_date: date(policy.created_at),
            update_date: Some(date(policy.updated_at)),
        }
    }

    /// As it is answered on its own: with the document that counts.
    pub(super) fn whole(policy: &AnyPolicy, attachment_count: u32, document: String) -> Self {
        Self {
            policy_document: Some(document),
            ..Self::listed(policy, attachment_count)
        }
    }
}

/// A policy's version. The document stands in the answer to `GetPolicyVersion` alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyVersionShape {
    version_id: String,
    is_default_version: bool,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
    /// Ours: `false` where the document is known in part only, else not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document_complete: Option<bool>,
}

impl PolicyVersionShape {
    /// As it stands in a list; `default` is the policy's default version.
    pub(super) fn listed(version: &PolicyVersion, default: VersionId) -> Self {
        Self {
            version_id: version.version.to_string(),
            is_default_version: version.version == default,
            create_date: date(version.created_at),
            policy_document: None,
            policy_document_complete: None,
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(version: PolicyVersion, policy: &AnyPolicy) -> Self {
        let listed = Self::listed(&version, policy.default_version);
        Self {
            policy_document: Some(version.document),
            policy_document_complete: (!policy.is_complete).then_some(false),
            ..listed
        }
    }
}
