//! Users.

use super::removed::{self, IdKind};
use super::session::Session;
use crate::model::change::Touched;
use crate::model::principal::User;
use crate::policy::ids::{UserId, UserName};
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
) -> Result<Vec<User>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST, args, user::<D>).await
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
    let args = args![session.id(), id.to_string()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::User(&user.name)).await
}
