//! Groups, and who is in them.

use super::removed::{self, IdKind};
use super::session::Session;
use super::users::user;
use crate::model::change::Touched;
use crate::model::principal::{Group, User};
use crate::policy::ids::{GroupId, GroupName, UserId};
use crate::store::dialect::{Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result, StoreError};

statements! {
    GET = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            created_at,
            updated_at
        FROM user_groups
        WHERE account_id = $1
            AND name_key = $2";
    GET_BY_ID = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            created_at,
            updated_at
        FROM user_groups
        WHERE account_id = $1
            AND id = $2";
    LIST = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            created_at,
            updated_at
        FROM user_groups
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    LIST_OF_USER = "
        SELECT
            g.account_id,
            g.id,
            g.name,
            g.display_name,
            g.comments,
            g.created_at,
            g.updated_at,
            m.joined_at
        FROM group_members m
        JOIN user_groups g
            ON g.id = m.group_id
            AND g.account_id = m.account_id
        WHERE m.account_id = $1
            AND m.user_id = $2
        ORDER BY g.name_key";
    LIST_USERS = "
        SELECT
            u.account_id,
            u.id,
            u.name,
            u.display_name,
            u.comments,
            u.email,
            u.mobile_phone,
            u.created_at,
            u.updated_at,
            u.last_login_at,
            m.joined_at
        FROM group_members m
        JOIN users u
            ON u.id = m.user_id
            AND u.account_id = m.account_id
        WHERE m.account_id = $1
            AND m.group_id = $2
            AND u.name_key > $3
        ORDER BY u.name_key
        LIMIT $4";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM user_groups
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO user_groups (
            account_id,
            id,
            name,
            name_key,
            display_name,
            comments,
            created_at,
            updated_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE user_groups
        SET name = $3,
            name_key = $4,
            display_name = $5,
            comments = $6,
            updated_at = $7
        WHERE account_id = $1
            AND id = $2";
    DELETE = "
        DELETE FROM user_groups
        WHERE account_id = $1
            AND id = $2";
    ADD_MEMBER = "
        INSERT INTO group_members (
            account_id,
            group_id,
            user_id,
            joined_at
        )
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    REMOVE_MEMBER = "
        DELETE FROM group_members
        WHERE account_id = $1
            AND group_id = $2
            AND user_id = $3";
}

/// Reads a group; also from rows that join groups with others.
pub(super) fn group<D: Dialect>(row: &Row<D>) -> Result<Group> {
    let fields = Fields::<D>::of(row, "user_groups");
    Ok(Group {
        account: fields.parsed("account_id")?,
        id: fields.parsed("id")?,
        name: fields.parsed("name")?,
        display_name: fields.text("display_name")?,
        comments: fields.text("comments")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

fn joined_at<D: Dialect>(row: &Row<D>) -> Result<i64> {
    Fields::<D>::of(row, "group_members").int("joined_at")
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &GroupName,
) -> Result<Option<Group>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, group::<D>).await
}

async fn get_by_id<D: Dialect>(session: &mut Session<D>, id: GroupId) -> Result<Option<Group>> {
    let args = args![session.id(), id.to_string()];
    session.get(&GET_BY_ID, args, group::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
) -> Result<Vec<Group>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST, args, group::<D>).await
}

pub(super) async fn list_of_user<D: Dialect>(
    session: &mut Session<D>,
    of: UserId,
) -> Result<Vec<(Group, i64)>> {
    let args = args![session.id(), of.to_string()];
    let record = |row: &Row<D>| Ok((group::<D>(row)?, joined_at::<D>(row)?));
    session.list(&LIST_OF_USER, args, record).await
}

pub(super) async fn list_users<D: Dialect>(
    session: &mut Session<D>,
    of: GroupId,
    page: Page<'_>,
) -> Result<Vec<(User, i64)>> {
    let args = args![
        session.id(),
        of.to_string(),
        page.after.unwrap_or_default(),
        page.limit,
    ];
    let record = |row: &Row<D>| Ok((user::<D>(row)?, joined_at::<D>(row)?));
    session.list(&LIST_USERS, args, record).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

/// No decision rests on a group that has neither members nor policies.
pub(super) async fn create<D: Dialect>(session: &mut Session<D>, group: &Group) -> Result<()> {
    session.expect_own(group.account)?;
    let id = group.id.to_string();
    let args = args![
        session.id(),
        id.as_str(),
        group.name.as_str(),
        group.name.key(),
        group.display_name.as_str(),
        group.comments.as_str(),
        group.created_at,
        group.updated_at,
    ];
    removed::insert_with_id(session, IdKind::Group, &id, &CREATE, args).await
}

/// Nor on a group's name.
pub(super) async fn update<D: Dialect>(session: &mut Session<D>, group: &Group) -> Result<()> {
    session.expect_own(group.account)?;
    let before = get_by_id(session, group.id).await?;
    let before = before.ok_or(StoreError::NotFound)?;
    if before.name != group.name {
        if get(session, &group.name).await?.is_some() {
            return Err(StoreError::AlreadyExists);
        }
        removed::bury(session, Removed::Group(&before.name)).await?;
    }
    let args = args![
        session.id(),
        group.id.to_string(),
        group.name.as_str(),
        group.name.key(),
        group.display_name.as_str(),
        group.comments.as_str(),
        group.updated_at,
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: GroupId) -> Result<()> {
    let group = get_by_id(session, id).await?.ok_or(StoreError::NotFound)?;
    session.touch(Touched::Group(id));
    let args = args![session.id(), id.to_string()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::Group(&group.name)).await
}

pub(super) async fn add_member<D: Dialect>(
    session: &mut Session<D>,
    group: GroupId,
    user: UserId,
    joined_at: i64,
) -> Result<()> {
    session.touch(Touched::User(user));
    let args = args![session.id(), group.to_string(), user.to_string(), joined_at,];
    session.insert(&ADD_MEMBER, args).await
}

pub(super) async fn remove_member<D: Dialect>(
    session: &mut Session<D>,
    group: GroupId,
    user: UserId,
) -> Result<()> {
    session.touch(Touched::User(user));
    let args = args![session.id(), group.to_string(), user.to_string()];
    session.change(&REMOVE_MEMBER, args).await
}
