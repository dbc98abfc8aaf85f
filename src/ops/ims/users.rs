//! Users as this product shows them, and the two or three ways in which a call may name one.

use serde::Serialize;

use crate::iam::authz::Check;
use crate::iam::resource_tags;
use crate::model::account::Account;
use crate::model::key::KeyOwner;
use crate::model::principal::User;
use crate::model::tag::Tag;
use crate::ops::call::Context;
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::entities::users::{self, NamesUser as _};
use crate::ops::error::{Entity, OpError};
use crate::ops::params::Problem;
use crate::ops::shapes::{TagsShape, date};
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::UserId;
use crate::store::Snapshot;

/// A user. Some members stand in some answers only.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserShape {
    user_id: String,
    user_principal_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    display_name: String,
    mobile_phone: String,
    email: String,
    comments: String,
    create_date: String,
    update_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_date: Option<String>,
    provision_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<TagsShape>,
}

/// A user that nobody froze: there is no freezing here.
pub(super) const ACTIVE: &str = "active";

impl UserShape {
    /// As it is answered where it was made or changed.
    pub(super) fn changed(user: User, account: &Account) -> Self {
        Self {
            user_id: user.id.to_string(),
            user_principal_name: UserPrincipalName::of(&user.name, account),
            user_name: None,
            display_name: user.display_name,
            mobile_phone: user.mobile_phone,
            email: user.email,
            comments: user.comments,
            create_date: date(user.created_at),
            update_date: date(user.updated_at),
            last_login_date: user.last_login_at.map(date),
            // By hand: no directory puts users here.
            provision_type: "Manual",
            status: None,
            tags: None,
        }
    }

    /// The same with the tags that it was made with.
    pub(super) fn created(user: User, account: &Account, tags: &[Tag]) -> Self {
        Self {
            tags: TagsShape::of(tags.to_vec()),
            ..Self::changed(user, account)
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(user: User, account: &Account, tags: Vec<Tag>) -> Self {
        Self {
            user_name: Some(user.name.to_string()),
            tags: TagsShape::of(tags),
            ..Self::changed(user, account)
        }
    }

    /// As it stands in a list.
    pub(super) fn listed(user: User, account: &Account, tags: Vec<Tag>) -> Self {
        Self {
            status: Some(ACTIVE),
            tags: TagsShape::of(tags),
            ..Self::changed(user, account)
        }
    }
}

/// Refuses a logon name to give to a user that is not of this account.
pub(super) fn expect_own(
    snapshot: &dyn Snapshot,
    name: &'static str,
    named: &UserPrincipalName,
) -> Result<(), OpError> {
    if named.is_of(snapshot.account()) {
        return Ok(());
    }
    Err(OpError::param(name, Problem::Incorrect))
}

/// The one way in which a call names a user.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    Principal(&'a UserPrincipalName),
    Id(UserId),
    Key(&'a UserAccessKeyId),
}

impl<'a> Named<'a> {
    /// Exactly one of these.
    pub(super) fn one_of(
        principal: Option<&'a UserPrincipalName>,
        id: Option<UserId>,
        key: Option<&'a UserAccessKeyId>,
    ) -> Result<Self, OpError> {
        match (principal, id, key) {
            (Some(principal), None, None) => Ok(Self::Principal(principal)),
            (None, Some(id), None) => Ok(Self::Id(id)),
            (None, None, Some(key)) => Ok(Self::Key(key)),
            _ => Err(OpError::param("UserId", Problem::Incorrect)),
        }
    }

    async fn look_up(self, snapshot: &mut dyn Snapshot) -> Result<Option<User>, OpError> {
        let id = match self {
            Self::Principal(named) => return users::look_up(snapshot, named).await,
            Self::Id(id) => id,
            Self::Key(key) => {
                let Some(id) = &key.0 else { return Ok(None) };
                let key = snapshot.get_key(id).await?;
                let Some(KeyOwner::User(id)) = key.map(|key| key.owner) else {
                    return Ok(None);
                };
                id
            }
        };
        Ok(snapshot.get_user_by_id(id).await?)
    }

    /// The user.
    pub(super) async fn find(self, snapshot: &mut dyn Snapshot) -> Result<User, OpError> {
        let missing = match self {
            Self::Principal(_) | Self::Id(_) => Entity::User,
            Self::Key(_) => Entity::AccessKey,
        };
        let found = self.look_up(snapshot).await?;
        found.ok_or(OpError::NotExist(missing))
    }

    /// The check of `action` on the user, and `others`, with the tags of each. What does not exist, or
    /// is known by nothing that a resource could name, is checked as any user is; and a denial tells
    /// neither whether that is so nor the name of whom an id or a key belongs to.
    pub(super) async fn checks(
        self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
        action: &'static str,
        others: Vec<Check>,
    ) -> Result<Vec<Check>, OpError> {
        let account = cx.caller()?.account;
        let resource = |name: &str| format!("acs:ram:*:{account}:user/{name}");
        let (name, shown) = match self {
            Self::Principal(named) => (named.user.to_string(), None),
            Self::Id(_) | Self::Key(_) => match self.look_up(&mut *snapshot).await? {
                Some(user) => (user.name.to_string(), Some(resource("*"))),
                None => ("*".to_owned(), None),
            },
        };
        let mut checks = vec![Check {
            shown,
            ..Check::on(action, vec![resource(&name).into()])
        }];
        checks.extend(others);
        resource_tags::load(snapshot, &mut checks).await?;
        Ok(checks)
    }
}
