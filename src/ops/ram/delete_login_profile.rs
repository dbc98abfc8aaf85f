//! `DeleteLoginProfile`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::lookup;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Lets a user log in no more, and forgets its passwords.
    DeleteLoginProfile {
        product: Ram,
        access: Write,
        action: "ram:DeleteLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
    }
}

#[async_trait]
impl Write for DeleteLoginProfile {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let user = lookup::user(&mut *tx, &self.user_name).await?;
        tx.delete_login_profile(user.id)
            .await
            .or_missing(Entity::LoginProfile)?;
        Ok(Done {})
    }
}
