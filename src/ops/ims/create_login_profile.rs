//! `CreateLoginProfile`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::passwords::Hashed;
use crate::model::login::LoginStatus;
use crate::ops::call::{Context, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::entities::{logins, settings};
use crate::ops::error::OpError;
use crate::ops::ims::logins::{Login, LoginProfileShape};
use crate::ops::values::{Password, UserPrincipalName};
use crate::store::Tx;

operation! {
    /// Lets a user log in, with that password.
    CreateLoginProfile {
        product: Ims,
        access: Write,
        action: "ram:CreateLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
            /// What the account's password policy asks for; up to 128 characters.
            password: Password = "Password",
            /// Whether it must be changed at the next login; `false` where nothing is said.
            password_reset_required: Option<bool> = "PasswordResetRequired",
            /// Whether an MFA device must be bound then; `false` where nothing is said.
            mfa_bind_required: Option<bool> = "MFABindRequired",
            /// `Active` or `Inactive`; `Active` where nothing is said.
            status: Option<LoginStatus> = "Status",
        }
    }
}

impl CreateLoginProfile {
    fn new_login(&self) -> logins::New<'_, UserPrincipalName> {
        logins::New {
            user: &self.user_principal_name,
            password: &self.password,
            status: self.status.unwrap_or(LoginStatus::Active),
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
        let policy = settings::password_policy(&mut *tx).await?;
        let login = Login {
            account: tx.account(),
            user: &user,
            profile: &profile,
            policy: &policy,
            now: cx.now,
        };
        Ok(Created {
            login_profile: login.created(),
        })
    }
}
