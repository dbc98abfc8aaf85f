//! The logins of users.

use crate::credential::secret::SecretText;
use crate::iam::passwords::{Hashed, History, is_compliant};
use crate::model::login::{LoginProfile, LoginStatus};
use crate::model::principal::User;
use crate::ops::call::Context;
use crate::ops::entities::settings;
use crate::ops::entities::users::{self, NamesUser};
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::Problem;
use crate::ops::values::Password;
use crate::policy::ids::UserId;
use crate::store::{Snapshot, Tx};

/// The login of a user.
pub(in crate::ops) async fn of_user(
    snapshot: &mut dyn Snapshot,
    user: UserId,
) -> Result<LoginProfile, OpError> {
    let found = snapshot.get_login_profile(user).await?;
    found.ok_or(OpError::NotExist(Entity::LoginProfile))
}

/// The user of that name, and its login.
pub(in crate::ops) async fn of_name(
    snapshot: &mut dyn Snapshot,
    named: &impl NamesUser,
) -> Result<(User, LoginProfile), OpError> {
    let user = users::find(&mut *snapshot, named).await?;
    let profile = of_user(snapshot, user.id).await?;
    Ok((user, profile))
}

/// Refuses a password that is not what the account's policy asks for.
pub(in crate::ops) async fn check_compliance(
    snapshot: &mut dyn Snapshot,
    parameter: &'static str,
    password: &SecretText,
    user: &User,
) -> Result<(), OpError> {
    let policy = settings::password_policy(snapshot).await?;
    if is_compliant(&policy, password, &user.name) {
        return Ok(());
    }
    Err(OpError::param(parameter, Problem::TooWeak))
}

/// A login that a user is to get.
#[derive(Debug)]
pub(in crate::ops) struct New<'a, N> {
    pub(in crate::ops) user: &'a N,
    pub(in crate::ops) password: &'a Password,
    pub(in crate::ops) status: LoginStatus,
    pub(in crate::ops) password_reset_required: bool,
    pub(in crate::ops) mfa_bind_required: bool,
}

impl<N: NamesUser> New<'_, N> {
    async fn check(&self, snapshot: &mut dyn Snapshot) -> Result<User, OpError> {
        let user = users::find(&mut *snapshot, self.user).await?;
        if snapshot.get_login_profile(user.id).await?.is_some() {
            return Err(OpError::AlreadyExists(Entity::LoginProfile));
        }
        check_compliance(snapshot, "Password", &self.password.0, &user).await?;
        Ok(user)
    }

    /// Hashes the password.
    pub(in crate::ops) async fn prepare(&self, cx: &Context) -> Result<Hashed, OpError> {
        let account = cx.caller()?.account;
        self.check(cx.iam.begin_read(account).await?.as_mut())
            .await?;
        let password = &self.password.0;
        Ok(cx.iam.passwords.hash(password, &*cx.iam.entropy).await?)
    }

    /// Makes the login.
    pub(in crate::ops) async fn create(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Hashed,
    ) -> Result<(User, LoginProfile), OpError> {
        let user = self.check(&mut *tx).await?;
        let history = History::begin(password);
        let profile = LoginProfile {
            account: tx.account().id,
            user: user.id,
            status: self.status,
            sealed_passwords: history.seal(user.id, &cx.iam.secrets)?,
            is_initial: true,
            password_reset_required: self.password_reset_required,
            mfa_bind_required: self.mfa_bind_required,
            password_set_at: cx.now,
            created_at: cx.now,
            updated_at: cx.now,
        };
        tx.create_login_profile(&profile)
            .await
            .or_exists(Entity::LoginProfile)?;
        Ok((user, profile))
    }
}

/// What changes of a login; `None` stays as it is.
#[derive(Debug)]
pub(in crate::ops) struct Change<'a, N> {
    pub(in crate::ops) user: &'a N,
    pub(in crate::ops) password: Option<&'a Password>,
    pub(in crate::ops) status: Option<LoginStatus>,
    pub(in crate::ops) password_reset_required: Option<bool>,
    pub(in crate::ops) mfa_bind_required: Option<bool>,
}

impl<N: NamesUser> Change<'_, N> {
    async fn check(&self, snapshot: &mut dyn Snapshot) -> Result<(User, LoginProfile), OpError> {
        let (user, profile) = of_name(&mut *snapshot, self.user).await?;
        if let Some(password) = self.password {
            check_compliance(snapshot, "Password", &password.0, &user).await?;
        }
        Ok((user, profile))
    }

    /// Hashes the password, where another is given.
    pub(in crate::ops) async fn prepare(&self, cx: &Context) -> Result<Option<Hashed>, OpError> {
        let Some(password) = self.password else {
            return Ok(None);
        };
        let account = cx.caller()?.account;
        self.check(cx.iam.begin_read(account).await?.as_mut())
            .await?;
        let hashed = cx.iam.passwords.hash(&password.0, &*cx.iam.entropy).await?;
        Ok(Some(hashed))
    }

    /// Changes the login.
    pub(in crate::ops) async fn update(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        password: Option<Hashed>,
    ) -> Result<(User, LoginProfile), OpError> {
        let (user, mut profile) = self.check(&mut *tx).await?;
        let was_open = profile.status == LoginStatus::Active;
        if let Some(status) = self.status {
            profile.status = status;
        }
        if let Some(password) = password {
            let mut history = History::open(&profile, &cx.iam.secrets)?;
            history.renew(password);
            profile.sealed_passwords = history.seal(profile.user, &cx.iam.secrets)?;
            profile.password_set_at = cx.now;
            // With the first password of a login that was opened or opened again, its age counts.
            profile.is_initial = !was_open && profile.status == LoginStatus::Active;
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
        Ok((user, profile))
    }
}

/// Lets a user log in no more, and forgets its passwords.
pub(in crate::ops) async fn delete(tx: &mut dyn Tx, user: &impl NamesUser) -> Result<(), OpError> {
    let user = users::find(&mut *tx, user).await?;
    tx.delete_login_profile(user.id)
        .await
        .or_missing(Entity::LoginProfile)
}
