//! Accounts, and the lock that each is.

use sqlx::Row as _;

use super::removed::{self, IdKind};
use super::session::Session;
use crate::model::account::{Account, RevisionTag};
use crate::policy::ids::AccountId;
use crate::store::dialect::{Connection, Dialect, Fields, Row, args, statements};
use crate::store::{Result, StoreError};

statements! {
    GET = "
        SELECT
            id,
            name,
            alias,
            created_at,
            revision,
            revision_tag
        FROM accounts
        WHERE id = $1";
    /// The first statement of every transaction that writes: the row is the account's lock.
    LOCK = "
        UPDATE accounts
        SET revision = revision + 1,
            previous_tag = revision_tag,
            revision_tag = $2
        WHERE id = $1
        RETURNING
            id,
            name,
            alias,
            created_at,
            revision,
            revision_tag,
            previous_tag";
    FIND = "
        SELECT
            id,
            name,
            alias,
            created_at,
            revision_tag
        FROM accounts
        WHERE alias = $1";
    LIST = "
        SELECT
            id,
            name,
            alias,
            created_at,
            revision_tag
        FROM accounts
        WHERE id > $1
        ORDER BY id
        LIMIT $2";
    CREATE = "
        INSERT INTO accounts (
            id,
            name,
            alias,
            created_at,
            revision,
            revision_tag,
            previous_tag
        )
        VALUES ($1, $2, $3, $4, 0, $5, $5)
        ON CONFLICT DO NOTHING";
    /// Two accounts that ask for one alias at the same moment: the key of the column refuses.
    SET_ALIAS = "
        UPDATE accounts
        SET alias = $2
        WHERE id = $1
            AND NOT EXISTS (
                SELECT 1
                FROM accounts other
                WHERE other.alias = $2
                    AND other.id <> $1
            )";
    PING = "
        SELECT COUNT(*) AS count
        FROM accounts
        WHERE id = $1";
}

fn account<D: Dialect>(row: &Row<D>) -> Result<Account> {
    let fields = Fields::<D>::of(row, "accounts");
    Ok(Account {
        id: fields.parsed("id")?,
        name: fields.text("name")?,
        alias: fields.optional_text("alias")?,
        created_at: fields.int("created_at")?,
        tag: RevisionTag(fields.bytes16("revision_tag")?),
    })
}

/// The one column `count`.
pub(super) fn counted<D: Dialect>(row: &Row<D>) -> Result<u32> {
    debug_assert_eq!(row.len(), 1);
    Fields::<D>::of(row, "").number("count")
}

pub(super) async fn get<D: Dialect>(
    connection: &mut Connection<D>,
    id: AccountId,
) -> Result<(Account, i64)> {
    let rows = D::fetch(connection, &GET, args![id.to_string()]).await?;
    let row = rows.first().ok_or(StoreError::NotFound)?;
    Ok((account::<D>(row)?, revision::<D>(row)?))
}

fn revision<D: Dialect>(row: &Row<D>) -> Result<i64> {
    Fields::<D>::of(row, "accounts").int("revision")
}

/// Locks the account and gives it a new tag; answers it, its revision, and the tag that it had.
pub(super) async fn lock<D: Dialect>(
    connection: &mut Connection<D>,
    id: AccountId,
    tag: RevisionTag,
) -> Result<(Account, i64, RevisionTag)> {
    let rows = D::fetch(connection, &LOCK, args![id.to_string(), tag]).await?;
    let row = rows.first().ok_or(StoreError::NotFound)?;
    let previous = Fields::<D>::of(row, "accounts").bytes16("previous_tag")?;
    Ok((
        account::<D>(row)?,
        revision::<D>(row)?,
        RevisionTag(previous),
    ))
}

pub(super) async fn find<D: Dialect>(
    connection: &mut Connection<D>,
    alias: &str,
) -> Result<Option<Account>> {
    let rows = D::fetch(connection, &FIND, args![alias]).await?;
    rows.first().map(account::<D>).transpose()
}

pub(super) async fn list<D: Dialect>(
    connection: &mut Connection<D>,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<Account>> {
    // The system account is the first of all, so beginning after it leaves it out.
    let after = after.unwrap_or(AccountId::SYSTEM);
    let rows = D::fetch(connection, &LIST, args![after.to_string(), limit]).await?;
    rows.iter().map(account::<D>).collect()
}

pub(super) async fn create<D: Dialect>(session: &mut Session<D>, account: &Account) -> Result<()> {
    session.expect_system()?;
    let id = account.id.to_string();
    let args = args![
        id.as_str(),
        account.name.as_str(),
        account.alias.as_deref(),
        account.created_at,
        account.tag,
    ];
    removed::insert_with_id(session, IdKind::Account, &id, &CREATE, args).await
}

pub(super) async fn set_alias<D: Dialect>(
    session: &mut Session<D>,
    alias: Option<&str>,
) -> Result<()> {
    let args = args![session.id(), alias];
    match session.execute(&SET_ALIAS, args).await? {
        // The account itself is there: this transaction holds its row.
        0 => Err(StoreError::AlreadyExists),
        _ => Ok(()),
    }
}

pub(super) async fn ping<D: Dialect>(connection: &mut Connection<D>) -> Result<()> {
    let system = AccountId::SYSTEM.to_string();
    let rows = D::fetch(connection, &PING, args![system]).await?;
    rows.first()
        .map_or(Err(StoreError::NotFound), counted::<D>)?;
    Ok(())
}
