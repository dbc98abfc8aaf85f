//! `AddUserToGroup`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::lookup;
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
        let user = lookup::user(&mut *tx, &self.user_name).await?;
        let group = lookup::group(&mut *tx, &self.group_name).await?;
        tx.add_member(group.id, user.id, cx.now)
            .await
            .or_exists(Entity::GroupMember)?;
        // Counted with the new one: who is in the group already is refused as such, also at the limit.
        let groups = tx.list_groups_of_user(user.id).await?.len();
        if u32::try_from(groups).unwrap_or(u32::MAX) > cx.iam.quotas.groups_per_user {
            return Err(OpError::LimitExceeded(Entity::GroupMember));
        }
        Ok(Done {})
    }
}
