//! `DeleteGroup`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Removes a group that has neither members nor policies.
    DeleteGroup {
        product: Ims,
        access: Write,
        action: "ram:DeleteGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
        }
    }
}

#[async_trait]
impl Write for DeleteGroup {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        groups::delete(tx, &self.group_name).await?;
        Ok(Done {})
    }
}
