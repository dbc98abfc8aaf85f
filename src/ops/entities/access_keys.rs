//! Access keys, and whom a call about them is about: resolved once, from the name that was given or
//! from the caller. The ARN that is checked and the owner that the store is asked for come from the
//! same value, so nobody can be authorised for one and act on another.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::iam::caller::{Caller, Identity};
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::ops::call::Context;
use crate::ops::entities::quotas;
use crate::ops::entities::users;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::{ParamFault, ParamValue, Problem};
use crate::ops::values::UserPrincipalName;
use crate::policy::arn;
use crate::policy::ids::{AccessKeyId, UserName};
use crate::store::{Snapshot, Tx};

/// Who owns the keys in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Subject {
    /// The account itself: root, who named no user.
    Root,
    /// A user: the one that was named, or the calling one.
    User(UserName),
    /// A user that was named by its logon name.
    Principal(UserPrincipalName),
}

/// A name that a call may have given for the owner.
pub(in crate::ops) trait NamesOwner {
    /// The parameter that it came in.
    const PARAMETER: &'static str;

    /// The subject that it names.
    fn subject(&self) -> Subject;
}

impl NamesOwner for UserName {
    const PARAMETER: &'static str = "UserName";

    fn subject(&self) -> Subject {
        Subject::User(self.clone())
    }
}

impl NamesOwner for UserPrincipalName {
    const PARAMETER: &'static str = "UserPrincipalName";

    fn subject(&self) -> Subject {
        Subject::Principal(self.clone())
    }
}

impl Subject {
    /// The user that was named, else the caller. A role session must name one.
    pub(in crate::ops) fn resolve<N: NamesOwner>(
        named: Option<&N>,
        caller: &Caller,
    ) -> Result<Self, OpError> {
        match (named, &caller.identity) {
            (Some(named), _) => Ok(named.subject()),
            (None, Identity::User { name, .. }) => Ok(Self::User(name.clone())),
            (None, Identity::Root) => Ok(Self::Root),
            (None, Identity::Session(_) | Identity::Service(_)) => Err(ParamFault {
                name: N::PARAMETER,
                problem: Problem::Missing,
            }
            .into()),
        }
    }

    /// The check of `action` on this subject.
    pub(in crate::ops) fn check(&self, caller: &Caller, action: &'static str) -> Check {
        let account = caller.account;
        let resource = match self {
            Self::Root => arn::root_arn(account).to_string(),
            Self::User(name) => format!("acs:ram:*:{account}:user/{name}"),
            Self::Principal(named) => format!("acs:ram:*:{account}:user/{}", named.user),
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
            Self::User(name) => users::find(snapshot, name).await?,
            Self::Principal(named) => users::find(snapshot, named).await?,
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

/// The id of a key as a parameter. A text that cannot be an id is the id of no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAccessKeyId(pub(in crate::ops) Option<AccessKeyId>);

impl ParamValue for UserAccessKeyId {
    fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self(text.parse().ok()))
    }
}

/// Issues a key pair; answers the key and its secret.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    owner: KeyOwner,
) -> Result<(AccessKey, String), OpError> {
    let quotas = quotas::of(cx, &mut *tx).await?;
    let limit = match owner {
        KeyOwner::Root => quotas.access_keys_per_account,
        KeyOwner::User(_) | KeyOwner::Service(_) => quotas.access_keys_per_user,
    };
    let held = tx.list_keys(&owner).await?.len();
    if held >= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Err(OpError::LimitExceeded(Entity::AccessKey));
    }
    let (id, secret) = cx.iam.new_access_key();
    let sealed = cx.iam.secrets.seal_access_key(&id, &secret);
    let key = AccessKey {
        sealed_secret: sealed.map_err(|error| OpError::Internal(Box::new(error)))?,
        id,
        account: tx.account().id,
        owner,
        status: AccessKeyStatus::Active,
        created_at: cx.now,
        updated_at: cx.now,
        network_policy: None,
    };
    tx.create_key(&key).await.or_exists(Entity::AccessKey)?;
    Ok((key, secret))
}

/// When a key was last used, in unix seconds: as it is written down, or only known here so far.
pub(in crate::ops) async fn last_used(
    cx: &Context,
    snapshot: &mut dyn Snapshot,
    id: &AccessKeyId,
) -> Result<Option<i64>, OpError> {
    let written = snapshot.get_key_last_used(id).await?;
    Ok(written.max(cx.iam.key_uses.unwritten_use(id)))
}
