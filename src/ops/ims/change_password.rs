//! `ChangePassword`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::entities::passwords::{self, Decided};
use crate::ops::error::OpError;
use crate::ops::values::Password;
use crate::store::Tx;

operation! {
    /// Changes the calling user's own password.
    ChangePassword {
        product: Ims,
        access: Write,
        action: "ram:ChangePassword",
        resources: ByCall,
        checks: own,
        params {
            /// The present one.
            old_password: Password = "OldPassword",
            /// What the account's password policy asks for, the user's last ones included.
            new_password: Password = "NewPassword",
        }
    }
}

impl Checked for ChangePassword {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        passwords::checks(cx)
    }
}

#[async_trait]
impl PreparedWrite for ChangePassword {
    type Answer = Done;
    type Prepared = Decided;

    async fn prepare(&self, cx: &Context) -> Result<Decided, OpError> {
        passwords::prepare(cx, &self.old_password, &self.new_password).await
    }

    async fn run(&self, cx: &Context, tx: &mut dyn Tx, decided: Decided) -> Result<Done, OpError> {
        passwords::change(cx, tx, &self.new_password, decided).await?;
        Ok(Done {})
    }
}
