//! Accounts: made with their first root key, and listed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::OperatorError;
use super::disclosed::Disclosed;
use super::seed::fields;
use super::trail::Trail;
use crate::iam::{Iam, generate};
use crate::model::account::Account;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
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
