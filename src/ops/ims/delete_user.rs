//! `DeleteUser`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::ops::ims::users::Named;
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::UserId;
use crate::store::{Snapshot, Tx};

operation! {
    /// Removes a user that has neither keys nor policies, is in no group and does not log in. There is
    /// no recycle bin.
    DeleteUser {
        product: Ims,
        access: Write,
        action: "ram:DeleteUser",
        resources: Loaded,
        checks: own,
        params {
            /// `<user>@<domain>`; this or the next.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
            /// Its id.
            user_id: Option<UserId> = "UserId",
        }
    }
}

impl DeleteUser {
    fn named(&self) -> Result<Named<'_>, OpError> {
        Named::one_of(self.user_principal_name.as_ref(), self.user_id, None)
    }
}

#[async_trait]
impl Checked for DeleteUser {
    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let named = self.named()?;
        named
            .checks(cx, snapshot, "ram:DeleteUser", Vec::new())
            .await
    }
}

#[async_trait]
impl Write for DeleteUser {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let user = self.named()?.find(&mut *tx).await?;
        users::delete(tx, &user).await?;
        Ok(Done {})
    }
}
