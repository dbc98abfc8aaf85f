//! `CreateLoginProfile`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::passwords::{Hashed, History};
use crate::model::login::LoginProfile;
use crate::model::principal::User;
use crate::ops::call::{Context, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::logins::{self, LoginProfileShape};
use crate::ops::ram::lookup;
use crate::ops::values::Password;
use crate::policy::ids::UserName;
use crate::store::{Snapshot, Tx};

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
    async fn check(&self, snapshot: &mut dyn Snapshot) -> Result<User, OpError> {
        let user = lookup::user(&mut *snapshot, &self.user_name).await?;
        if snapshot.get_login_profile(user.id).await?.is_some() {
            return Err(OpError::AlreadyExists(Entity::LoginProfile));
        }
        logins::check_compliance(snapshot, "Password", &self.password.0).await?;
        Ok(user)
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
        let account = cx.caller()?.account;
        self.check(cx.iam.begin_read(account).await?.as_mut())
            .await?;
        let password = &self.password.0;
        Ok(cx.iam.passwords.hash(password, &*cx.iam.entropy).await?)
    }

    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Hashed,
    ) -> Result<Created, OpError> {
        let user = self.check(&mut *tx).await?;
        let history = History::begin(password);
        let profile = LoginProfile {
            account: tx.account().id,
            user: user.id,
            sealed_passwords: history.seal(user.id, &cx.iam.secrets)?,
            password_reset_required: self.password_reset_required.unwrap_or(false),
            mfa_bind_required: self.mfa_bind_required.unwrap_or(false),
            password_set_at: cx.now,
            created_at: cx.now,
            updated_at: cx.now,
        };
        tx.create_login_profile(&profile)
            .await
            .or_exists(Entity::LoginProfile)?;
        Ok(Created {
            login_profile: LoginProfileShape::of(&user, &profile),
        })
    }
}
