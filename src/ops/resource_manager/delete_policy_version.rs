//! `DeletePolicyVersion`.

use crate::model::policy::VersionId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies;
use crate::ops::error::OpError;
use crate::policy::ids::PolicyName;
use crate::store::Tx;
use async_trait::async_trait;

operation! {
    /// Drops a version of a custom policy, but not the default one.
    DeletePolicyVersion {
        product: ResourceManager,
        access: Write,
        action: "ram:DeletePolicyVersion",
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
impl Write for DeletePolicyVersion {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        policies::delete_version(tx, &self.policy_name, self.version_id).await?;
        Ok(Done {})
    }
}
