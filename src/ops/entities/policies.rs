//! What becomes of custom policies, whichever product's words a call uses.

use crate::model::policy::{Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::tag::Tagged;
use crate::ops::call::Context;
use crate::ops::entities::lookup::{self, AnyPolicy};
use crate::ops::entities::tags;
use crate::ops::error::{Conflict, Entity, OpError, OrRefuse as _};
use crate::ops::values::{self, Description, PolicyDocument, RotateStrategy, Tags};
use crate::policy::ids::PolicyName;
use crate::store::{Snapshot, Tx};

/// A custom policy to be made.
pub(in crate::ops) struct NewPolicy<'a> {
    pub(in crate::ops) name: &'a PolicyName,
    pub(in crate::ops) document: &'a PolicyDocument,
    pub(in crate::ops) description: Option<&'a Description>,
    /// `None` in calls that pass no tags.
    pub(in crate::ops) tags: Option<&'a Tags>,
}

/// A version to be added to a custom policy.
pub(in crate::ops) struct NewVersion<'a> {
    pub(in crate::ops) document: &'a PolicyDocument,
    pub(in crate::ops) set_as_default: bool,
    pub(in crate::ops) rotate: RotateStrategy,
}

/// Makes a custom policy with its first version.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    new: NewPolicy<'_>,
) -> Result<Policy, OpError> {
    let policy = Policy {
        account: tx.account().id,
        name: new.name.clone(),
        description: values::text(new.description),
        default_version: VersionId(1),
        latest_version: VersionId(1),
        created_at: cx.now,
        updated_at: cx.now,
    };
    let first = PolicyVersion {
        version: VersionId(1),
        document: new.document.0.clone(),
        created_at: cx.now,
    };
    tx.create_policy(&policy, &first)
        .await
        .or_exists(Entity::Policy)?;
    // Counted with the new one: a name that is taken is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_policies().await? > quotas.policies {
        return Err(OpError::LimitExceeded(Entity::Policy));
    }
    tags::give(tx, Tagged::Policy(policy.name.clone()), new.tags, &quotas).await?;
    Ok(policy)
}

/// Removes a custom policy that is attached to nobody, and where it is told so its other versions.
pub(in crate::ops) async fn delete(
    tx: &mut dyn Tx,
    name: &PolicyName,
    cascading: bool,
) -> Result<(), OpError> {
    let policy = lookup::policy(&mut *tx, PolicyType::Custom, name).await?;
    let PolicyRef { name, .. } = &policy.policy;
    if !tx.list_users_of_policy(&policy.policy).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::PolicyOfUser));
    }
    if !tx.list_groups_of_policy(&policy.policy).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::PolicyOfGroup));
    }
    if !tx.list_roles_of_policy(&policy.policy).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::PolicyOfRole));
    }
    if !cascading && tx.list_policy_versions(name).await?.len() > 1 {
        return Err(OpError::DeleteConflict(Conflict::PolicyHasVersions));
    }
    tx.delete_policy(name).await?;
    Ok(())
}

/// Adds a version; answers with the policy as it is then.
pub(in crate::ops) async fn add_version(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &PolicyName,
    new: NewVersion<'_>,
) -> Result<(Policy, PolicyVersion), OpError> {
    let policy = tx.get_policy(name).await?;
    let mut policy = policy.ok_or(OpError::NotExist(Entity::Policy))?;
    let versions = tx.list_policy_versions(&policy.name).await?;
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    let limit = usize::try_from(quotas.versions_per_policy).unwrap_or(usize::MAX);
    if versions.len() >= limit {
        let oldest = versions
            .iter()
            .find(|version| version.version != policy.default_version);
        match (new.rotate, oldest) {
            (RotateStrategy::DeleteOldestNonDefaultVersionWhenLimitExceeded, Some(oldest)) => {
                tx.delete_policy_version(&policy.name, oldest.version)
                    .await?;
            }
            (RotateStrategy::None, _) | (_, None) => {
                return Err(OpError::LimitExceeded(Entity::PolicyVersion));
            }
        }
    }
    let version = PolicyVersion {
        version: VersionId(policy.latest_version.0.saturating_add(1)),
        document: new.document.0.clone(),
        created_at: cx.now,
    };
    tx.create_policy_version(&policy.name, &version).await?;
    policy.latest_version = version.version;
    if new.set_as_default {
        policy.default_version = version.version;
    }
    policy.updated_at = cx.now;
    tx.update_policy(&policy).await?;
    Ok((policy, version))
}

/// Drops a version, but not the default one.
pub(in crate::ops) async fn delete_version(
    tx: &mut dyn Tx,
    name: &PolicyName,
    version: VersionId,
) -> Result<(), OpError> {
    let policy = tx.get_policy(name).await?;
    let policy = policy.ok_or(OpError::NotExist(Entity::Policy))?;
    if policy.default_version == version {
        return Err(OpError::DeleteConflict(Conflict::DefaultVersion));
    }
    tx.delete_policy_version(&policy.name, version)
        .await
        .or_missing(Entity::PolicyVersion)
}

/// Chooses the version that counts.
pub(in crate::ops) async fn set_default_version(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &PolicyName,
    version: VersionId,
) -> Result<(), OpError> {
    let policy = tx.get_policy(name).await?;
    let mut policy = policy.ok_or(OpError::NotExist(Entity::Policy))?;
    let version = tx.get_policy_version(&policy.name, version).await?;
    policy.default_version = version
        .ok_or(OpError::NotExist(Entity::PolicyVersion))?
        .version;
    policy.updated_at = cx.now;
    tx.update_policy(&policy).await?;
    Ok(())
}

/// A policy of either type with all its versions, oldest first.
pub(in crate::ops) async fn versions(
    snapshot: &mut dyn Snapshot,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<(AnyPolicy, Vec<PolicyVersion>), OpError> {
    let policy = lookup::policy(&mut *snapshot, policy_type, name).await?;
    let versions = match policy_type {
        PolicyType::System => {
            let default = policy.default_version;
            vec![lookup::policy_version(&mut *snapshot, &policy, default).await?]
        }
        PolicyType::Custom => snapshot.list_policy_versions(&policy.policy.name).await?,
    };
    Ok((policy, versions))
}
