//! What becomes of roles, whichever product's words a call uses.

use crate::model::principal::{PrincipalId, Role};
use crate::model::tag::Tagged;
use crate::ops::call::Context;
use crate::ops::entities::{linked_roles, lookup, tags};
use crate::ops::error::{Conflict, Entity, OpError, OrRefuse as _};
use crate::ops::values::{self, Description, MaxSessionDuration, Tags, TrustDocument};
use crate::policy::ids::{NewRoleName, RoleName};
use crate::store::Tx;

/// A role to be made.
pub(in crate::ops) struct NewRole<'a> {
    pub(in crate::ops) name: &'a NewRoleName,
    pub(in crate::ops) trust_policy: &'a TrustDocument,
    pub(in crate::ops) description: Option<&'a Description>,
    pub(in crate::ops) max_session_duration: Option<MaxSessionDuration>,
    /// `None` in calls that pass no tags.
    pub(in crate::ops) tags: Option<&'a Tags>,
}

/// What is to be changed of a role; what is `None` stays.
pub(in crate::ops) struct RoleChange<'a> {
    pub(in crate::ops) trust_policy: Option<&'a TrustDocument>,
    pub(in crate::ops) description: Option<&'a Description>,
    pub(in crate::ops) max_session_duration: Option<MaxSessionDuration>,
}

/// Makes a role.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    new: NewRole<'_>,
) -> Result<Role, OpError> {
    let role = Role {
        account: tx.account().id,
        id: cx.iam.new_role_id(),
        name: new.name.role_name().clone(),
        description: values::text(new.description),
        trust_policy: new.trust_policy.0.clone(),
        max_session_duration: new
            .max_session_duration
            .map_or(MaxSessionDuration::DEFAULT, |duration| duration.0),
        session_epoch: 0,
        linked_service: None,
        created_at: cx.now,
        updated_at: cx.now,
    };
    tx.create_role(&role).await.or_exists(Entity::Role)?;
    // Counted with the new one: a name that is taken is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_roles().await? > quotas.roles {
        return Err(OpError::LimitExceeded(Entity::Role));
    }
    tags::give(tx, Tagged::Role(role.id), new.tags, &quotas).await?;
    Ok(role)
}

/// Changes a role.
pub(in crate::ops) async fn update(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &RoleName,
    change: RoleChange<'_>,
) -> Result<Role, OpError> {
    let mut role = lookup::role(&mut *tx, name).await?;
    linked_roles::protect(&role)?;
    if let Some(trust_policy) = change.trust_policy {
        role.trust_policy.clone_from(&trust_policy.0);
    }
    if let Some(description) = change.description {
        role.description.clone_from(&description.0);
    }
    if let Some(duration) = change.max_session_duration {
        role.max_session_duration = duration.0;
    }
    role.updated_at = cx.now;
    tx.update_role(&role).await?;
    Ok(role)
}

/// Removes a role that has no policies; its sessions end with it.
pub(in crate::ops) async fn delete(tx: &mut dyn Tx, name: &RoleName) -> Result<(), OpError> {
    let role = lookup::role(&mut *tx, name).await?;
    linked_roles::protect(&role)?;
    let attached = tx.list_attachments(PrincipalId::Role(role.id)).await?;
    if !attached.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::RoleHasPolicies));
    }
    tx.delete_role(role.id).await?;
    Ok(())
}
