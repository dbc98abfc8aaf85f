//! `UpdateLoginProfile`.

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
    /// Changes how a user logs in. What is left out stays as it is.
    UpdateLoginProfile {
        product: Ims,
        access: Write,
        action: "ram:UpdateLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
            /// What the account's password policy asks for; up to 128 characters.
            password: Option<Password> = "Password",
            /// Whether it must be changed at the next login; as it is where nothing is said.
            password_reset_required: Option<bool> = "PasswordResetRequired",
            /// Whether an MFA device must be bound then; as it is where nothing is said.
            mfa_bind_required: Option<bool> = "MFABindRequired",
            /// `Active` or `Inactive`; as it is where nothing is said.
            status: Option<LoginStatus> = "Status",
        }
    }
}

impl UpdateLoginProfile {
    fn change(&self) -> logins::Change<'_, UserPrincipalName> {
        logins::Change {
            user: &self.user_principal_name,
            password: self.password.as_ref(),
            status: self.status,
            password_reset_required: self.password_reset_required,
            mfa_bind_required: self.mfa_bind_required,
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    login_profile: LoginProfileShape,
}

#[async_trait]
impl PreparedWrite for UpdateLoginProfile {
    type Answer = Updated;
    type Prepared = Option<Hashed>;

    async fn prepare(&self, cx: &Context) -> Result<Option<Hashed>, OpError> {
        self.change().prepare(cx).await
    }

    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Option<Hashed>,
    ) -> Result<Updated, OpError> {
        let (user, profile) = self.change().update(cx, tx, password).await?;
        let policy = settings::password_policy(&mut *tx).await?;
        let login = Login {
            account: tx.account(),
            user: &user,
            profile: &profile,
            policy: &policy,
            now: cx.now,
        };
        Ok(Updated {
            login_profile: login.updated(),
        })
    }
}
