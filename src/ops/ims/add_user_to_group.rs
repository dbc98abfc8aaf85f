//! `AddUserToGroup`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Puts a user into a group, whose policies count for it at once.
    AddUserToGroup {
        product: Ims,
        access: Write,
        action: "ram:AddUserToGroup",
        resources: Of(&[
            "acs:ram:*:{account}:user/{UserName}",
            "acs:ram:*:{account}:group/{GroupName}",
        ]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
        }
    }
}

#[async_trait]
impl Write for AddUserToGroup {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        groups::add_member(cx, tx, &self.user_principal_name, &self.group_name).await?;
        Ok(Done {})
    }
}
