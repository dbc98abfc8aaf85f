//! Whom a call is about that may leave its user unsaid: resolved once, from the name that was given or
//! from the caller. The ARN that is checked and the owner that the store is asked for come from the
//! same value, so nobody can be authorised for one and act on another.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::iam::caller::{Caller, Identity};
use crate::model::key::{AccessKey, KeyOwner};
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::entities::users::{self, NamesUser};
use crate::ops::error::{Entity, OpError};
use crate::ops::params::Problem;
use crate::policy::arn;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Subject<'a, N> {
    /// The account itself: root, who named no user.
    Root,
    /// The calling user, who named none.
    Caller(UserName),
    /// The user that was named.
    Named(&'a N),
}

impl<'a, N: NamesUser> Subject<'a, N> {
    /// The user that was named, else the caller. A role session must name one.
    pub(in crate::ops) fn resolve(named: Option<&'a N>, caller: &Caller) -> Result<Self, OpError> {
        match (named, &caller.identity) {
            (Some(named), _) => Ok(Self::Named(named)),
            (None, Identity::User { name, .. }) => Ok(Self::Caller(name.clone())),
            (None, Identity::Root) => Ok(Self::Root),
            (None, Identity::Session(_) | Identity::Service(_)) => {
                Err(OpError::param(N::PARAMETER, Problem::Missing))
            }
        }
    }

    /// The check of `action` on this subject.
    pub(in crate::ops) fn check(&self, caller: &Caller, action: &'static str) -> Check {
        let account = caller.account;
        let name = match self {
            Self::Root => None,
            Self::Caller(name) => Some(name),
            Self::Named(named) => Some(named.user_name()),
        };
        let resource = match name {
            None => arn::root_arn(account).to_string(),
            Some(name) => format!("acs:ram:*:{account}:user/{name}"),
        };
        Check::on(action, vec![Cow::Owned(resource)])
    }

    /// The owner, as the store knows it.
    pub(in crate::ops) async fn owner(
        &self,
        snapshot: &mut dyn Snapshot,
    ) -> Result<KeyOwner, OpError> {
        let user = match self {
            Self::Root => return Ok(KeyOwner::Root),
            Self::Caller(name) => users::find(snapshot, name).await?,
            Self::Named(named) => users::find(snapshot, *named).await?,
        };
        Ok(KeyOwner::User(user.id))
    }

    /// The key of that id if it is this subject's. Another's key does not exist here.
    pub(in crate::ops) async fn key(
        &self,
        snapshot: &mut dyn Snapshot,
        id: &UserAccessKeyId,
    ) -> Result<AccessKey, OpError> {
        let owner = self.owner(snapshot).await?;
        let missing = OpError::NotExist(Entity::AccessKey);
        let Some(id) = &id.0 else { return Err(missing) };
        let key = snapshot.get_key(id).await?;
        key.filter(|key| key.owner == owner).ok_or(missing)
    }
}
