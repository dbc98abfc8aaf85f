//! Policies of both types behind one look-up, and the roles that calls name.

use crate::model::catalog;
use crate::model::policy::{PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::Role;
use crate::ops::error::{Entity, OpError};
use crate::policy::ids::{PolicyName, RoleName};
use crate::store::Snapshot;

/// A policy of either type, as far as answers show it.
#[derive(Debug, Clone)]
pub(in crate::ops) struct AnyPolicy {
    pub(in crate::ops) policy: PolicyRef,
    pub(in crate::ops) description: String,
    /// Whether its document is known as a whole.
    pub(in crate::ops) is_complete: bool,
    pub(in crate::ops) default_version: VersionId,
    pub(in crate::ops) created_at: i64,
    pub(in crate::ops) updated_at: i64,
}

impl From<crate::model::policy::Policy> for AnyPolicy {
    fn from(policy: crate::model::policy::Policy) -> Self {
        Self {
            policy: PolicyRef {
                policy_type: PolicyType::Custom,
                name: policy.name,
            },
            description: policy.description,
            is_complete: true,
            default_version: policy.default_version,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
        }
    }
}

impl From<&catalog::SystemPolicy> for AnyPolicy {
    fn from(policy: &catalog::SystemPolicy) -> Self {
        Self {
            policy: PolicyRef {
                policy_type: PolicyType::System,
                name: policy.name.clone(),
            },
            description: policy.description.clone(),
            is_complete: policy.is_complete,
            default_version: VersionId(policy.default_version),
            created_at: policy.created_at,
            updated_at: policy.updated_at,
        }
    }
}

/// The policy of that type and name.
pub(in crate::ops) async fn policy(
    snapshot: &mut dyn Snapshot,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<AnyPolicy, OpError> {
    let found = match policy_type {
        PolicyType::System => catalog::system_policy(name).map(AnyPolicy::from),
        PolicyType::Custom => snapshot.get_policy(name).await?.map(AnyPolicy::from),
    };
    found.ok_or(OpError::NotExist(Entity::Policy))
}

/// A version of it. Of a system policy only the default version is known.
pub(in crate::ops) async fn policy_version(
    snapshot: &mut dyn Snapshot,
    policy: &AnyPolicy,
    version: VersionId,
) -> Result<PolicyVersion, OpError> {
    let found = match policy.policy.policy_type {
        PolicyType::System => catalog::system_policy(&policy.policy.name)
            .filter(|system| system.default_version == version.0)
            .map(|system| PolicyVersion {
                version,
                document: system.document.clone(),
                created_at: system.updated_at,
            }),
        PolicyType::Custom => {
            snapshot
                .get_policy_version(&policy.policy.name, version)
                .await?
        }
    };
    found.ok_or(OpError::NotExist(Entity::PolicyVersion))
}

/// The role of that name.
pub(in crate::ops) async fn role(
    snapshot: &mut dyn Snapshot,
    name: &RoleName,
) -> Result<Role, OpError> {
    snapshot
        .get_role(name)
        .await?
        .ok_or(OpError::NotExist(Entity::Role))
}
