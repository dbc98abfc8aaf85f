//! `DeletePolicy`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies;
use crate::ops::error::OpError;
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Removes a custom policy that is attached to nobody.
    DeletePolicy {
        product: Ram,
        access: Write,
        action: "ram:DeletePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// Whether versions beside the default one go with it.
            cascading_delete: Option<bool> = "CascadingDelete",
        }
    }
}

#[async_trait]
impl Write for DeletePolicy {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let cascading = self.cascading_delete.unwrap_or(false);
        policies::delete(tx, &self.policy_name, cascading).await?;
        Ok(Done {})
    }
}
