//! `DeleteLoginProfile`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::logins;
use crate::ops::error::OpError;
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Lets a user log in no more, and forgets its passwords.
    DeleteLoginProfile {
        product: Ims,
        access: Write,
        action: "ram:DeleteLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
        }
    }
}

#[async_trait]
impl Write for DeleteLoginProfile {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        logins::delete(tx, &self.user_principal_name).await?;
        Ok(Done {})
    }
}
