//! The keys of services. They are the system account's, whose only keys they are.

use super::removed::{self, IdKind};
use super::session::Session;
use crate::model::change::Touched;
use crate::model::key::{AccessKey, AccessKeyStatus, Service};
use crate::policy::ids::AccessKeyId;
use crate::store::Result;
use crate::store::dialect::{Dialect, args, statements};
use crate::store::sql::keys;

/// A row in the form of the other access keys'.
macro_rules! service_key {
    () => {
        "
        SELECT
            id,
            '0000000000000000' AS account_id,
            'service' AS owner_kind,
            service AS owner_id,
            status,
            created_at,
            CAST(NULL AS BIGINT) AS updated_at,
            CAST(NULL AS TEXT) AS network_policy,
            sealed_secret,
            acts_for,
            networks
        FROM service_keys"
    };
}
pub(super) use service_key;

statements! {
    GET = "", {same service_key}, "
        WHERE id = $1";
    LIST = "", {same service_key}, "
        WHERE id > $1
        ORDER BY id
        LIMIT $2";
    CREATE = "
        INSERT INTO service_keys (
            id,
            service,
            acts_for,
            networks,
            status,
            created_at,
            sealed_secret
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    UPDATE_STATUS = "
        UPDATE service_keys
        SET status = $2
        WHERE id = $1";
    UPDATE_SECRET = "
        UPDATE service_keys
        SET sealed_secret = $2
        WHERE id = $1";
    DELETE = "
        DELETE FROM service_keys
        WHERE id = $1";
}

/// Of any session: the key of a service changes accounts that are not its own.
pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
) -> Result<Option<AccessKey>> {
    session.get(&GET, args![id.as_str()], keys::key::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<AccessKey>> {
    session.expect_system()?;
    let after = after.map_or("", AccessKeyId::as_str);
    session
        .list(&LIST, args![after, limit], keys::key::<D>)
        .await
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    key: &AccessKey,
    service: &Service,
) -> Result<()> {
    session.expect_system()?;
    session.touch(Touched::Key(key.id.clone()));
    let networks: Vec<String> = service.networks.iter().map(ToString::to_string).collect();
    let args = args![
        key.id.as_str(),
        service.name.as_str(),
        service
            .account
            .map(|account| account.to_string())
            .as_deref(),
        networks.join(" "),
        key.status.as_str(),
        key.created_at,
        key.sealed_secret.as_slice(),
    ];
    removed::insert_with_id(session, IdKind::Key, key.id.as_str(), &CREATE, args).await
}

pub(super) async fn update_status<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
    status: AccessKeyStatus,
) -> Result<()> {
    let args = args![id.as_str(), status.as_str()];
    session.change(&UPDATE_STATUS, args).await
}

pub(super) async fn update_secret<D: Dialect>(
    session: &mut Session<D>,
    id: &AccessKeyId,
    sealed_secret: &[u8],
) -> Result<()> {
    let args = args![id.as_str(), sealed_secret];
    session.change(&UPDATE_SECRET, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: &AccessKeyId) -> Result<()> {
    session.change(&DELETE, args![id.as_str()]).await
}
