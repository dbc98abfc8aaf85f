//! `RemoveUserFromGroup`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Takes a user out of a group, whose policies count for it no more.
    RemoveUserFromGroup {
        product: Ims,
        access: Write,
        action: "ram:RemoveUserFromGroup",
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
impl Write for RemoveUserFromGroup {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        groups::remove_member(tx, &self.user_principal_name, &self.group_name).await?;
        Ok(Done {})
    }
}
