//! Whom a call about access keys is about: resolved once, from the name that was given or from the
//! caller. The ARN that is checked and the owner that the store is asked for come from the same
//! value, so nobody can be authorised for one and act on another.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::iam::caller::{Caller, Identity};
use crate::model::key::{AccessKey, KeyOwner};
use crate::ops::error::{Entity, OpError};
use crate::ops::params::{ParamFault, ParamValue, Problem};
use crate::ops::ram::lookup;
use crate::policy::arn;
use crate::policy::ids::{AccessKeyId, UserName};
use crate::store::Snapshot;

/// Who owns the keys in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// The account itself: root, who named no user.
    Root,
    /// A user: the one that was named, or the calling one.
    User(UserName),
}

impl Subject {
    /// The user that was named, else the caller. A role session must name one.
    pub(super) fn resolve(named: Option<&UserName>, caller: &Caller) -> Result<Self, OpError> {
        match (named, &caller.identity) {
            (Some(name), _) | (None, Identity::User { name, .. }) => Ok(Self::User(name.clone())),
            (None, Identity::Root) => Ok(Self::Root),
            (None, Identity::Session(_) | Identity::Service(_)) => Err(ParamFault {
                name: "UserName",
                problem: Problem::Missing,
            }
            .into()),
        }
    }

    /// The check of `action` on this subject.
    pub(super) fn check(&self, caller: &Caller, action: &'static str) -> Check {
        let account = caller.account;
        let resource = match self {
            Self::Root => arn::root_arn(account).to_string(),
            Self::User(name) => format!("acs:ram:*:{account}:user/{name}"),
        };
        Check::on(action, vec![Cow::Owned(resource)])
    }

    /// The owner, as the store knows it.
    pub(super) async fn owner(&self, snapshot: &mut dyn Snapshot) -> Result<KeyOwner, OpError> {
        match self {
            Self::Root => Ok(KeyOwner::Root),
            Self::User(name) => Ok(KeyOwner::User(lookup::user(snapshot, name).await?.id)),
        }
    }

    /// The key of that id if it is this subject's. Another's key does not exist here.
    pub(super) async fn key(
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

/// The id of a key as a parameter. A text that cannot be an id is the id of no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAccessKeyId(pub(super) Option<AccessKeyId>);

impl ParamValue for UserAccessKeyId {
    fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self(text.parse().ok()))
    }
}
