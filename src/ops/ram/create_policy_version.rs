//! `CreatePolicyVersion`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::{PolicyVersion, VersionId};
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ram::shapes::PolicyVersionShape;
use crate::ops::values::{PolicyDocument, RotateStrategy};
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Adds a version to a custom policy.
    CreatePolicyVersion {
        product: Ram,
        access: Write,
        action: "ram:CreatePolicyVersion",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// The document, up to 6144 characters.
            document: PolicyDocument = "PolicyDocument",
            /// Whether the new version counts from now on; `false` where nothing is said.
            set_as_default: Option<bool> = "SetAsDefault",
            /// What to do at the limit; `None` where nothing is said.
            rotate_strategy: Option<RotateStrategy> = "RotateStrategy",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy_version: PolicyVersionShape,
}

#[async_trait]
impl Write for CreatePolicyVersion {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let policy = tx.get_policy(&self.policy_name).await?;
        let mut policy = policy.ok_or(OpError::NotExist(Entity::Policy))?;
        let versions = tx.list_policy_versions(&policy.name).await?;
        let limit = usize::try_from(cx.iam.quotas.versions_per_policy).unwrap_or(usize::MAX);
        if versions.len() >= limit {
            let rotate = self.rotate_strategy.unwrap_or(RotateStrategy::None);
            let oldest = versions
                .iter()
                .find(|version| version.version != policy.default_version);
            match (rotate, oldest) {
                (RotateStrategy::DeleteOldestNonDefaultVersionWhenLimitExceeded, Some(oldest)) => {
                    tx.delete_policy_version(&policy.name, oldest.version)
                        .await?;
                }
                (RotateStrategy::None, _) | (_, None) => {
                    return Err(OpError::LimitExceeded(Entity::PolicyVersion));
                }
            }
        }
        let version = PolicyVersion {
            version: VersionId(policy.latest_version.0.saturating_add(1)),
            document: self.document.0.clone(),
            created_at: cx.now,
        };
        tx.create_policy_version(&policy.name, &version).await?;
        policy.latest_version = version.version;
        if self.set_as_default.unwrap_or(false) {
            policy.default_version = version.version;
        }
        policy.updated_at = cx.now;
        tx.update_policy(&policy).await?;
        Ok(Created {
            policy_version: PolicyVersionShape::of(version, policy.default_version),
        })
    }
}
