//! When access keys were last used. Stamps come behind the requests that they tell of, many at once,
//! and move no revision: no decision rests on them.

use std::collections::BTreeMap;

use super::session::Session;
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::dialect::{Arg, Connection, Dialect, Fields, Row, args, statements};
use crate::store::{KeyUse, Result};

statements! {
    GET = "
        SELECT last_used_at
        FROM key_uses
        WHERE account_id = $1
            AND key_id = $2";
    LIST = "
        SELECT
            key_id,
            last_used_at
        FROM key_uses
        WHERE account_id = $1
            AND key_id > $2
        ORDER BY key_id
        LIMIT $3";
    /// A stamp of a key that was removed meanwhile is dropped.
    RECORD = "
        INSERT INTO key_uses (
            key_id,
            account_id,
            last_used_at
        )
        ", {key uses}, "
        ON CONFLICT (key_id) DO UPDATE
        SET last_used_at = excluded.last_used_at
        WHERE key_uses.last_used_at < excluded.last_used_at";
    DELETE = "
        DELETE FROM key_uses
        WHERE account_id = $1
            AND key_id = $2";
}

fn last_used_at<D: Dialect>(row: &Row<D>) -> Result<i64> {
    Fields::<D>::of(row, "key_uses").int("last_used_at")
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
) -> Result<Option<i64>> {
    let args = args![session.id(), id.as_str()];
    session.get(&GET, args, last_used_at::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<(AccessKeyId, i64)>> {
    let after = after.map_or("", AccessKeyId::as_str);
    let args = args![session.id(), after, limit];
    let record = |row: &Row<D>| {
        let id = Fields::<D>::of(row, "key_uses").parsed("key_id")?;
        Ok((id, last_used_at::<D>(row)?))
    };
    session.list(&LIST, args, record).await
}

pub(super) async fn record<D: Dialect>(
    connection: &mut Connection<D>,
    uses: &[KeyUse],
) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    // Each once, since a statement changes a row only once; sorted, so that replicas that saw the
    // same keys wait for each other in one order.
    let mut latest: BTreeMap<&AccessKeyId, (AccountId, i64)> = BTreeMap::new();
    for KeyUse { key, account, at } in uses {
        let known = latest.entry(key).or_insert((*account, *at));
        known.1 = known.1.max(*at);
    }
    let args = vec![
        Arg::Texts(latest.keys().map(|key| Some(key.to_string())).collect()),
        Arg::Texts(latest.values().map(|(a, _)| Some(a.to_string())).collect()),
        Arg::Ints(latest.values().map(|(_, at)| *at).collect()),
    ];
    D::execute(connection, &RECORD, args).await.map(drop)
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: &AccessKeyId) -> Result<()> {
    let args = args![session.id(), id.as_str()];
    session.execute(&DELETE, args).await.map(drop)
}
