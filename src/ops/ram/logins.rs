//! What the operations on logins share: the login of a user, and what a password must be like.

use serde::Serialize;

use crate::credential::secret::SecretText;
use crate::iam::passwords::is_compliant;
use crate::model::login::LoginProfile;
use crate::model::principal::User;
use crate::ops::error::{Entity, OpError};
use crate::ops::params::{ParamFault, Problem};
use crate::ops::ram::shapes::date;
use crate::ops::ram::{lookup, settings};
use crate::policy::ids::{UserId, UserName};
use crate::store::Snapshot;

/// The login of a user.
pub(super) async fn of_user(
    snapshot: &mut dyn Snapshot,
    user: UserId,
) -> Result<LoginProfile, OpError> {
    let found = snapshot.get_login_profile(user).await?;
    found.ok_or(OpError::NotExist(Entity::LoginProfile))
}

/// The user of that name, and its login.
pub(super) async fn of_name(
    snapshot: &mut dyn Snapshot,
    name: &UserName,
) -> Result<(User, LoginProfile), OpError> {
    let user = lookup::user(&mut *snapshot, name).await?;
    let profile = of_user(snapshot, user.id).await?;
    Ok((user, profile))
}

/// Refuses a password that is not what the account's policy asks for.
pub(super) async fn check_compliance(
    snapshot: &mut dyn Snapshot,
    parameter: &'static str,
    password: &SecretText,
) -> Result<(), OpError> {
    let policy = settings::password_policy(snapshot).await?;
    if is_compliant(&policy, password) {
        return Ok(());
    }
    Err(ParamFault {
        name: parameter,
        problem: Problem::TooWeak,
    }
    .into())
}

/// A login as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LoginProfileShape {
    user_name: String,
    password_reset_required: bool,
    #[serde(rename = "MFABindRequired")]
    mfa_bind_required: bool,
    create_date: String,
}

impl LoginProfileShape {
    pub(super) fn of(user: &User, profile: &LoginProfile) -> Self {
        Self {
            user_name: user.name.to_string(),
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            create_date: date(profile.created_at),
        }
    }
}
