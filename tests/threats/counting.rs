//! A store that counts what is asked of it, and that can be cut off.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use rampart::model::account::{Account, RevisionTag};
use rampart::model::audit::RefusalKey;
use rampart::model::key::AccessKey;
use rampart::policy::ids::{AccessKeyId, AccountId};
use rampart::store::whole::tables::Table;
use rampart::store::whole::{Record, Standing, Value, Whole};
use rampart::store::{
    DatabaseIdentity, FreshnessAnswer, KeyUse, Known, NonceRow, Result, Snapshot, Store,
    StoreError, Tx,
};

pub(crate) struct Counting {
    inner: Arc<dyn Store>,
    trips: AtomicUsize,
    is_cut_off: AtomicBool,
}

impl Counting {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            trips: AtomicUsize::new(0),
            is_cut_off: AtomicBool::new(false),
        })
    }

    /// How many trips were made since this was last asked.
    pub(crate) fn take(&self) -> usize {
        self.trips.swap(0, Ordering::SeqCst)
    }

    /// From now on the database does not answer, or answers again.
    pub(crate) fn cut_off(&self, cut_off: bool) {
        self.is_cut_off.store(cut_off, Ordering::SeqCst);
    }

    fn count(&self) -> Result<&dyn Store> {
        self.trips.fetch_add(1, Ordering::SeqCst);
        if self.is_cut_off.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("cut off".into()));
        }
        Ok(self.inner.as_ref())
    }
}

#[async_trait]
impl Store for Counting {
    fn is_embedded(&self) -> bool {
        self.inner.is_embedded()
    }
    async fn identity(&self) -> Result<Option<DatabaseIdentity>> {
        self.count()?.identity().await
    }
    async fn begin_read(&self, account: AccountId) -> Result<Box<dyn Snapshot>> {
        self.count()?.begin_read(account).await
    }
    async fn begin_write(&self, account: AccountId, tag: RevisionTag) -> Result<Box<dyn Tx>> {
        self.count()?.begin_write(account, tag).await
    }
    async fn find_key(&self, id: &AccessKeyId) -> Result<Option<AccessKey>> {
        self.count()?.find_key(id).await
    }
    async fn find_keys(&self, ids: &[AccessKeyId]) -> Result<Vec<Option<AccessKey>>> {
        self.count()?.find_keys(ids).await
    }
    async fn find_account(&self, alias: &str) -> Result<Option<Account>> {
        self.count()?.find_account(alias).await
    }
    async fn list_accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Account>> {
        self.count()?.list_accounts(after, limit).await
    }
    async fn freshness(&self, accounts: &[Known], nonces: &[NonceRow]) -> Result<FreshnessAnswer> {
        self.count()?.freshness(accounts, nonces).await
    }
    async fn forget_changes(&self, older_seconds: i64) -> Result<u64> {
        self.count()?.forget_changes(older_seconds).await
    }
    async fn forget_nonces(&self, now: i64, margin_seconds: i64) -> Result<u64> {
        self.count()?.forget_nonces(now, margin_seconds).await
    }
    async fn count_refusals(&self, refusals: &[(RefusalKey, u64)]) -> Result<()> {
        self.count()?.count_refusals(refusals).await
    }
    async fn forget_refusals(&self, before_minute: i64) -> Result<u64> {
        self.count()?.forget_refusals(before_minute).await
    }
    async fn forget_deletions(&self, before: i64) -> Result<u64> {
        self.count()?.forget_deletions(before).await
    }
    async fn unfinished_deletions(
        &self,
        asked_until: i64,
        limit: u32,
    ) -> Result<Vec<(AccountId, String)>> {
        self.count()?.unfinished_deletions(asked_until, limit).await
    }
    async fn record_key_uses(&self, uses: &[KeyUse]) -> Result<()> {
        self.count()?.record_key_uses(uses).await
    }
    async fn read_rows(
        &self,
        table: &'static Table,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>> {
        self.count()?.read_rows(table, after, limit).await
    }
    async fn swap_sealed(
        &self,
        table: &'static Table,
        key: &Value,
        from: &[u8],
        to: &[u8],
    ) -> Result<bool> {
        self.count()?.swap_sealed(table, key, from, to).await
    }
    async fn ping(&self) -> Result<()> {
        self.count()?.ping().await
    }
    async fn standing(&self) -> Result<Standing> {
        self.count()?.standing().await
    }
    async fn hold_whole(&self) -> Result<Box<dyn Whole>> {
        self.count()?.hold_whole().await
    }
    async fn count_servers(&self) -> Result<u64> {
        self.count()?.count_servers().await
    }
    async fn backup(&self, path: &Path) -> Result<()> {
        self.count()?.backup(path).await
    }
    async fn close(&self) {
        self.inner.close().await;
    }
}
