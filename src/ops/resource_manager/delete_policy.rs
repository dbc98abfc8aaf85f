//! `DeletePolicy`.

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies;
use crate::ops::error::OpError;
use crate::policy::ids::PolicyName;
use crate::store::Tx;
use async_trait::async_trait;

operation! {
    /// Removes a custom policy that is attached to nobody and has one version.
    DeletePolicy {
        product: ResourceManager,
        access: Write,
        action: "ram:DeletePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
        }
    }
}

#[async_trait]
impl Write for DeletePolicy {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        policies::delete(tx, &self.policy_name, false).await?;
        Ok(Done {})
    }
}
