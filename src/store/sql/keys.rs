//! Access keys. Those of the system account are in a table of their own, `service_keys`.

use std::collections::HashMap;
use std::sync::Arc;

use super::key_uses;
use super::removed::{self, IdKind};
use super::service_keys::{self, service_key};
use super::session::Session;
use crate::model::change::Touched;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner, Service};
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::dialect::{Arg, Connection, Dialect, Fields, Row, args, statements};
use crate::store::{Removed, Result};

statements! {
    /// The one look-up that is not of an account: it is how the account of a call is known.
    FIND = "
        SELECT
            id,
            account_id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret,
            CAST(NULL AS TEXT) AS acts_for,
            CAST(NULL AS TEXT) AS networks
        FROM access_keys
        WHERE id = $1
        UNION ALL", {same service_key}, "
        WHERE id = $1";
    /// The same for several at once, in no order.
    FIND_ALL = "
        SELECT
            id,
            account_id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret,
            CAST(NULL AS TEXT) AS acts_for,
            CAST(NULL AS TEXT) AS networks
        FROM access_keys
        WHERE id IN ", {texts "$1"}, "
        UNION ALL", {same service_key}, "
        WHERE id IN ", {texts "$1"}, "";
    GET = "
        SELECT
            id,
            account_id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret
        FROM access_keys
        WHERE account_id = $1
            AND id = $2";
    LIST = "
        SELECT
            id,
            account_id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret
        FROM access_keys
        WHERE account_id = $1
            AND owner_kind = $2
            AND owner_id = $3
        ORDER BY created_at, id";
    LIST_ALL = "
        SELECT
            id,
            account_id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret
        FROM access_keys
        WHERE account_id = $1
            AND id > $2
        ORDER BY id
        LIMIT $3";
    CREATE = "
        INSERT INTO access_keys (
            account_id,
            id,
            owner_kind,
            owner_id,
            status,
            created_at,
            updated_at,
            network_policy,
            sealed_secret
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING";
    UPDATE_STATUS = "
        UPDATE access_keys
        SET status = $3,
            updated_at = $4
        WHERE account_id = $1
            AND id = $2";
    UPDATE_NETWORK_POLICY = "
        UPDATE access_keys
        SET network_policy = $3
        WHERE account_id = $1
            AND id = $2";
    UPDATE_SECRET = "
        UPDATE access_keys
        SET sealed_secret = $3
        WHERE account_id = $1
            AND id = $2";
    DELETE = "
        DELETE FROM access_keys
        WHERE account_id = $1
            AND id = $2";
}

/// The columns of an owner.
fn owner(account: AccountId, owner: &KeyOwner) -> (&'static str, String) {
    match owner {
        KeyOwner::Root => ("root", account.to_string()),
        KeyOwner::User(id) => ("user", id.to_string()),
        KeyOwner::Service(service) => ("service", service.name.to_string()),
    }
}

/// Reads a key of either table.
pub(super) fn key<D: Dialect>(row: &Row<D>) -> Result<AccessKey> {
    let fields = Fields::<D>::of(row, "access_keys");
    let account = fields.parsed("account_id")?;
    let owner = match fields.text("owner_kind")?.as_str() {
        "root" if fields.parsed::<AccountId>("owner_id")? == account => KeyOwner::Root,
        "root" => return Err(fields.corrupt("owner_id")),
        "user" => KeyOwner::User(fields.parsed("owner_id")?),
        "service" if account == AccountId::SYSTEM => KeyOwner::Service(Arc::new(service(&fields)?)),
        _ => return Err(fields.corrupt("owner_kind")),
    };
    let created_at = fields.int("created_at")?;
    Ok(AccessKey {
        id: fields.parsed("id")?,
        account,
        owner,
        status: fields.parsed("status")?,
        created_at,
        updated_at: fields.optional_int("updated_at")?.unwrap_or(created_at),
        network_policy: fields.optional_text("network_policy")?,
        sealed_secret: fields.blob("sealed_secret")?,
    })
}

fn service<D: Dialect>(fields: &Fields<'_, D>) -> Result<Service> {
    let networks = fields.text("networks")?;
    let networks = networks.split_whitespace().map(|network| {
        let network = network.parse();
        network.map_err(|_| fields.corrupt("networks"))
    });
    let account = fields.optional_text("acts_for")?;
    let account = account.map(|account| account.parse()).transpose();
    Ok(Service {
        name: fields.parsed("owner_id")?,
        account: account.map_err(|_| fields.corrupt("acts_for"))?,
        networks: networks.collect::<Result<_>>()?,
    })
}

pub(super) async fn find<D: Dialect>(
    connection: &mut Connection<D>,
    id: &AccessKeyId,
) -> Result<Option<AccessKey>> {
    let rows = D::fetch(connection, &FIND, args![id.as_str()]).await?;
    rows.first().map(key::<D>).transpose()
}

pub(super) async fn find_all<D: Dialect>(
    connection: &mut Connection<D>,
    ids: &[AccessKeyId],
) -> Result<Vec<Option<AccessKey>>> {
    let texts = ids.iter().map(|id| Some(id.to_string())).collect();
    let rows = D::fetch(connection, &FIND_ALL, vec![Arg::Texts(texts)]).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let key = key::<D>(row)?;
        found.insert(key.id.clone(), key);
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
) -> Result<Option<AccessKey>> {
    if session.is_system() {
        return service_keys::get(session, id).await;
    }
    let args = args![session.id(), id.as_str()];
    session.get(&GET, args, key::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    of: &KeyOwner,
) -> Result<Vec<AccessKey>> {
    let (kind, id) = owner(session.account_id(), of);
    let args = args![session.id(), kind, id];
    session.list(&LIST, args, key::<D>).await
}

pub(super) async fn list_all<D: Dialect>(
    session: &mut Session<D>,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<AccessKey>> {
    if session.is_system() {
        return service_keys::list(session, after, limit).await;
    }
    let after = after.map_or("", AccessKeyId::as_str);
    let args = args![session.id(), after, limit];
    session.list(&LIST_ALL, args, key::<D>).await
}

pub(super) async fn create<D: Dialect>(session: &mut Session<D>, key: &AccessKey) -> Result<()> {
    session.expect_own(key.account)?;
    if let KeyOwner::Service(service) = &key.owner {
        return service_keys::create(session, key, service).await;
    }
    session.touch(Touched::Key(key.id.clone()));
    let (kind, owner_id) = owner(key.account, &key.owner);
    let args = args![
        session.id(),
        key.id.as_str(),
        kind,
        owner_id,
        key.status.as_str(),
        key.created_at,
        key.updated_at,
        key.network_policy.as_deref(),
        key.sealed_secret.as_slice(),
    ];
    removed::insert_with_id(session, IdKind::Key, key.id.as_str(), &CREATE, args).await
}

pub(super) async fn update_status<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
    status: AccessKeyStatus,
    updated_at: i64,
) -> Result<()> {
    session.touch(Touched::Key(id.clone()));
    if session.is_system() {
        return service_keys::update_status(session, id, status).await;
    }
    let args = args![session.id(), id.as_str(), status.as_str(), updated_at];
    session.change(&UPDATE_STATUS, args).await
}

pub(super) async fn update_network_policy<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
    policy: Option<&str>,
) -> Result<()> {
    session.touch(Touched::Key(id.clone()));
    let args = args![session.id(), id.as_str(), policy];
    session.change(&UPDATE_NETWORK_POLICY, args).await
}

pub(super) async fn update_secret<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
    sealed_secret: &[u8],
) -> Result<()> {
    session.touch(Touched::Key(id.clone()));
    if session.is_system() {
        return service_keys::update_secret(session, id, sealed_secret).await;
    }
    let args = args![session.id(), id.as_str(), sealed_secret];
    session.change(&UPDATE_SECRET, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: &AccessKeyId) -> Result<()> {
    session.touch(Touched::Key(id.clone()));
    if session.is_system() {
        service_keys::delete(session, id).await?;
    } else {
        let args = args![session.id(), id.as_str()];
        session.change(&DELETE, args).await?;
    }
    key_uses::delete(session, id).await?;
    removed::bury(session, Removed::Key(id)).await
}
