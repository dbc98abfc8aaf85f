//! The keys of services: made, listed, switched off and removed. They are the system account's.

use std::sync::Arc;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::OperatorError;
use super::disclosed::Disclosed;
use super::trail::Trail;
use crate::iam::Iam;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner, Service};
use crate::policy::arn::service_arn;
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::policy::service_name::ServiceName;
use crate::store::StoreError;

/// How many keys are listed at once at most.
pub const MAX_LISTED: u32 = 1000;

/// What a service's key is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewServiceKey {
    /// The service.
    pub service: ServiceName,
    /// The account that it acts for.
    pub account: Option<AccountId>,
    /// Whether it acts for whatever account the role is of.
    pub any_account: bool,
    /// Where the key may sign; anywhere if there are none.
    pub networks: Vec<String>,
}

/// A service's key that was just made. This is the only time its secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct CreatedServiceKey {
    /// The service.
    pub service: ServiceName,
    /// The key's id.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub access_key_secret: Disclosed,
}

/// A service's key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct ListedServiceKey {
    /// The key's id.
    pub access_key_id: AccessKeyId,
    /// The service.
    pub service: ServiceName,
    /// The account that it acts for; absent where that is any.
    pub account_id: Option<AccountId>,
    /// Where the key may sign; anywhere if there are none.
    pub networks: Vec<String>,
    /// `Active` or `Inactive`.
    pub status: String,
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// When it was last used, in unix seconds, as far as that is written down.
    pub last_used_at: Option<i64>,
}

/// What a key is spoken of as in the audit trail.
pub(super) fn arn(service: &ServiceName, id: &AccessKeyId) -> String {
    let service = service_arn(service);
    format!("{service} acs:ram::system:accesskey/{id}")
}

/// Makes a key.
///
/// # Errors
/// [`OperatorError::Refused`] where it is not said whom the service acts for, or there is no such
/// account; else where the store fails.
pub async fn create(
    iam: &Arc<Iam>,
    new: NewServiceKey,
) -> Result<CreatedServiceKey, OperatorError> {
    let NewServiceKey {
        service,
        account,
        any_account,
        networks,
    } = new;
    if account.is_none() && !any_account && networks.is_empty() {
        return Err(OperatorError::Refused(
            "say whom the key acts for: --account ID, or --any-account; or bind it to --network CIDR",
        ));
    }
    if account.is_some() && any_account {
        return Err(OperatorError::Refused(
            "a key acts for one account or for any, not for both",
        ));
    }
    if let Some(account) = account {
        check_account(iam, account).await?;
    }
    let networks = networks.iter().map(|network| network.parse());
    let networks = networks.collect::<Result<Vec<IpNet>, _>>();
    let networks = networks.map_err(|_| OperatorError::Refused("that is no network"))?;
    let (id, secret) = iam.new_access_key();
    let now = iam.clock.now();
    let owner = Service {
        name: service.clone(),
        account,
        networks,
    };
    let sealed = iam.secrets.seal_service_key(&id, &secret);
    let key = AccessKey {
        id: id.clone(),
        account: AccountId::SYSTEM,
        owner: KeyOwner::Service(Arc::new(owner)),
        status: AccessKeyStatus::Active,
        created_at: now,
        updated_at: now,
        network_policy: None,
        sealed_secret: sealed.map_err(|_| OperatorError::Seal)?,
    };
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    guard.tx().create_key(&key).await?;
    let operation = "operator.CreateServiceKey";
    trail
        .append(guard.tx(), AccountId::SYSTEM, operation, arn(&service, &id))
        .await?;
    guard.commit().await?;
    tracing::info!(request.id = trail.request_id(), %service, access_key.id = %id, "service key made");
    Ok(CreatedServiceKey {
        service,
        access_key_id: id,
        access_key_secret: Disclosed::from(secret),
    })
}

/// Refuses an account that there is none of, and the server's own.
pub(super) async fn check_account(iam: &Iam, account: AccountId) -> Result<(), OperatorError> {
    if account == AccountId::SYSTEM {
        return Err(OperatorError::Refused("this account is the server's own"));
    }
    match iam.begin_read(account).await {
        Ok(_) => Ok(()),
        Err(StoreError::NotFound) => Err(OperatorError::Refused("there is no such account")),
        Err(error) => Err(error.into()),
    }
}

/// Keys by id after `after`, at most `limit` and never more than [`MAX_LISTED`].
///
/// # Errors
/// Where the store fails.
pub async fn list(
    iam: &Arc<Iam>,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<ListedServiceKey>, OperatorError> {
    let mut snapshot = iam.begin_read(AccountId::SYSTEM).await?;
    let limit = limit.clamp(1, MAX_LISTED);
    let mut listed = Vec::new();
    for key in snapshot.list_all_keys(after, limit).await? {
        let KeyOwner::Service(service) = key.owner else {
            continue;
        };
        let written = snapshot.get_key_last_used(&key.id).await?;
        listed.push(ListedServiceKey {
            last_used_at: written.max(iam.key_uses.unwritten_use(&key.id)),
            access_key_id: key.id,
            service: service.name.clone(),
            account_id: service.account,
            networks: service.networks.iter().map(ToString::to_string).collect(),
            status: key.status.as_str().to_owned(),
            created_at: key.created_at,
        });
    }
    Ok(listed)
}

/// Lets a key sign, or not.
///
/// # Errors
/// [`OperatorError::Refused`] where there is no such key; else where the store fails.
pub async fn set_status(
    iam: &Arc<Iam>,
    id: &AccessKeyId,
    status: AccessKeyStatus,
) -> Result<(), OperatorError> {
    change(iam, id, Some(status)).await
}

/// Removes a key.
///
/// # Errors
/// [`OperatorError::Refused`] where there is no such key; else where the store fails.
pub async fn delete(iam: &Arc<Iam>, id: &AccessKeyId) -> Result<(), OperatorError> {
    change(iam, id, None).await
}

/// Gives a key a status, or removes it.
async fn change(
    iam: &Arc<Iam>,
    id: &AccessKeyId,
    status: Option<AccessKeyStatus>,
) -> Result<(), OperatorError> {
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    let key = guard.tx().get_service_key(id).await?;
    let Some(KeyOwner::Service(service)) = key.map(|key| key.owner) else {
        return Err(OperatorError::Refused("no service has a key of that id"));
    };
    let operation = if let Some(status) = status {
        guard
            .tx()
            .update_key_status(id, status, iam.clock.now())
            .await?;
        "operator.UpdateServiceKey"
    } else {
        guard.tx().delete_key(id).await?;
        "operator.DeleteServiceKey"
    };
    let resource = arn(&service.name, id);
    trail
        .append(guard.tx(), AccountId::SYSTEM, operation, resource)
        .await?;
    guard.commit().await?;
    Ok(())
}
