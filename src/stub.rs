//! Stand-ins for what is built beside this: thrown away at the merge, every use with it.
#![expect(missing_docs, reason = "a stand-in")]
#![expect(clippy::unused_async, reason = "a stand-in")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::credential::seal::{MasterKey, SealError};
use crate::model::account::{Account, RevisionTag};
use crate::model::audit::{AuditRecord, RefusalKey};
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner, TokenKeyRecord};
use crate::model::policy::{Attachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{PrincipalId, Role, User};
use crate::model::quotas::Quotas;
use crate::model::tag::{Tag, Tagged};
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, RoleId, RoleName, UserId, UserName};
use crate::ports::{Clock, Entropy};
use crate::store::{
    FreshnessAnswer, NonceRow, Page, Result, Snapshot, Store, StoreError, TagFilter, Tx,
};

pub struct IamConfig {
    pub store: Arc<dyn Store>,
    pub embedded: bool,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub master_key: MasterKey,
    pub incarnation: [u8; 16],
    pub quotas: Quotas,
    pub clock_window_seconds: i64,
    pub data_dir: Option<PathBuf>,
    pub cache_bytes: usize,
    pub max_nonces: usize,
}

pub struct Iam {
    stopped: AtomicBool,
}

impl Iam {
    pub async fn start(_config: IamConfig) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            stopped: AtomicBool::new(false),
        }))
    }
    pub async fn tick(&self) {}
    pub async fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
    pub fn ready(&self) -> bool {
        !self.stopped.load(Ordering::Relaxed)
    }
    pub fn seal_access_key(
        &self,
        _id: &AccessKeyId,
        secret: &str,
    ) -> std::result::Result<Vec<u8>, SealError> {
        Ok(secret.chars().rev().collect::<String>().into_bytes())
    }
}

pub struct WireSettings {
    pub max_body_bytes: usize,
    pub default_rpc_format_json: bool,
    pub body_timeout_seconds: u64,
    pub trusted_proxies: Vec<String>,
    pub secure_transport: bool,
}

pub struct Api;

impl Api {
    pub fn new(_iam: Arc<Iam>, _settings: WireSettings) -> Arc<Self> {
        Arc::new(Self)
    }
    pub fn router(&self) -> axum::Router {
        axum::Router::new().route("/", axum::routing::any(answer))
    }
}

/// Answers after the milliseconds that the query names, so that a stop in flight can be tested.
async fn answer(uri: axum::http::Uri) -> axum::http::StatusCode {
    let pause = uri
        .query()
        .and_then(|q| q.strip_prefix("pause="))
        .and_then(|n| n.parse().ok());
    if let Some(millis) = pause {
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
    }
    axum::http::StatusCode::NOT_IMPLEMENTED
}

pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    let path = url
        .strip_prefix("sqlite:")
        .filter(|p| *p != ":memory:")
        .map(PathBuf::from);
    let data = path
        .as_ref()
        .and_then(|path| std::fs::read(path).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    Ok(Arc::new(StubStore {
        path,
        data: Arc::new(Mutex::new(data)),
    }))
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Data {
    accounts: Vec<String>,
    settings: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
}

struct StubStore {
    path: Option<PathBuf>,
    data: Arc<Mutex<Data>>,
}

struct View {
    account: Account,
    data: Data,
    path: Option<PathBuf>,
    shared: Arc<Mutex<Data>>,
}

fn unbuilt<T>() -> Result<T> {
    Err(StoreError::NotFound)
}

fn account(id: AccountId) -> Account {
    Account {
        id,
        name: String::new(),
        alias: None,
        created_at: 0,
        tag: RevisionTag([0; 16]),
    }
}

impl StubStore {
    fn view(&self, id: AccountId) -> Box<View> {
        let data = self
            .data
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::new(View {
            account: account(id),
            data,
            path: self.path.clone(),
            shared: Arc::clone(&self.data),
        })
    }
}

#[async_trait]
impl Store for StubStore {
    async fn begin_read(&self, account: AccountId) -> Result<Box<dyn Snapshot>> {
        Ok(self.view(account))
    }
    async fn begin_write(&self, account: AccountId, _tag: RevisionTag) -> Result<Box<dyn Tx>> {
        Ok(self.view(account))
    }
    async fn find_key(&self, _id: &AccessKeyId) -> Result<Option<AccessKey>> {
        unbuilt()
    }
    async fn list_accounts(&self, _after: Option<AccountId>, _limit: u32) -> Result<Vec<Account>> {
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(data
            .accounts
            .iter()
            .filter_map(|id| id.parse().ok())
            .map(account)
            .collect())
    }
    async fn freshness(
        &self,
        _accounts: &[AccountId],
        _nonces: &[NonceRow],
    ) -> Result<FreshnessAnswer> {
        unbuilt()
    }
    async fn ping(&self) -> Result<()> {
        Ok(())
    }
    async fn close(&self) {}
    async fn find_account(&self, _alias: &str) -> Result<Option<Account>> {
        unbuilt()
    }
    async fn forget_nonces(&self, _now: i64) -> Result<u64> {
        unbuilt()
    }
    async fn count_refusals(&self, _refusals: &[(RefusalKey, u64)]) -> Result<()> {
        unbuilt()
    }
}

#[async_trait]
impl Snapshot for View {
    fn account(&self) -> &Account {
        &self.account
    }
    async fn get_setting(&mut self, name: &str) -> Result<Option<String>> {
        Ok(self
            .data
            .settings
            .get(&format!("{}/{name}", self.account.id))
            .cloned())
    }
    async fn get_key(&mut self, _id: &AccessKeyId) -> Result<Option<AccessKey>> {
        unbuilt()
    }
    async fn list_keys(&mut self, _owner: KeyOwner) -> Result<Vec<AccessKey>> {
        unbuilt()
    }
    async fn get_user(&mut self, _name: &UserName) -> Result<Option<User>> {
        unbuilt()
    }
    async fn get_user_by_id(&mut self, _id: UserId) -> Result<Option<User>> {
        unbuilt()
    }
    async fn list_users(&mut self, _page: Page<'_>) -> Result<Vec<User>> {
        unbuilt()
    }
    async fn count_users(&mut self) -> Result<u32> {
        unbuilt()
    }
    async fn get_role(&mut self, _name: &RoleName) -> Result<Option<Role>> {
        unbuilt()
    }
    async fn get_role_by_id(&mut self, _id: RoleId) -> Result<Option<Role>> {
        unbuilt()
    }
    async fn list_roles(&mut self, _page: Page<'_>, _tags: &[TagFilter]) -> Result<Vec<Role>> {
        unbuilt()
    }
    async fn count_roles(&mut self) -> Result<u32> {
        unbuilt()
    }
    async fn get_policy(&mut self, _name: &PolicyName) -> Result<Option<Policy>> {
        unbuilt()
    }
    async fn list_policies(&mut self, _page: Page<'_>, _tags: &[TagFilter]) -> Result<Vec<Policy>> {
        unbuilt()
    }
    async fn count_policies(&mut self) -> Result<u32> {
        unbuilt()
    }
    async fn get_policy_version(
        &mut self,
        _name: &PolicyName,
        _version: VersionId,
    ) -> Result<Option<PolicyVersion>> {
        unbuilt()
    }
    async fn list_policy_versions(&mut self, _name: &PolicyName) -> Result<Vec<PolicyVersion>> {
        unbuilt()
    }
    async fn list_attachments(&mut self, _principal: PrincipalId) -> Result<Vec<Attachment>> {
        unbuilt()
    }
    async fn list_attached_documents(
        &mut self,
        _principal: PrincipalId,
    ) -> Result<Vec<(Policy, PolicyVersion)>> {
        unbuilt()
    }
    async fn list_users_of_policy(&mut self, _policy: &PolicyRef) -> Result<Vec<(User, i64)>> {
        unbuilt()
    }
    async fn list_roles_of_policy(&mut self, _policy: &PolicyRef) -> Result<Vec<(Role, i64)>> {
        unbuilt()
    }
    async fn count_attachments(&mut self, _policies: &[PolicyRef]) -> Result<Vec<u32>> {
        unbuilt()
    }
    async fn list_tags(&mut self, _of: &[Tagged]) -> Result<Vec<Vec<Tag>>> {
        unbuilt()
    }
    async fn was_removed(&mut self, _kind: &str, _name: &str) -> Result<bool> {
        unbuilt()
    }
    async fn list_token_keys(&mut self) -> Result<Vec<TokenKeyRecord>> {
        unbuilt()
    }
    async fn list_all_keys(
        &mut self,
        _after: Option<&AccessKeyId>,
        _limit: u32,
    ) -> Result<Vec<AccessKey>> {
        unbuilt()
    }
    async fn list_audit(&mut self, _limit: u32) -> Result<Vec<AuditRecord>> {
        unbuilt()
    }
    async fn list_refusals(&mut self, _limit: u32) -> Result<Vec<(RefusalKey, u64)>> {
        unbuilt()
    }
}

#[async_trait]
impl Tx for View {
    fn previous_tag(&self) -> RevisionTag {
        RevisionTag([0; 16])
    }
    async fn create_account(&mut self, account: &Account) -> Result<()> {
        self.data.accounts.push(account.id.to_string());
        Ok(())
    }
    async fn put_setting(&mut self, name: &str, value: &str) -> Result<()> {
        self.data
            .settings
            .insert(format!("{}/{name}", self.account.id), value.to_owned());
        Ok(())
    }
    async fn create_key(&mut self, key: &AccessKey) -> Result<()> {
        self.data
            .keys
            .insert(key.id.to_string(), key.account.to_string());
        Ok(())
    }
    async fn append_audit(&mut self, _record: &AuditRecord) -> Result<()> {
        Ok(())
    }
    async fn commit(self: Box<Self>) -> Result<()> {
        if let Some(path) = &self.path {
            let text =
                serde_json::to_vec(&self.data).map_err(|e| StoreError::Internal(Box::new(e)))?;
            std::fs::write(path, text).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        }
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = self.data;
        Ok(())
    }
    async fn create_user(&mut self, _user: &User) -> Result<()> {
        unbuilt()
    }
    async fn update_user(&mut self, _user: &User) -> Result<()> {
        unbuilt()
    }
    async fn delete_user(&mut self, _id: UserId) -> Result<()> {
        unbuilt()
    }
    async fn update_key_status(
        &mut self,
        _id: &AccessKeyId,
        _status: AccessKeyStatus,
    ) -> Result<()> {
        unbuilt()
    }
    async fn update_key_secret(&mut self, _id: &AccessKeyId, _sealed_secret: &[u8]) -> Result<()> {
        unbuilt()
    }
    async fn delete_key(&mut self, _id: &AccessKeyId) -> Result<()> {
        unbuilt()
    }
    async fn create_role(&mut self, _role: &Role) -> Result<()> {
        unbuilt()
    }
    async fn update_role(&mut self, _role: &Role) -> Result<()> {
        unbuilt()
    }
    async fn delete_role(&mut self, _id: RoleId) -> Result<()> {
        unbuilt()
    }
    async fn create_policy(&mut self, _policy: &Policy, _first: &PolicyVersion) -> Result<()> {
        unbuilt()
    }
    async fn update_policy(&mut self, _policy: &Policy) -> Result<()> {
        unbuilt()
    }
    async fn delete_policy(&mut self, _name: &PolicyName) -> Result<()> {
        unbuilt()
    }
    async fn create_policy_version(
        &mut self,
        _name: &PolicyName,
        _version: &PolicyVersion,
    ) -> Result<()> {
        unbuilt()
    }
    async fn delete_policy_version(
        &mut self,
        _name: &PolicyName,
        _version: VersionId,
    ) -> Result<()> {
        unbuilt()
    }
    async fn attach_policy(&mut self, _attachment: &Attachment) -> Result<()> {
        unbuilt()
    }
    async fn detach_policy(&mut self, _principal: PrincipalId, _policy: &PolicyRef) -> Result<()> {
        unbuilt()
    }
    async fn count_attached(
        &mut self,
        _principal: PrincipalId,
        _policy_type: PolicyType,
    ) -> Result<u32> {
        unbuilt()
    }
    async fn put_tags(&mut self, _of: &Tagged, _tags: &[Tag]) -> Result<()> {
        unbuilt()
    }
    async fn create_token_key(&mut self, _key: &TokenKeyRecord) -> Result<()> {
        unbuilt()
    }
    async fn delete_token_key(&mut self, _id: u32) -> Result<()> {
        unbuilt()
    }
}
