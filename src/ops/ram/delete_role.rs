//! `DeleteRole`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::roles;
use crate::ops::error::OpError;
use crate::policy::ids::RoleName;
use crate::store::Tx;

operation! {
    /// Removes a role; its sessions end with it.
    DeleteRole {
        product: Ram,
        access: Write,
        action: "ram:DeleteRole",
        resources: Of(&["acs:ram:*:{account}:role/{RoleName}"]),
        params {
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
        }
    }
}

#[async_trait]
impl Write for DeleteRole {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        roles::delete(tx, &self.role_name).await?;
        Ok(Done {})
    }
}
