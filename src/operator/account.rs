//! Accounts: made with their first root key, listed, and given quotas of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::OperatorError;
use super::disclosed::Disclosed;
use super::seed::fields;
use super::trail::Trail;
use crate::iam::{Iam, generate};
use crate::model::account::Account;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::model::quotas::Quotas;
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::store::StoreError;

/// How many drawn ids are tried before giving up: one in 10^15 is taken.
const ATTEMPTS: usize = 3;

/// How many accounts are listed at once at most.
pub const MAX_LISTED: u32 = 1000;

/// What an account is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What the operator calls it: 1 to 128 characters.
    pub name: Option<String>,
    /// Its alias: 3 to 63 of `a-z0-9-`, unique on the server.
    pub alias: Option<String>,
    /// Its id; drawn where it is not given.
    pub id: Option<AccountId>,
}

/// An account that was just made. This is the only time its root key's secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct CreatedAccount {
    /// Its id.
    pub account_id: AccountId,
    /// Its root identity's first key.
    pub access_key_id: AccessKeyId,
    /// The key's secret.
    pub access_key_secret: Disclosed,
}

/// An account as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct ListedAccount {
    /// Its id.
    pub account_id: AccountId,
    /// What the operator calls it, or empty.
    pub name: String,
    /// Its alias.
    pub alias: Option<String>,
    /// When it was made, in unix seconds.
    pub created_at: i64,
}

/// Makes an account and its first root key.
///
/// # Errors
/// [`OperatorError::Refused`] where a field breaks its rule, [`OperatorError::AccountTaken`] where
/// the id or alias is another's, else where the store fails. An account that was made and whose key
/// was not is named in the error.
pub async fn create(iam: &Arc<Iam>, new: &NewAccount) -> Result<CreatedAccount, OperatorError> {
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let account = make(iam, &trail, new).await?;
    let created =
        first_key(iam, &trail, account)
            .await
            .map_err(|source| OperatorError::Keyless {
                account,
                source: Box::new(source),
            })?;
    tracing::info!(request.id = trail.request_id(), account.id = %account, "account made");
    Ok(created)
}

/// Makes an account without any key, in the system account's own transaction.
pub(super) async fn make(
    iam: &Arc<Iam>,
    trail: &Trail<'_>,
    new: &NewAccount,
) -> Result<AccountId, OperatorError> {
    let rules = [
        new.name.as_deref().map(fields::account_name),
        new.alias.as_deref().map(fields::alias),
    ];
    for rule in rules.into_iter().flatten() {
        rule.map_err(OperatorError::Refused)?;
    }
    if new.id == Some(AccountId::SYSTEM) {
        return Err(OperatorError::Refused("this account is the server's own"));
    }
    if let Some(alias) = &new.alias
        && iam.store.find_account(alias).await?.is_some()
    {
        return Err(OperatorError::AccountTaken);
    }
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    let attempts = if new.id.is_some() { 1 } else { ATTEMPTS };
    for _ in 0..attempts {
        let account = Account {
            id: new.id.unwrap_or_else(|| iam.new_account_id()),
            name: new.name.clone().unwrap_or_default(),
            alias: new.alias.clone(),
            created_at: iam.clock.now(),
            tag: generate::revision_tag(&*iam.entropy),
        };
        match guard.tx().create_account(&account).await {
            Ok(()) => {
                let arn = format!("acs:ram::{}:root", account.id);
                trail
                    .append(guard.tx(), account.id, "operator.CreateAccount", arn)
                    .await?;
                guard.commit().await?;
                return Ok(account.id);
            }
            Err(StoreError::AlreadyExists) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(OperatorError::AccountTaken)
}

async fn first_key(
    iam: &Arc<Iam>,
    trail: &Trail<'_>,
    account: AccountId,
) -> Result<CreatedAccount, OperatorError> {
    let (id, secret) = iam.new_access_key();
    let sealed = iam
        .secrets
        .seal_access_key(&id, &secret)
        .map_err(|_| OperatorError::Seal)?;
    let key = AccessKey {
        id: id.clone(),
        account,
        owner: KeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: iam.clock.now(),
        updated_at: iam.clock.now(),
        network_policy: None,
        sealed_secret: sealed,
    };
    let mut guard = iam.begin_write(account).await?;
    guard.tx().create_key(&key).await?;
    let arn = format!("acs:ram::{account}:root acs:ram::{account}:accesskey/{id}");
    trail
        .append(guard.tx(), account, "operator.CreateAccessKey", arn)
        .await?;
    guard.commit().await?;
    Ok(CreatedAccount {
        account_id: account,
        access_key_id: id,
        access_key_secret: Disclosed::from(secret),
    })
}

/// Accounts by id after `after`, at most `limit` and never more than [`MAX_LISTED`].
///
/// # Errors
/// Where the store fails.
pub async fn list(
    iam: &Arc<Iam>,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<ListedAccount>, OperatorError> {
    let accounts = iam
        .store
        .list_accounts(after, limit.clamp(1, MAX_LISTED))
        .await?;
    let listed = accounts.into_iter().map(|account| ListedAccount {
        account_id: account.id,
        name: account.name,
        alias: account.alias,
        created_at: account.created_at,
    });
    Ok(listed.collect())
}

/// What is to become of an account's quotas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaChange {
    /// Whose.
    pub account: AccountId,
    /// By name: a figure of its own, or `None` for the server's again.
    pub figures: BTreeMap<String, Option<u32>>,
}

/// Gives an account quotas of its own, or the server's again; answers all that hold for it then.
///
/// # Errors
/// [`OperatorError::Quota`] for a name or figure that there is not, else where the store fails.
pub async fn quotas(
    iam: &Arc<Iam>,
    change: &QuotaChange,
) -> Result<BTreeMap<String, u32>, OperatorError> {
    for (name, figure) in &change.figures {
        Quotas::check(name, *figure)?;
    }
    let account = change.account;
    if change.figures.is_empty() {
        let mut snapshot = iam.begin_read(account).await?;
        return Ok(by_name(&iam.quotas_of(snapshot.as_mut()).await?));
    }
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(account).await?;
    let setting = guard.tx().get_setting(Quotas::SETTING).await?;
    let mut own = Quotas::own(setting.as_deref())?;
    for (name, figure) in &change.figures {
        match figure {
            Some(figure) => drop(own.insert(name.clone(), *figure)),
            None => drop(own.remove(name)),
        }
    }
    let text = serde_json::to_string(&own).map_err(|_| OperatorError::Refused("not JSON"))?;
    guard.tx().put_setting(Quotas::SETTING, &text).await?;
    let arn = format!("acs:ram::{account}:root");
    trail
        .append(guard.tx(), account, "operator.SetQuotas", arn)
        .await?;
    guard.commit().await?;
    Ok(by_name(&iam.quotas.with_own(&own)))
}

fn by_name(quotas: &Quotas) -> BTreeMap<String, u32> {
    let each = quotas.each().into_iter();
    each.map(|(name, figure, _)| (name.to_owned(), figure))
        .collect()
}
