//! Users.

use super::removed::{self, IdKind};
use super::session::Session;
use super::tags;
use crate::model::change::Touched;
use crate::model::principal::User;
use crate::model::tag::Tagged;
use crate::policy::ids::{UserId, UserName};
use crate::store::dialect::{Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result, StoreError, TagFilter};

statements! {
    GET = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            email,
            mobile_phone,
            created_at,
            updated_at,
            last_login_at
        FROM users
        WHERE account_id = $1
            AND name_key = $2";
    GET_BY_ID = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            email,
            mobile_phone,
            created_at,
            updated_at,
            last_login_at
        FROM users
        WHERE account_id = $1
            AND id = $2";
    LIST = "
        SELECT
            account_id,
            id,
            name,
            display_name,
            comments,
            email,
            mobile_phone,
            created_at,
            updated_at,
            last_login_at
        FROM users
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    /// The users that no filter fails on.
    LIST_TAGGED = "
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
            u.last_login_at
        FROM users u
        WHERE u.account_id = $1
            AND u.name_key > $2
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$4" "$5"}, " f
                WHERE NOT EXISTS (
                    SELECT 1
                    FROM tags t
                    WHERE t.account_id = u.account_id
                        AND t.resource_kind = 'user'
                        AND t.resource_key = u.id
                        AND t.tag_key = f.a
                        AND (f.b IS NULL OR t.tag_value = f.b)
                )
            )
        ORDER BY u.name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM users
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO users (
            account_id,
            id,
            name,
            name_key,
            display_name,
            comments,
            email,
            mobile_phone,
            created_at,
            updated_at,
            last_login_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE users
        SET name = $3,
            name_key = $4,
            display_name = $5,
            comments = $6,
            email = $7,
            mobile_phone = $8,
            updated_at = $9,
            last_login_at = $10
        WHERE account_id = $1
            AND id = $2";
    DELETE = "
        DELETE FROM users
        WHERE account_id = $1
            AND id = $2";
}

/// Reads a user; also from rows that join users with others.
pub(super) fn user<D: Dialect>(row: &Row<D>) -> Result<User> {
    let fields = Fields::<D>::of(row, "users");
    Ok(User {
        account: fields.parsed("account_id")?,
        id: fields.parsed("id")?,
        name: fields.parsed("name")?,
        display_name: fields.text("display_name")?,
        comments: fields.text("comments")?,
        email: fields.text("email")?,
        mobile_phone: fields.text("mobile_phone")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
        last_login_at: fields.optional_int("last_login_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &UserName,
) -> Result<Option<User>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, user::<D>).await
}

pub(super) async fn get_by_id<D: Dialect>(
    session: &mut Session<D>,
    id: UserId,
) -> Result<Option<User>> {
    let args = args![session.id(), id.to_string()];
    session.get(&GET_BY_ID, args, user::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
    filters: &[TagFilter],
) -> Result<Vec<User>> {
    let mut args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    if filters.is_empty() {
        return session.list(&LIST, args, user::<D>).await;
    }
    args.extend(tags::filter_args(filters));
    session.list(&LIST_TAGGED, args, user::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

pub(super) async fn create<D: Dialect>(session: &mut Session<D>, user: &User) -> Result<()> {
    session.expect_own(user.account)?;
    session.touch(Touched::User(user.id));
    let id = user.id.to_string();
    let args = args![
        session.id(),
        id.as_str(),
        user.name.as_str(),
        user.name.key(),
        user.display_name.as_str(),
        user.comments.as_str(),
        user.email.as_str(),
        user.mobile_phone.as_str(),
        user.created_at,
        user.updated_at,
        user.last_login_at,
    ];
    removed::insert_with_id(session, IdKind::User, &id, &CREATE, args).await
}

pub(super) async fn update<D: Dialect>(session: &mut Session<D>, user: &User) -> Result<()> {
    session.expect_own(user.account)?;
    session.touch(Touched::User(user.id));
    let before = get_by_id(session, user.id).await?;
    let before = before.ok_or(StoreError::NotFound)?;
    if before.name != user.name {
        if get(session, &user.name).await?.is_some() {
            return Err(StoreError::AlreadyExists);
        }
        removed::bury(session, Removed::User(&before.name)).await?;
    }
    let args = args![
        session.id(),
        user.id.to_string(),
        user.name.as_str(),
        user.name.key(),
        user.display_name.as_str(),
        user.comments.as_str(),
        user.email.as_str(),
        user.mobile_phone.as_str(),
        user.updated_at,
        user.last_login_at,
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: UserId) -> Result<()> {
    let user = get_by_id(session, id).await?.ok_or(StoreError::NotFound)?;
    session.touch(Touched::User(id));
    tags::delete(session, &Tagged::User(id)).await?;
    let args = args![session.id(), id.to_string()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::User(&user.name)).await
}
