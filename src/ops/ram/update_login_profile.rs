//! `UpdateLoginProfile`.

use async_trait::async_trait;

use crate::iam::passwords::Hashed;
use crate::ops::call::{Context, Done, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::entities::logins;
use crate::ops::error::OpError;
use crate::ops::values::Password;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Changes how a user logs in. What is left out stays as it is.
    UpdateLoginProfile {
        product: Ram,
        access: Write,
        action: "ram:UpdateLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
            /// What the account's password policy asks for; up to 128 characters.
            password: Option<Password> = "Password",
            /// Whether the password must be changed at the next login.
            password_reset_required: Option<bool> = "PasswordResetRequired",
            /// Whether an MFA device must be bound then.
            mfa_bind_required: Option<bool> = "MFABindRequired",
        }
    }
}

impl UpdateLoginProfile {
    fn change(&self) -> logins::Change<'_, UserName> {
        logins::Change {
            user: &self.user_name,
            password: self.password.as_ref(),
            status: None,
            password_reset_required: self.password_reset_required,
            mfa_bind_required: self.mfa_bind_required,
        }
    }
}

#[async_trait]
impl PreparedWrite for UpdateLoginProfile {
    type Answer = Done;
    type Prepared = Option<Hashed>;

    async fn prepare(&self, cx: &Context) -> Result<Option<Hashed>, OpError> {
        self.change().prepare(cx).await
    }

    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Option<Hashed>,
    ) -> Result<Done, OpError> {
        self.change().update(cx, tx, password).await?;
        Ok(Done {})
    }
}
