//! Users who change their own passwords.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::iam::caller::Identity;
use crate::iam::passwords::{Hashed, History, is_compliant};
use crate::ops::call::Context;
use crate::ops::entities::{logins, settings};
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::Problem;
use crate::ops::values::Password;
use crate::policy::ids::{UserId, UserName};
use crate::store::{StoreError, Tx};

/// The calling user: neither the account nor a session has a password.
fn user(cx: &Context) -> Result<(UserId, &UserName), OpError> {
    match &cx.caller()?.identity {
        Identity::User { id, name } => Ok((*id, name)),
        Identity::Root | Identity::Session(_) | Identity::Service(_) => Err(OpError::OnlyUsers),
    }
}

/// What the calling user must be allowed to do.
pub(in crate::ops) fn checks(cx: &Context) -> Result<Vec<Check>, OpError> {
    let account = cx.caller()?.account;
    let (_, name) = user(cx)?;
    let resource = format!("acs:ram:*:{account}:user/{name}");
    let check = Check::on("ram:ChangePassword", vec![Cow::Owned(resource)]);
    Ok(vec![check])
}

/// The new password, and on which passwords that was decided.
pub struct Decided {
    password: Hashed,
    sealed_before: Vec<u8>,
}

/// Compares the old password with the present one, and the new one with what the account asks for,
/// the user's last ones included.
pub(in crate::ops) async fn prepare(
    cx: &Context,
    old: &Password,
    new: &Password,
) -> Result<Decided, OpError> {
    let (id, name) = user(cx)?;
    let mut snapshot = cx.iam.begin_read(cx.caller()?.account).await?;
    let profile = logins::of_user(snapshot.as_mut(), id).await?;
    let policy = settings::password_policy(snapshot.as_mut()).await?;
    let is_compliant = is_compliant(&policy, &new.0, name);
    // What follows takes long.
    drop(snapshot);
    let passwords = &cx.iam.passwords;
    let history = History::open(&profile, &cx.iam.secrets)?;
    if passwords.find(&old.0, &history, 1).await?.is_none() {
        return Err(OpError::param("OldPassword", Problem::WrongPassword));
    }
    if !is_compliant {
        return Err(OpError::param("NewPassword", Problem::TooWeak));
    }
    let remembered = usize::try_from(policy.reuse_prevention).unwrap_or(usize::MAX);
    let again = passwords.find(&new.0, &history, remembered).await?;
    if again.is_some() {
        return Err(OpError::param("NewPassword", Problem::Reused));
    }
    Ok(Decided {
        password: passwords.hash(&new.0, &*cx.iam.entropy).await?,
        sealed_before: profile.sealed_passwords,
    })
}

/// Changes the password of the calling user.
pub(in crate::ops) async fn change(
    cx: &Context,
    tx: &mut dyn Tx,
    new: &Password,
    decided: Decided,
) -> Result<(), OpError> {
    let (id, _) = user(cx)?;
    let user = tx.get_user_by_id(id).await?;
    let user = user.ok_or(OpError::NotExist(Entity::User))?;
    let mut profile = logins::of_user(&mut *tx, id).await?;
    if profile.sealed_passwords != decided.sealed_before {
        // Another one was set meanwhile: whoever tries again is told about that.
        return Err(StoreError::Conflict.into());
    }
    logins::check_compliance(&mut *tx, "NewPassword", &new.0, &user).await?;
    let mut history = History::open(&profile, &cx.iam.secrets)?;
    history.renew(decided.password);
    profile.sealed_passwords = history.seal(id, &cx.iam.secrets)?;
    profile.is_initial = false;
    profile.password_reset_required = false;
    profile.password_set_at = cx.now;
    profile.updated_at = cx.now;
    tx.update_login_profile(&profile)
        .await
        .or_missing(Entity::LoginProfile)
}
