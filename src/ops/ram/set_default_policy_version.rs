//! `SetDefaultPolicyVersion`.

use async_trait::async_trait;

use crate::model::policy::VersionId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Chooses the version of a custom policy that counts.
    SetDefaultPolicyVersion {
        product: Ram,
        access: Write,
        action: "ram:SetDefaultPolicyVersion",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `v1`, `v2`, ….
            version_id: VersionId = "VersionId",
        }
    }
}

#[async_trait]
impl Write for SetDefaultPolicyVersion {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let policy = tx.get_policy(&self.policy_name).await?;
        let mut policy = policy.ok_or(OpError::NotExist(Entity::Policy))?;
        let version = tx.get_policy_version(&policy.name, self.version_id).await?;
        policy.default_version = version
            .ok_or(OpError::NotExist(Entity::PolicyVersion))?
            .version;
        policy.updated_at = cx.now;
        tx.update_policy(&policy).await?;
        Ok(Done {})
    }
}
