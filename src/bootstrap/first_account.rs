//! The first account and root's first AccessKey.
//!
//! Two steps, each under an account's write lock, so that replicas which start together make one
//! account and one key: the account, together with the system account's setting that names it; then
//! the key, together with the account's setting that says so. A crash between the two is made good
//! by the next start; a key that root removed later is not made again, because the setting stays.

use serde::Deserialize;

use super::data_dir::DataDir;
use super::{BootstrapError, CREDENTIALS_FILE};
use crate::config::{FirstAccount, Sensitive};
use crate::credential::seal::SealError;
use crate::iam::generate;
use crate::model::account::Account;
use crate::model::audit::AuditRecord;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::ports::{Clock, Entropy};
use crate::store::{Store, StoreError, Tx};

/// The system account's setting that names the first account.
const FIRST_ACCOUNT: &str = "first_account";

/// The system account's setting that says that nothing is left to do.
const SETTLED: &str = "first_account_settled";

/// The account's setting that says that root's first key was made.
const ROOT_KEY_MADE: &str = "root_key_made";

/// How many account ids are drawn before we give up: ten of 10^15 do not collide by chance.
const DRAWS: usize = 10;

/// Root's first credentials, as the file in the data directory holds them.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RootCredentials {
    /// The account.
    pub account_id: AccountId,
    /// The key's id.
    pub access_key_id: AccessKeyId,
    /// The key's secret.
    pub access_key_secret: Sensitive,
    /// Where the server answers, as `http://127.0.0.1:7267`.
    pub endpoint: String,
}

impl std::fmt::Debug for RootCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootCredentials")
            .field("account_id", &self.account_id)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl RootCredentials {
    /// The file's content. The one place where the secret is written out.
    fn to_json(&self) -> Vec<u8> {
        let text = serde_json::json!({
            "AccountId": self.account_id,
            "AccessKeyId": self.access_key_id,
            "AccessKeySecret": self.access_key_secret.expose(),
            "Endpoint": self.endpoint,
        });
        format!("{text:#}\n").into_bytes()
    }

    /// What a file of credentials holds.
    ///
    /// # Errors
    /// Where it is not such a file; the text does not quote it.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Seals a secret for the row of the key of that id.
pub type Seal<'a> = dyn Fn(&AccessKeyId, &str) -> Result<Vec<u8>, SealError> + Sync + 'a;

/// What [`first_account`] makes the account from.
pub struct FirstAccountSource<'a> {
    /// What the operator fixed.
    pub settings: &'a FirstAccount,
    /// Where the server answers.
    pub endpoint: &'a str,
    /// Seals the secret for the row of its key.
    pub seal: &'a Seal<'a>,
    /// Tells when.
    pub clock: &'a dyn Clock,
    /// Draws ids and the secret.
    pub entropy: &'a dyn Entropy,
}

/// Makes the first account and root's first key where the database has none. Returns the
/// credentials if this call made the key; they are in the data directory then, before anyone can
/// use them. A later start only corrects the endpoint there.
///
/// # Errors
/// [`BootstrapError::IdTaken`] and whatever the database or the file system say.
pub async fn first_account(
    store: &dyn Store,
    dir: Option<&DataDir>,
    source: &FirstAccountSource<'_>,
) -> Result<Option<RootCredentials>, BootstrapError> {
    let mut tries = 0;
    loop {
        match attempt(store, dir, source).await {
            Err(BootstrapError::Store(StoreError::Conflict)) if tries < 5 => tries += 1,
            outcome => return outcome,
        }
    }
}

/// What the operator fixes counts at the first start. Where it names what is not there, he hears it.
async fn warn_of_what_counts_no_more(
    store: &dyn Store,
    settings: &FirstAccount,
) -> Result<(), BootstrapError> {
    if let Some(id) = settings.id {
        match store.begin_read(id).await {
            Ok(_) => {}
            Err(StoreError::NotFound) => tracing::warn!(
                account.id = %id,
                "`account.id` names no account of this database: it counts at the first start alone"
            ),
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(id) = &settings.root_access_key_id
        && store.find_key(id).await?.is_none()
    {
        tracing::warn!(
            access_key.id = %id,
            "`account.root_access_key_id` names no key of this database: it counts at the first start alone"
        );
    }
    Ok(())
}

async fn attempt(
    store: &dyn Store,
    dir: Option<&DataDir>,
    source: &FirstAccountSource<'_>,
) -> Result<Option<RootCredentials>, BootstrapError> {
    let mut system = store.begin_read(AccountId::SYSTEM).await?;
    let settled = system.get_setting(SETTLED).await?.is_some();
    drop(system);
    if settled {
        if let Some(dir) = dir {
            correct_endpoint(dir, source.endpoint)?;
        }
        warn_of_what_counts_no_more(store, source.settings).await?;
        return Ok(None);
    }
    let made = match account(store, source).await? {
        Some(account) => root_key(store, account, dir, source).await?,
        None => None,
    };
    let mut tx = store
        .begin_write(AccountId::SYSTEM, generate::revision_tag(source.entropy))
        .await?;
    tx.put_setting(SETTLED, "yes").await?;
    tx.commit().await?;
    Ok(made)
}

/// The first account, made if there is none; `None` where the database has accounts that did not
/// come from here.
async fn account(
    store: &dyn Store,
    source: &FirstAccountSource<'_>,
) -> Result<Option<AccountId>, BootstrapError> {
    let others = !store.list_accounts(None, 1).await?.is_empty();
    let mut tx = store
        .begin_write(AccountId::SYSTEM, generate::revision_tag(source.entropy))
        .await?;
    if let Some(id) = tx.get_setting(FIRST_ACCOUNT).await? {
        let corrupt = |_| StoreError::Corrupt {
            table: "settings",
            column: "value",
        };
        return Ok(Some(id.parse().map_err(corrupt)?));
    }
    if others {
        return Ok(None);
    }
    let id = create_account(&mut *tx, source).await?;
    tx.put_setting(FIRST_ACCOUNT, &id.to_string()).await?;
    tx.commit().await?;
    Ok(Some(id))
}

async fn create_account(
    tx: &mut dyn Tx,
    source: &FirstAccountSource<'_>,
) -> Result<AccountId, BootstrapError> {
    for _ in 0..DRAWS {
        let id = source
            .settings
            .id
            .unwrap_or_else(|| AccountId::from_random(source.entropy.next_u64()));
        let account = Account {
            id,
            name: String::new(),
            alias: None,
            created_at: source.clock.now(),
            tag: generate::revision_tag(source.entropy),
        };
        match tx.create_account(&account).await {
            Ok(()) => return Ok(id),
            Err(StoreError::AlreadyExists) if source.settings.id.is_none() => {}
            Err(StoreError::AlreadyExists) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Err(BootstrapError::IdTaken { key: "account.id" })
}

async fn root_key(
    store: &dyn Store,
    account: AccountId,
    dir: Option<&DataDir>,
    source: &FirstAccountSource<'_>,
) -> Result<Option<RootCredentials>, BootstrapError> {
    let mut tx = store
        .begin_write(account, generate::revision_tag(source.entropy))
        .await?;
    if tx.get_setting(ROOT_KEY_MADE).await?.is_some() {
        return Ok(None);
    }
    let credentials = draw_credentials(account, source);
    let id = &credentials.access_key_id;
    let key = AccessKey {
        id: id.clone(),
        account,
        owner: KeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: source.clock.now(),
        updated_at: source.clock.now(),
        network_policy: None,
        sealed_secret: (source.seal)(id, credentials.access_key_secret.expose())?,
    };
    match tx.create_key(&key).await {
        Err(StoreError::AlreadyExists) => {
            return Err(BootstrapError::IdTaken {
                key: "account.root_access_key_id",
            });
        }
        outcome => outcome?,
    }
    tx.put_setting(ROOT_KEY_MADE, "yes").await?;
    append_audit(&mut *tx, &credentials, source).await?;
    // The only copy of the secret in the clear is on disk before the key is good.
    if let Some(dir) = dir {
        dir.write_private(CREDENTIALS_FILE, &credentials.to_json())?;
    }
    tx.commit().await?;
    Ok(Some(credentials))
}

/// The operator's rows in the audit trail.
async fn append_audit(
    tx: &mut dyn Tx,
    credentials: &RootCredentials,
    source: &FirstAccountSource<'_>,
) -> Result<(), StoreError> {
    let request_id = generate::request_id(source.entropy);
    let account = credentials.account_id;
    let root = format!("acs:ram::{account}:root");
    for (operation, resource) in [
        ("operator.CreateAccount", root.clone()),
        ("operator.CreateAccessKey", root),
    ] {
        tx.append_audit(&AuditRecord {
            account,
            at_millis: source.clock.now_millis(),
            request_id: request_id.clone(),
            principal: "operator".to_owned(),
            access_key_id: String::new(),
            source_ip: String::new(),
            operation: operation.to_owned(),
            resource,
        })
        .await?;
    }
    Ok(())
}

fn draw_credentials(account_id: AccountId, source: &FirstAccountSource<'_>) -> RootCredentials {
    let settings = source.settings;
    let (drawn_id, drawn_secret) = generate::access_key(source.entropy);
    RootCredentials {
        account_id,
        access_key_id: settings.root_access_key_id.clone().unwrap_or(drawn_id),
        access_key_secret: settings
            .root_access_key_secret
            .clone()
            .unwrap_or_else(|| drawn_secret.into()),
        endpoint: source.endpoint.to_owned(),
    }
}

/// Corrects the endpoint in the credentials' file where the listener has moved. A file that is not
/// ours to read is left alone.
fn correct_endpoint(dir: &DataDir, endpoint: &str) -> Result<(), BootstrapError> {
    let Some(text) = dir.read(CREDENTIALS_FILE)? else {
        return Ok(());
    };
    let Ok(mut credentials) = RootCredentials::from_json(&text) else {
        return Ok(());
    };
    if credentials.endpoint == endpoint {
        return Ok(());
    }
    endpoint.clone_into(&mut credentials.endpoint);
    dir.write_private(CREDENTIALS_FILE, &credentials.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_survive_their_file_and_hide_in_debug() {
        let credentials = RootCredentials {
            account_id: AccountId::from_random(1),
            access_key_id: "LTAIx".parse().unwrap(),
            access_key_secret: "s3cr3t-s3cr3t-s3cr3t".to_owned().into(),
            endpoint: "http://127.0.0.1:1".to_owned(),
        };
        let text = String::from_utf8(credentials.to_json()).unwrap();
        let read = RootCredentials::from_json(&text).unwrap();
        assert_eq!(read.access_key_secret.expose(), "s3cr3t-s3cr3t-s3cr3t");
        assert!(!format!("{credentials:?}").contains("s3cr3t"));
    }
}
