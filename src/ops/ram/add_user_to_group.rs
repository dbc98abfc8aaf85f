//! `AddUserToGroup`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::policy::ids::{GroupName, UserName};
use crate::store::Tx;

operation! {
    /// Puts a user into a group, whose policies count for it at once.
    AddUserToGroup {
        product: Ram,
        access: Write,
        action: "ram:AddUserToGroup",
        resources: Of(&[
            "acs:ram:*:{account}:user/{UserName}",
            "acs:ram:*:{account}:group/{GroupName}",
        ]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
        }
    }
}

#[async_trait]
impl Write for AddUserToGroup {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        groups::add_member(cx, tx, &self.user_name, &self.group_name).await?;
        Ok(Done {})
    }
}
