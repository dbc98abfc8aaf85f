//! Members that several answers share. Field order is of no meaning to clients.

use serde::Serialize;

use crate::model::key::AccessKey;
use crate::model::policy::{Policy, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{Role, User};
use crate::model::tag::Tag;
use crate::ops::entities::linked_roles::LatestTaskShape;
use crate::ops::entities::lookup::AnyPolicy;
use crate::ops::shapes::{TagsShape, date};

/// A role. The trust policy and the update date stand in some answers only.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleShape {
    role_id: String,
    role_name: String,
    arn: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume_role_policy_document: Option<String>,
    max_session_duration: i64,
    /// `true`, or not there: an ordinary role's answer is the older clients'.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_service_linked_role: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_deletion_task: Option<LatestTaskShape>,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<TagsShape>,
}

impl RoleShape {
    /// As it is answered where it was just made.
    pub(super) fn created(role: &Role) -> Self {
        Self {
            role_id: role.id.to_string(),
            role_name: role.name.to_string(),
            arn: role.arn(),
            description: role.description.clone(),
            assume_role_policy_document: Some(role.trust_policy.clone()),
            max_session_duration: role.max_session_duration,
            is_service_linked_role: role.linked_service.as_ref().map(|_| true),
            latest_deletion_task: None,
            create_date: date(role.created_at),
            update_date: None,
            tags: None,
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(role: &Role) -> Self {
        Self {
            update_date: Some(date(role.updated_at)),
            ..Self::created(role)
        }
    }

    /// As it stands in a list: without the trust policy, and without a word of whose role it is.
    pub(super) fn listed(role: &Role, tags: Vec<Tag>) -> Self {
        Self {
            assume_role_policy_document: None,
            is_service_linked_role: None,
            tags: TagsShape::of(tags),
            ..Self::whole(role)
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
    pub(super) policy_name: String,
    pub(super) policy_type: &'static str,
    pub(super) description: String,
    pub(super) default_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachment_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) create_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attach_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<TagsShape>,
}

impl PolicyShape {
    fn short(policy: &AnyPolicy) -> Self {
        Self {
            policy_name: policy.policy.name.to_string(),
            policy_type: policy.policy.policy_type.as_str(),
            description: policy.description.clone(),
            default_version: policy.default_version.to_string(),
            attachment_count: None,
            create_date: None,
            update_date: None,
            attach_date: None,
            tags: None,
        }
    }

    /// With dates and the count of its attachments.
    pub(super) fn counted(policy: &AnyPolicy, attachment_count: u32) -> Self {
        Self {
            attachment_count: Some(attachment_count),
            create_date: Some(date(policy.created_at)),
            update_date: Some(date(policy.updated_at)),
            ..Self::short(policy)
        }
    }

    /// With the date of one attachment.
    pub(super) fn attached((policy, attached_at): &(AnyPolicy, i64)) -> Self {
        Self {
            attach_date: Some(date(*attached_at)),
            ..Self::short(policy)
        }
    }

    /// As it is answered where it was just made.
    pub(super) fn created(policy: &Policy) -> Self {
        Self {
            policy_name: policy.name.to_string(),
            policy_type: PolicyType::Custom.as_str(),
            description: policy.description.clone(),
            default_version: policy.default_version.to_string(),
            attachment_count: None,
            create_date: Some(date(policy.created_at)),
            update_date: None,
            attach_date: None,
            tags: None,
        }
    }
}

/// A policy's version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyVersionShape {
    version_id: String,
    is_default_version: bool,
    create_date: String,
    policy_document: String,
    /// Ours: `false` where the document is known in part only, else not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document_complete: Option<bool>,
}

impl PolicyVersionShape {
    /// A version of a policy whose default is `default`.
    pub(super) fn of(version: PolicyVersion, default: VersionId) -> Self {
        Self {
            version_id: version.version.to_string(),
            is_default_version: version.version == default,
            create_date: date(version.created_at),
            policy_document: version.document,
            policy_document_complete: None,
        }
    }

    /// Says so where the policy's document is known in part only.
    pub(super) fn marked(self, policy: &AnyPolicy) -> Self {
        Self {
            policy_document_complete: (!policy.is_complete).then_some(false),
            ..self
        }
    }
}

/// A user. The update date is not in the answer that makes it, the logon date only in `GetUser`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserShape {
    user_id: String,
    user_name: String,
    display_name: String,
    mobile_phone: String,
    email: String,
    comments: String,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_date: Option<String>,
}

impl UserShape {
    /// As it is answered where it was just made.
    pub(super) fn created(user: User) -> Self {
        Self {
            user_id: user.id.to_string(),
            user_name: user.name.to_string(),
            display_name: user.display_name,
            mobile_phone: user.mobile_phone,
            email: user.email,
            comments: user.comments,
            create_date: date(user.created_at),
            update_date: None,
            last_login_date: None,
        }
    }

    /// As it stands in a list.
    pub(super) fn listed(user: User) -> Self {
        Self {
            update_date: Some(date(user.updated_at)),
            ..Self::created(user)
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(user: User) -> Self {
        Self {
            last_login_date: user.last_login_at.map(date),
            ..Self::listed(user)
        }
    }
}

/// A key without its secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKeyShape {
    access_key_id: String,
    status: &'static str,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_secret: Option<String>,
}

impl AccessKeyShape {
    /// As it stands in a list.
    pub(super) fn listed(key: &AccessKey) -> Self {
        Self {
            access_key_id: key.id.to_string(),
            status: key.status.as_str(),
            create_date: date(key.created_at),
            access_key_secret: None,
        }
    }

    /// With the secret: once, where the key was just made.
    pub(super) fn created(key: &AccessKey, secret: String) -> Self {
        Self {
            access_key_secret: Some(secret),
            ..Self::listed(key)
        }
    }
}
