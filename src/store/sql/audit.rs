//! The audit trail of mutations, and the counts of refusals.

use std::collections::BTreeMap;

use super::session::Session;
use crate::model::audit::{AuditRecord, RefusalKey};
use crate::policy::ids::AccountId;
use crate::store::Result;
use crate::store::dialect::{Arg, Connection, Dialect, Fields, Row, args, statements};

statements! {
    APPEND = "
        INSERT INTO audit (
            account_id,
            at_millis,
            request_id,
            principal,
            access_key_id,
            source_ip,
            operation,
            resource
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "
        SELECT
            account_id,
            at_millis,
            request_id,
            principal,
            access_key_id,
            source_ip,
            operation,
            resource
        FROM audit
        WHERE account_id = $1
        ORDER BY id DESC
        LIMIT $2";
    COUNT_REFUSALS = "
        INSERT INTO refusals (
            account_id,
            minute,
            principal,
            operation,
            code,
            count
        )
        ", {refusals}, "
        ON CONFLICT (account_id, minute, principal, operation, code) DO UPDATE
        SET count = refusals.count + excluded.count";
    LIST_REFUSALS = "
        SELECT
            account_id,
            minute,
            principal,
            operation,
            code,
            count
        FROM refusals
        WHERE account_id = $1
        ORDER BY
            minute DESC,
            principal DESC,
            operation DESC,
            code DESC
        LIMIT $2";
    FORGET_REFUSALS = "
        DELETE FROM refusals
        WHERE minute < $1";
}

fn record<D: Dialect>(row: &Row<D>) -> Result<AuditRecord> {
    let fields = Fields::<D>::of(row, "audit");
    Ok(AuditRecord {
        account: fields.parsed("account_id")?,
        at_millis: fields.int("at_millis")?,
        request_id: fields.text("request_id")?,
        principal: fields.text("principal")?,
        access_key_id: fields.text("access_key_id")?,
        source_ip: fields.text("source_ip")?,
        operation: fields.text("operation")?,
        resource: fields.text("resource")?,
    })
}

fn refusal<D: Dialect>(row: &Row<D>) -> Result<(RefusalKey, u64)> {
    let fields = Fields::<D>::of(row, "refusals");
    let key = RefusalKey {
        account: fields.parsed("account_id")?,
        minute: fields.int("minute")?,
        principal: fields.text("principal")?,
        operation: fields.text("operation")?,
        code: fields.text("code")?,
    };
    Ok((key, fields.number("count")?))
}

/// The system account's transactions also write of the accounts that they make.
pub(super) async fn append<D: Dialect>(
    session: &mut Session<D>,
    record: &AuditRecord,
) -> Result<()> {
    if session.account_id() != AccountId::SYSTEM {
        session.expect_own(record.account)?;
    }
    session.execute(&APPEND, appended(record)).await.map(drop)
}

/// Writes a row where there is no session: in a transaction over the whole database.
pub(super) async fn append_to<D: Dialect>(
    connection: &mut Connection<D>,
    record: &AuditRecord,
) -> Result<()> {
    D::execute(connection, &APPEND, appended(record))
        .await
        .map(drop)
}

fn appended(record: &AuditRecord) -> Vec<Arg> {
    args![
        record.account.to_string(),
        record.at_millis,
        record.request_id.as_str(),
        record.principal.as_str(),
        record.access_key_id.as_str(),
        record.source_ip.as_str(),
        record.operation.as_str(),
        record.resource.as_str(),
    ]
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    let args = args![session.id(), limit];
    session.list(&LIST, args, record::<D>).await
}

pub(super) async fn list_refusals<D: Dialect>(
    session: &mut Session<D>,
    limit: u32,
) -> Result<Vec<(RefusalKey, u64)>> {
    let args = args![session.id(), limit];
    session.list(&LIST_REFUSALS, args, refusal::<D>).await
}

pub(super) async fn count_refusals<D: Dialect>(
    connection: &mut Connection<D>,
    refusals: &[(RefusalKey, u64)],
) -> Result<()> {
    if refusals.is_empty() {
        return Ok(());
    }
    // Each once, since a statement changes a row only once; sorted, so that replicas that count
    // the same wait for each other in one order.
    let mut sums: BTreeMap<&RefusalKey, u64> = BTreeMap::new();
    for (key, count) in refusals {
        let sum = sums.entry(key).or_default();
        *sum = sum.saturating_add(*count);
    }
    let texts = |text: fn(&RefusalKey) -> String| {
        Arg::Texts(sums.keys().map(|key| Some(text(key))).collect())
    };
    let args = vec![
        texts(|key| key.account.to_string()),
        Arg::Ints(sums.keys().map(|key| key.minute).collect()),
        texts(|key| key.principal.clone()),
        texts(|key| key.operation.clone()),
        texts(|key| key.code.clone()),
        Arg::Ints(
            sums.values()
                .map(|sum| i64::try_from(*sum).unwrap_or(i64::MAX))
                .collect(),
        ),
    ];
    D::execute(connection, &COUNT_REFUSALS, args)
        .await
        .map(drop)
}

pub(super) async fn forget_refusals<D: Dialect>(
    connection: &mut Connection<D>,
    before_minute: i64,
) -> Result<u64> {
    D::execute(connection, &FORGET_REFUSALS, args![before_minute]).await
}
