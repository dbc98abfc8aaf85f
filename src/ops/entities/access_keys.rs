//! Access keys: named, issued, used.

use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::ops::call::Context;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::{ParamValue, Problem};
use crate::policy::ids::AccessKeyId;
use crate::store::{Snapshot, Tx};

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
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
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
