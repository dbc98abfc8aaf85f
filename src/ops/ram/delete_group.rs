//! `DeleteGroup`.

use async_trait::async_trait;

use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Conflict, OpError};
use crate::ops::ram::lookup;
use crate::policy::ids::GroupName;
use crate::store::{Page, Tx};

operation! {
    /// Removes a group that has neither members nor policies.
    DeleteGroup {
        product: Ram,
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
        let group = lookup::group(&mut *tx, &self.group_name).await?;
        let first = Page {
            after: None,
            limit: 1,
        };
        if !tx.list_users_of_group(group.id, first).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::GroupHasUsers));
        }
        if !tx
            .list_attachments(PrincipalId::Group(group.id))
            .await?
            .is_empty()
        {
            return Err(OpError::DeleteConflict(Conflict::GroupHasPolicies));
        }
        tx.delete_group(group.id).await?;
        Ok(Done {})
    }
}
