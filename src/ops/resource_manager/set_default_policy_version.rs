//! `SetDefaultPolicyVersion`.

use crate::model::policy::VersionId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies;
use crate::ops::error::OpError;
use crate::policy::ids::PolicyName;
use crate::store::Tx;
use async_trait::async_trait;

operation! {
    /// Chooses the version of a custom policy that counts.
    SetDefaultPolicyVersion {
        product: ResourceManager,
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
        policies::set_default_version(cx, tx, &self.policy_name, self.version_id).await?;
        Ok(Done {})
    }
}
