//! `UpdateLoginProfile`.

use async_trait::async_trait;

use crate::iam::passwords::{Hashed, History};
use crate::model::login::LoginProfile;
use crate::ops::call::{Context, Done, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::logins;
use crate::ops::values::Password;
use crate::policy::ids::UserName;
use crate::store::{Snapshot, Tx};

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
    async fn check(&self, snapshot: &mut dyn Snapshot) -> Result<LoginProfile, OpError> {
        let (_, profile) = logins::of_name(&mut *snapshot, &self.user_name).await?;
        if let Some(password) = &self.password {
            logins::check_compliance(snapshot, "Password", &password.0).await?;
        }
        Ok(profile)
    }
}

#[async_trait]
impl PreparedWrite for UpdateLoginProfile {
    type Answer = Done;
    type Prepared = Option<Hashed>;

    async fn prepare(&self, cx: &Context) -> Result<Option<Hashed>, OpError> {
        let Some(password) = &self.password else {
            return Ok(None);
        };
        let account = cx.caller()?.account;
        self.check(cx.iam.begin_read(account).await?.as_mut())
            .await?;
        let hashed = cx.iam.passwords.hash(&password.0, &*cx.iam.entropy).await?;
        Ok(Some(hashed))
    }

    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Option<Hashed>,
    ) -> Result<Done, OpError> {
        let mut profile = self.check(&mut *tx).await?;
        if let Some(password) = password {
            let mut history = History::open(&profile, &cx.iam.secrets)?;
            history.renew(password);
            profile.sealed_passwords = history.seal(profile.user, &cx.iam.secrets)?;
            profile.password_set_at = cx.now;
        }
        if let Some(required) = self.password_reset_required {
            profile.password_reset_required = required;
        }
        if let Some(required) = self.mfa_bind_required {
            profile.mfa_bind_required = required;
        }
        profile.updated_at = cx.now;
        tx.update_login_profile(&profile)
            .await
            .or_missing(Entity::LoginProfile)?;
        Ok(Done {})
    }
}
