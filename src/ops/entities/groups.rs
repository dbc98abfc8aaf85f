//! Groups, and who is in them.

use crate::model::principal::{Group, PrincipalId, User};
use crate::ops::call::Context;
use crate::ops::entities::users::{self, NamesUser};
use crate::ops::error::{Conflict, Entity, OpError, OrRefuse as _};
use crate::policy::ids::GroupName;
use crate::store::{Page, Snapshot, Tx};

/// The group of that name.
pub(in crate::ops) async fn find(
    snapshot: &mut dyn Snapshot,
    name: &GroupName,
) -> Result<Group, OpError> {
    let found = snapshot.get_group(name).await?;
    found.ok_or(OpError::NotExist(Entity::Group))
}

/// What of a group may be changed; `None` stays as it is.
#[derive(Debug, Default)]
pub(in crate::ops) struct Change<'a> {
    pub(in crate::ops) name: Option<&'a GroupName>,
    pub(in crate::ops) display_name: Option<&'a str>,
    pub(in crate::ops) comments: Option<&'a str>,
}

/// Makes a group.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &GroupName,
    display_name: String,
    comments: String,
) -> Result<Group, OpError> {
    let group = Group {
        account: tx.account().id,
        id: cx.iam.new_group_id(),
        name: name.clone(),
        display_name,
        comments,
        created_at: cx.now,
        updated_at: cx.now,
    };
    tx.create_group(&group).await.or_exists(Entity::Group)?;
    // Counted with the new one: a name that is taken is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_groups().await? > quotas.groups {
        return Err(OpError::LimitExceeded(Entity::Group));
    }
    Ok(group)
}

/// Renames a group or changes what is shown of it.
pub(in crate::ops) async fn update(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &GroupName,
    change: Change<'_>,
) -> Result<Group, OpError> {
    let mut group = find(&mut *tx, name).await?;
    if let Some(name) = change.name {
        group.name = name.clone();
    }
    if let Some(name) = change.display_name {
        name.clone_into(&mut group.display_name);
    }
    if let Some(comments) = change.comments {
        comments.clone_into(&mut group.comments);
    }
    group.updated_at = cx.now;
    tx.update_group(&group).await.or_exists(Entity::Group)?;
    Ok(group)
}

/// Removes a group that has neither members nor policies.
pub(in crate::ops) async fn delete(tx: &mut dyn Tx, name: &GroupName) -> Result<(), OpError> {
    let group = find(&mut *tx, name).await?;
    let first = Page {
        after: None,
        limit: 1,
    };
    if !tx.list_users_of_group(group.id, first).await?.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::GroupHasUsers));
    }
    let attached = tx.list_attachments(PrincipalId::Group(group.id)).await?;
    if !attached.is_empty() {
        return Err(OpError::DeleteConflict(Conflict::GroupHasPolicies));
    }
    Ok(tx.delete_group(group.id).await?)
}

async fn both(
    snapshot: &mut dyn Snapshot,
    user: &impl NamesUser,
    group: &GroupName,
) -> Result<(User, Group), OpError> {
    let user = users::find(&mut *snapshot, user).await?;
    let group = find(snapshot, group).await?;
    Ok((user, group))
}

/// Puts a user into a group.
pub(in crate::ops) async fn add_member(
    cx: &Context,
    tx: &mut dyn Tx,
    user: &impl NamesUser,
    group: &GroupName,
) -> Result<(), OpError> {
    let (user, group) = both(&mut *tx, user, group).await?;
    tx.add_member(group.id, user.id, cx.now)
        .await
        .or_exists(Entity::GroupMember)?;
    // Counted with the new one: who is in the group already is refused as such, also at the limit.
    let groups = tx.list_groups_of_user(user.id).await?.len();
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if u32::try_from(groups).unwrap_or(u32::MAX) > quotas.groups_per_user {
        return Err(OpError::LimitExceeded(Entity::GroupMember));
    }
    Ok(())
}

/// Takes a user out of a group.
pub(in crate::ops) async fn remove_member(
    tx: &mut dyn Tx,
    user: &impl NamesUser,
    group: &GroupName,
) -> Result<(), OpError> {
    let (user, group) = both(&mut *tx, user, group).await?;
    tx.remove_member(group.id, user.id)
        .await
        .or_missing(Entity::GroupMember)
}
