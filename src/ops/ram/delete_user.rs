//! `DeleteUser`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Removes a user that has neither keys nor policies, is in no group and does not log in.
    DeleteUser {
        product: Ram,
        access: Write,
        action: "ram:DeleteUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
    }
}

#[async_trait]
impl Write for DeleteUser {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let user = users::find(&mut *tx, &self.user_name).await?;
        users::delete(tx, &user).await?;
        Ok(Done {})
    }
}
