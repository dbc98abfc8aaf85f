//! RAM users, and how calls name them.

use crate::model::account::Account;
use crate::model::key::KeyOwner;
use crate::model::principal::{PrincipalId, User};
use crate::model::tag::{Tag, Tagged};
use crate::ops::call::Context;
use crate::ops::error::{Conflict, Entity, OpError, OrRefuse as _};
use crate::ops::values::{Comments, DisplayName, Email, MobilePhone, UserPrincipalName};
use crate::policy::ids::UserName;
use crate::store::{Snapshot, Tx};

/// What names a user of some account.
pub(in crate::ops) trait NamesUser: Sync {
    /// The parameter that it comes in.
    const PARAMETER: &'static str;

    /// The name within the account.
    fn user_name(&self) -> &UserName;

    /// Whether it speaks of that account's users.
    fn is_of(&self, account: &Account) -> bool;
}

/// A name speaks of the caller's account.
impl NamesUser for UserName {
    const PARAMETER: &'static str = "UserName";

    fn user_name(&self) -> &UserName {
        self
    }

    fn is_of(&self, _: &Account) -> bool {
        true
    }
}

/// A logon name says of which account it speaks.
impl NamesUser for UserPrincipalName {
    const PARAMETER: &'static str = "UserPrincipalName";

    fn user_name(&self) -> &UserName {
        &self.user
    }

    fn is_of(&self, account: &Account) -> bool {
        self.domain == account.default_domain() || self.domain == account.id_domain()
    }
}

/// The user of that name, if there is one. One of another account is, for this caller, one of his own
/// that is not there.
pub(in crate::ops) async fn look_up(
    snapshot: &mut dyn Snapshot,
    named: &impl NamesUser,
) -> Result<Option<User>, OpError> {
    if !named.is_of(snapshot.account()) {
        return Ok(None);
    }
    Ok(snapshot.get_user(named.user_name()).await?)
}

/// The user of that name.
pub(in crate::ops) async fn find(
    snapshot: &mut dyn Snapshot,
    named: &impl NamesUser,
) -> Result<User, OpError> {
    let found = look_up(snapshot, named).await?;
    found.ok_or(OpError::NotExist(Entity::User))
}

/// What is shown of a user and may be changed; `None` stays as it is.
#[derive(Debug, Default)]
pub(in crate::ops) struct Shown {
    display_name: Option<String>,
    mobile_phone: Option<String>,
    email: Option<String>,
    comments: Option<String>,
}

impl Shown {
    /// From the parameters of a call.
    pub(in crate::ops) fn of<const MAX: usize>(
        display_name: Option<&DisplayName<MAX>>,
        mobile_phone: Option<&MobilePhone>,
        email: Option<&Email>,
        comments: Option<&Comments>,
    ) -> Self {
        Self {
            display_name: display_name.map(|name| name.0.clone()),
            mobile_phone: mobile_phone.map(|phone| phone.0.clone()),
            email: email.map(|email| email.0.clone()),
            comments: comments.map(|comments| comments.0.clone()),
        }
    }

    fn put(self, user: &mut User) {
        let set = |place: &mut String, text: Option<String>| {
            if let Some(text) = text {
                *place = text;
            }
        };
        set(&mut user.display_name, self.display_name);
        set(&mut user.mobile_phone, self.mobile_phone);
        set(&mut user.email, self.email);
        set(&mut user.comments, self.comments);
    }
}

/// Makes a user.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &UserName,
    shown: Shown,
    tags: &[Tag],
) -> Result<User, OpError> {
    let mut user = User {
        account: tx.account().id,
        id: cx.iam.new_user_id(),
        name: name.clone(),
        display_name: String::new(),
        comments: String::new(),
        email: String::new(),
        mobile_phone: String::new(),
        created_at: cx.now,
        updated_at: cx.now,
        last_login_at: None,
    };
    shown.put(&mut user);
    tx.create_user(&user).await.or_exists(Entity::User)?;
    if !tags.is_empty() {
        tx.put_tags(&Tagged::User(user.id), tags).await?;
    }
    // Counted with the new one: a name that is taken is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_users().await? > quotas.users {
        return Err(OpError::LimitExceeded(Entity::User));
    }
    Ok(user)
}

/// Renames a user or changes what is shown of it.
pub(in crate::ops) async fn update(
    cx: &Context,
    tx: &mut dyn Tx,
    mut user: User,
    name: Option<&UserName>,
    shown: Shown,
) -> Result<User, OpError> {
    if let Some(name) = name {
        user.name = name.clone();
    }
    shown.put(&mut user);
    user.updated_at = cx.now;
    tx.update_user(&user).await.or_exists(Entity::User)?;
    Ok(user)
}

/// Removes a user that has neither keys nor policies, is in no group and does not log in.
pub(in crate::ops) async fn delete(tx: &mut dyn Tx, user: &User) -> Result<(), OpError> {
    if !tx.list_keys(&KeyOwner::User(user.id)).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::UserHasAccessKeys));
    }
    if !tx.list_groups_of_user(user.id).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::UserInGroup));
    }
    let attached = tx.list_attachments(PrincipalId::User(user.id)).await?;
    if !attached.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::UserHasPolicies));
    }
    if tx.get_login_profile(user.id).await?.is_some() {
        return Err(OpError::DeleteConflict(Conflict::UserHasLoginProfile));
    }
    if tx.get_mfa_device_of(user.id).await?.is_some() {
        return Err(OpError::DeleteConflict(Conflict::UserHasMfaDevice));
    }
    Ok(tx.delete_user(user.id).await?)
}
