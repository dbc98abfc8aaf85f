//! What services have made with their roles, and the tasks that remove such roles.

use std::collections::HashMap;

use super::session::Session;
use crate::model::linked::{DeletionTask, LatestTask, RoleUsage, UsedIn};
use crate::policy::ids::{AccountId, RoleId};
use crate::store::dialect::{Arg, Connection, Dialect, Fields, Row, args, statements};
use crate::store::{Result, StoreError};

/// How many tasks of one role are kept: each may hold the names of all that used it.
const TASKS_KEPT: u32 = 10;

statements! {
    LIST_USAGES = "
        SELECT
            region,
            resource,
            registered_at
        FROM role_usages
        WHERE account_id = $1
            AND role_id = $2
        ORDER BY region, resource";
    COUNT_USAGES = "
        SELECT COUNT(*) AS count
        FROM role_usages
        WHERE account_id = $1
            AND role_id = $2";
    PUT_USAGE = "
        INSERT INTO role_usages (
            account_id,
            role_id,
            region,
            resource,
            registered_at
        )
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    DELETE_USAGE = "
        DELETE FROM role_usages
        WHERE account_id = $1
            AND role_id = $2
            AND region = $3
            AND resource = $4";
    GET_TASK = "
        SELECT
            account_id,
            id,
            role_id,
            number,
            status,
            reason,
            created_at,
            updated_at
        FROM deletion_tasks
        WHERE account_id = $1
            AND id = $2";
    LATEST_TASKS = "
        SELECT
            t.id,
            t.role_id,
            t.number,
            t.status,
            t.created_at
        FROM deletion_tasks t
        WHERE t.account_id = $1
            AND t.role_id IN ", {texts "$2"}, "
            AND NOT EXISTS (
                SELECT 1
                FROM deletion_tasks later
                WHERE later.account_id = t.account_id
                    AND later.role_id = t.role_id
                    AND later.number > t.number
            )";
    CREATE_TASK = "
        INSERT INTO deletion_tasks (
            account_id,
            id,
            role_id,
            number,
            status,
            reason,
            created_at,
            updated_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING";
    UPDATE_TASK = "
        UPDATE deletion_tasks
        SET status = $3,
            reason = $4,
            updated_at = $5
        WHERE account_id = $1
            AND id = $2";
    /// Of every account: a server that starts takes up what one that stopped left.
    UNFINISHED_TASKS = "
        SELECT
            account_id,
            id
        FROM deletion_tasks
        WHERE status = 'IN_PROGRESS'
            AND created_at <= $1
        ORDER BY created_at, account_id, id
        LIMIT $2";
    /// Without a look at the row: it may be one that cannot be read.
    GIVE_UP_TASK = "
        UPDATE deletion_tasks
        SET status = 'INTERNAL_ERROR',
            reason = '',
            updated_at = $3
        WHERE account_id = $1
            AND id = $2
            AND status = 'IN_PROGRESS'";
    FORGET_EARLIER = "
        DELETE FROM deletion_tasks
        WHERE account_id = $1
            AND role_id = $2
            AND number <= $3
            AND status <> 'IN_PROGRESS'";
    FORGET = "
        DELETE FROM deletion_tasks
        WHERE status IN ('SUCCEEDED', 'FAILED', 'INTERNAL_ERROR')
            AND updated_at < $1";
}

fn usage<D: Dialect>(row: &Row<D>) -> Result<RoleUsage> {
    let fields = Fields::<D>::of(row, "role_usages");
    Ok(RoleUsage {
        region: fields.text("region")?,
        resource: fields.text("resource")?,
        registered_at: fields.int("registered_at")?,
    })
}

fn task<D: Dialect>(row: &Row<D>) -> Result<DeletionTask> {
    let fields = Fields::<D>::of(row, "deletion_tasks");
    let reason = fields.text("reason")?;
    let reason = if reason.is_empty() {
        Vec::new()
    } else {
        serde_json::from_str(&reason).map_err(|_| fields.corrupt("reason"))?
    };
    Ok(DeletionTask {
        account: fields.parsed("account_id")?,
        id: fields.text("id")?,
        role: fields.parsed("role_id")?,
        number: fields.number("number")?,
        status: fields.parsed("status")?,
        reason,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

/// Empty where nothing kept the role.
fn reason(used: &[UsedIn]) -> Result<String> {
    if used.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(used).map_err(|error| StoreError::Internal(Box::new(error)))
}

pub(super) async fn list_usages<D: Dialect>(
    session: &mut Session<D>,
    role: RoleId,
) -> Result<Vec<RoleUsage>> {
    let args = args![session.id(), role.to_string()];
    session.list(&LIST_USAGES, args, usage::<D>).await
}

pub(super) async fn count_usages<D: Dialect>(
    session: &mut Session<D>,
    role: RoleId,
) -> Result<u32> {
    let args = args![session.id(), role.to_string()];
    session.count_with(&COUNT_USAGES, args).await
}

pub(super) async fn put_usage<D: Dialect>(
    session: &mut Session<D>,
    role: RoleId,
    usage: &RoleUsage,
) -> Result<()> {
    let args = args![
        session.id(),
        role.to_string(),
        usage.region.as_str(),
        usage.resource.as_str(),
        usage.registered_at,
    ];
    session.execute(&PUT_USAGE, args).await.map(drop)
}

pub(super) async fn delete_usage<D: Dialect>(
    session: &mut Session<D>,
    role: RoleId,
    region: &str,
    resource: &str,
) -> Result<()> {
    let args = args![session.id(), role.to_string(), region, resource];
    session.execute(&DELETE_USAGE, args).await.map(drop)
}

pub(super) async fn get_task<D: Dialect>(
    session: &mut Session<D>,
    id: &str,
) -> Result<Option<DeletionTask>> {
    let args = args![session.id(), id];
    session.get(&GET_TASK, args, task::<D>).await
}

pub(super) async fn latest_tasks<D: Dialect>(
    session: &mut Session<D>,
    roles: &[RoleId],
) -> Result<HashMap<RoleId, LatestTask>> {
    if roles.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = roles.iter().map(|role| Some(role.to_string())).collect();
    let args = vec![session.id(), Arg::Texts(ids)];
    let latest = |row: &Row<D>| {
        let fields = Fields::<D>::of(row, "deletion_tasks");
        let task = LatestTask {
            id: fields.text("id")?,
            number: fields.number("number")?,
            status: fields.parsed("status")?,
            created_at: fields.int("created_at")?,
        };
        Ok((fields.parsed("role_id")?, task))
    };
    let found = session.list(&LATEST_TASKS, args, latest).await?;
    Ok(found.into_iter().collect())
}

pub(super) async fn create_task<D: Dialect>(
    session: &mut Session<D>,
    task: &DeletionTask,
) -> Result<()> {
    session.expect_own(task.account)?;
    let args = args![
        session.id(),
        task.id.as_str(),
        task.role.to_string(),
        task.number,
        task.status.as_str(),
        reason(&task.reason)?,
        task.created_at,
        task.updated_at,
    ];
    session.insert(&CREATE_TASK, args).await?;
    let old = i64::from(task.number) - i64::from(TASKS_KEPT);
    let args = args![session.id(), task.role.to_string(), old];
    session.execute(&FORGET_EARLIER, args).await.map(drop)
}

pub(super) async fn give_up_task<D: Dialect>(
    session: &mut Session<D>,
    id: &str,
    now: i64,
) -> Result<()> {
    let args = args![session.id(), id, now];
    session.execute(&GIVE_UP_TASK, args).await.map(drop)
}

pub(super) async fn forget<D: Dialect>(connection: &mut Connection<D>, before: i64) -> Result<u64> {
    D::execute(connection, &FORGET, args![before]).await
}

pub(super) async fn update_task<D: Dialect>(
    session: &mut Session<D>,
    task: &DeletionTask,
) -> Result<()> {
    session.expect_own(task.account)?;
    let args = args![
        session.id(),
        task.id.as_str(),
        task.status.as_str(),
        reason(&task.reason)?,
        task.updated_at,
    ];
    session.change(&UPDATE_TASK, args).await
}

pub(super) async fn unfinished<D: Dialect>(
    connection: &mut Connection<D>,
    asked_until: i64,
    limit: u32,
) -> Result<Vec<(AccountId, String)>> {
    let rows = D::fetch(connection, &UNFINISHED_TASKS, args![asked_until, limit]).await?;
    let named = |row| {
        let fields = Fields::<D>::of(row, "deletion_tasks");
        Ok((fields.parsed("account_id")?, fields.text("id")?))
    };
    rows.iter().map(named).collect()
}
