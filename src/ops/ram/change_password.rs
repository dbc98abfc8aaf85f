//! `ChangePassword`.

use std::borrow::Cow;

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::iam::caller::Identity;
use crate::iam::passwords::{Hashed, History};
use crate::ops::call::{Checked, Context, Done, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::{ParamFault, Problem};
use crate::ops::ram::{logins, settings};
use crate::ops::values::Password;
use crate::policy::ids::{UserId, UserName};
use crate::store::{StoreError, Tx};

operation! {
    /// Changes the calling user's own password.
    ChangePassword {
        product: Ram,
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

/// The calling user: neither the account nor a session has a password.
fn user(cx: &Context) -> Result<(UserId, &UserName), OpError> {
    match &cx.caller()?.identity {
        Identity::User { id, name } => Ok((*id, name)),
        Identity::Root | Identity::Session(_) | Identity::Service(_) => Err(OpError::OnlyUsers),
    }
}

impl Checked for ChangePassword {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let account = cx.caller()?.account;
        let (_, name) = user(cx)?;
        let resource = format!("acs:ram:*:{account}:user/{name}");
        let check = Check::on("ram:ChangePassword", vec![Cow::Owned(resource)]);
        Ok(vec![check])
    }
}

/// The new password, and on which passwords that was decided.
pub struct Decided {
    password: Hashed,
    sealed_before: Vec<u8>,
}

fn fault(name: &'static str, problem: Problem) -> OpError {
    ParamFault { name, problem }.into()
}

#[async_trait]
impl PreparedWrite for ChangePassword {
    type Answer = Done;
    type Prepared = Decided;

    async fn prepare(&self, cx: &Context) -> Result<Decided, OpError> {
        let (id, _) = user(cx)?;
        let mut snapshot = cx.iam.begin_read(cx.caller()?.account).await?;
        let profile = logins::of_user(snapshot.as_mut(), id).await?;
        let policy = settings::password_policy(snapshot.as_mut()).await?;
        let is_compliant = crate::iam::passwords::is_compliant(&policy, &self.new_password.0);
        // What follows takes long.
        drop(snapshot);
        let passwords = &cx.iam.passwords;
        let history = History::open(&profile, &cx.iam.secrets)?;
        let old = passwords.find(&self.old_password.0, &history, 1).await?;
        if old.is_none() {
            return Err(fault("OldPassword", Problem::WrongPassword));
        }
        if !is_compliant {
            return Err(fault("NewPassword", Problem::TooWeak));
        }
        let remembered = usize::try_from(policy.reuse_prevention).unwrap_or(usize::MAX);
        let again = passwords
            .find(&self.new_password.0, &history, remembered)
            .await?;
        if again.is_some() {
            return Err(fault("NewPassword", Problem::Reused));
        }
        let password = passwords
            .hash(&self.new_password.0, &*cx.iam.entropy)
            .await?;
        Ok(Decided {
            password,
            sealed_before: profile.sealed_passwords,
        })
    }

    async fn run(&self, cx: &Context, tx: &mut dyn Tx, decided: Decided) -> Result<Done, OpError> {
        let (id, _) = user(cx)?;
        let mut profile = logins::of_user(&mut *tx, id).await?;
        if profile.sealed_passwords != decided.sealed_before {
            // Another one was set meanwhile: whoever tries again is told about that.
            return Err(StoreError::Conflict.into());
        }
        logins::check_compliance(&mut *tx, "NewPassword", &self.new_password.0).await?;
        let mut history = History::open(&profile, &cx.iam.secrets)?;
        history.renew(decided.password);
        profile.sealed_passwords = history.seal(id, &cx.iam.secrets)?;
        profile.password_reset_required = false;
        profile.password_set_at = cx.now;
        profile.updated_at = cx.now;
        tx.update_login_profile(&profile)
            .await
            .or_missing(Entity::LoginProfile)?;
        Ok(Done {})
    }
}
