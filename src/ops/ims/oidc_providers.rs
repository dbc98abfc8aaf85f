//! What operations on OIDC providers share.

use serde::Serialize;

use crate::credential::time;
use crate::model::provider::OidcProvider;
use crate::ops::call::Context;
use crate::ops::error::{Entity, OpError};
use crate::policy::arn::{ProviderKind, provider_arn};
use crate::policy::ids::ProviderName;
use crate::store::{Snapshot, Tx};

/// The answer of each operation on one provider that answers with it.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(rename = "OIDCProvider")]
    provider: ProviderShape,
}

impl From<OidcProvider> for Shown {
    fn from(provider: OidcProvider) -> Self {
        Self {
            provider: provider.into(),
        }
    }
}

/// A provider. The moments stand there twice, as the vendor writes them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderShape {
    arn: String,
    #[serde(rename = "OIDCProviderName")]
    name: String,
    issuer_url: String,
    description: String,
    client_ids: String,
    fingerprints: String,
    issuance_limit_time: i64,
    create_date: String,
    update_date: String,
    gmt_create: String,
    gmt_modified: String,
    /// Not the vendor's: keys that were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    json_web_key_set: Option<String>,
}

impl ProviderShape {
    /// As a list shows it: keys that were given may be long.
    pub(super) fn listed(provider: OidcProvider) -> Self {
        Self {
            json_web_key_set: None,
            ..provider.into()
        }
    }
}

impl From<OidcProvider> for ProviderShape {
    fn from(provider: OidcProvider) -> Self {
        let millis = |seconds: i64| seconds.saturating_mul(1000).to_string();
        Self {
            arn: provider_arn(provider.account, ProviderKind::Oidc, &provider.name).to_string(),
            name: provider.name.to_string(),
            issuer_url: provider.issuer_url,
            description: provider.description,
            client_ids: provider.client_ids.join(","),
            fingerprints: provider.fingerprints.join(","),
            issuance_limit_time: provider.issuance_limit_hours,
            create_date: time::format(provider.created_at),
            update_date: time::format(provider.updated_at),
            gmt_create: millis(provider.created_at),
            gmt_modified: millis(provider.updated_at),
            json_web_key_set: provider.key_set,
        }
    }
}

/// The provider of that name.
pub(super) async fn provider(
    snapshot: &mut dyn Snapshot,
    name: &ProviderName,
) -> Result<OidcProvider, OpError> {
    snapshot
        .get_oidc_provider(name)
        .await?
        .ok_or(OpError::NotExist(Entity::OidcProvider))
}

/// Changes the provider of that name; answers with it as it is then.
pub(super) async fn change(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &ProviderName,
    change: impl FnOnce(&mut OidcProvider) -> Result<(), OpError> + Send,
) -> Result<Shown, OpError> {
    let mut provider = provider(&mut *tx, name).await?;
    change(&mut provider)?;
    provider.updated_at = cx.now;
    tx.update_oidc_provider(&provider).await?;
    Ok(provider.into())
}

/// Adds an item to a list that has none that is the same, and that may have so many.
pub(super) fn add(
    list: &mut Vec<String>,
    item: &str,
    same: fn(&str, &str) -> bool,
    (most, entity): (u32, Entity),
) -> Result<(), OpError> {
    if list.iter().any(|known| same(known, item)) {
        return Err(OpError::AlreadyExists(entity));
    }
    list.push(item.to_owned());
    within(list, most, entity)
}

/// Takes an item out of a list that has it.
pub(super) fn remove(
    list: &mut Vec<String>,
    item: &str,
    same: fn(&str, &str) -> bool,
    entity: Entity,
) -> Result<(), OpError> {
    let known = list.len();
    list.retain(|known| !same(known, item));
    if list.len() == known {
        return Err(OpError::NotExist(entity));
    }
    Ok(())
}

/// Refuses more of something than one provider may have.
pub(super) fn within(list: &[String], most: u32, entity: Entity) -> Result<(), OpError> {
    if list.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(OpError::LimitExceeded(entity));
    }
    Ok(())
}
