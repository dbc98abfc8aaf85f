//! `CreateLoginProfile`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::passwords::Hashed;
use crate::model::login::LoginStatus;
use crate::ops::call::{Context, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::entities::logins;
use crate::ops::error::OpError;
use crate::ops::ram::login_shapes::LoginProfileShape;
use crate::ops::values::Password;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Lets a user log in, with that password.
    CreateLoginProfile {
        product: Ram,
        access: Write,
        action: "ram:CreateLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
            /// What the account's password policy asks for; up to 128 characters.
            password: Password = "Password",
            /// Whether it must be changed at the first login; `false` where nothing is said.
            password_reset_required: Option<bool> = "PasswordResetRequired",
            /// Whether an MFA device must be bound then; `false` where nothing is said.
            mfa_bind_required: Option<bool> = "MFABindRequired",
        }
    }
}

impl CreateLoginProfile {
    fn new_login(&self) -> logins::New<'_, UserName> {
        logins::New {
            user: &self.user_name,
            password: &self.password,
            status: LoginStatus::Active,
            password_reset_required: self.password_reset_required.unwrap_or(false),
            mfa_bind_required: self.mfa_bind_required.unwrap_or(false),
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    login_profile: LoginProfileShape,
}

#[async_trait]
impl PreparedWrite for CreateLoginProfile {
    type Answer = Created;
    type Prepared = Hashed;

    async fn prepare(&self, cx: &Context) -> Result<Hashed, OpError> {
        self.new_login().prepare(cx).await
    }

    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Hashed,
    ) -> Result<Created, OpError> {
        let (user, profile) = self.new_login().create(cx, tx, password).await?;
        Ok(Created {
            login_profile: LoginProfileShape::of(&user, &profile),
        })
    }
}
