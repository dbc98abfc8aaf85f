//! The store on SQL, written once for both databases.
//!
//! [`SqlStore`] opens a [`Session`], which is a snapshot or a transaction of one account. Each file
//! here holds one entity: its statements, how its rows are read, and its methods as functions of a
//! session; `session` only hands on to them.

mod accounts;
mod attachment_search;
mod attachments;
mod audit;
mod changes;
mod freshness;
mod groups;
mod key_uses;
mod keys;
mod linked_roles;
mod login_profiles;
mod mfa_devices;
mod nonces;
mod oidc_providers;
mod policies;
mod queue;
mod removed;
mod roles;
mod saml_providers;
mod service_keys;
mod session;
mod settings;
mod tags;
mod token_keys;
mod users;
pub(super) mod whole;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Pool;

use self::queue::WriterQueue;
use self::session::Session;
use self::whole::SqlWhole;
use super::dialect::{Dialect, Fields, Statement};
use super::whole::tables::Table;
use super::whole::{Record, Standing, Value, Whole};
use super::{
    DatabaseIdentity, FreshnessAnswer, KeyUse, Known, NonceRow, Result, Snapshot, Store,
    StoreError, Tx, schema,
};
use crate::model::account::{Account, RevisionTag};
use crate::model::audit::RefusalKey;
use crate::model::key::AccessKey;
use crate::policy::ids::{AccessKeyId, AccountId};

/// A store on one of the two databases. Make it with `SqliteStore::open`, `SqliteStore::in_memory`
/// or `PostgresStore::connect`.
pub struct SqlStore<D: Dialect> {
    readers: Pool<D::Database>,
    writers: Pool<D::Database>,
    /// For what must not wait behind readers and writers.
    urgent: Pool<D::Database>,
    queue: WriterQueue,
    /// How long the database may be silent.
    patience: Duration,
}

impl<D: Dialect> std::fmt::Debug for SqlStore<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlStore").finish_non_exhaustive()
    }
}

/// The statements of every file. A file that is missing here has dead code.
const STATEMENTS: &[&[&Statement]] = &[
    accounts::ALL,
    attachment_search::ALL,
    attachments::ALL,
    audit::ALL,
    changes::ALL,
    groups::ALL,
    key_uses::ALL,
    keys::ALL,
    linked_roles::ALL,
    login_profiles::ALL,
    mfa_devices::ALL,
    nonces::ALL,
    oidc_providers::ALL,
    policies::ALL,
    removed::ALL,
    roles::ALL,
    saml_providers::ALL,
    schema::ALL,
    service_keys::ALL,
    settings::ALL,
    tags::ALL,
    token_keys::ALL,
    users::ALL,
    whole::ALL,
];

impl<D: Dialect> SqlStore<D> {
    pub(super) fn new(
        readers: Pool<D::Database>,
        writers: Pool<D::Database>,
        urgent: Pool<D::Database>,
        wait: Duration,
        patience: Duration,
    ) -> Self {
        Self {
            readers,
            writers,
            urgent,
            queue: WriterQueue::new(wait),
            patience,
        }
    }

    #[cfg(test)]
    pub(super) fn readers(&self) -> &Pool<D::Database> {
        &self.readers
    }

    #[cfg(test)]
    pub(super) fn writers(&self) -> &Pool<D::Database> {
        &self.writers
    }

    /// Every statement, those of the dialect and those that are made too.
    pub(super) fn statements() -> impl Iterator<Item = &'static Statement> {
        let own = STATEMENTS.iter().copied().flatten();
        own.chain(D::STATEMENTS).copied().chain(whole::made())
    }

    /// Prepares every statement on the database and answers how many there are. It is what a
    /// compiler's check would be, were there one that knows both databases.
    ///
    /// # Errors
    /// The names of the statements that the database refuses, with its reasons.
    pub async fn prepare_all(&self) -> std::result::Result<usize, Vec<(&'static str, StoreError)>> {
        let mut refused = Vec::new();
        let mut connection = self
            .writers
            .acquire()
            .await
            .map_err(|error| vec![("acquire", D::error(error))])?;
        for statement in Self::statements() {
            if let Err(error) = D::prepare(&mut connection, statement).await {
                refused.push((statement.name, error));
            }
        }
        if refused.is_empty() {
            Ok(Self::statements().count())
        } else {
            Err(refused)
        }
    }
}

#[async_trait]
impl<D: Dialect> Store for SqlStore<D> {
    fn is_embedded(&self) -> bool {
        D::EMBEDDED
    }

    async fn identity(&self) -> Result<Option<DatabaseIdentity>> {
        D::identity(&self.readers).await
    }

    async fn begin_read(&self, account: AccountId) -> Result<Box<dyn Snapshot>> {
        let begun = within(self.patience, async {
            let transaction = self.readers.begin_with(D::BEGIN_READ).await;
            Session::<D>::read(transaction.map_err(D::error)?, account, self.patience).await
        });
        Ok(Box::new(begun.await?))
    }

    async fn begin_write(&self, account: AccountId, tag: RevisionTag) -> Result<Box<dyn Tx>> {
        let turn = self.queue.turn(account).await?;
        let begun = within(self.patience, async {
            let transaction = self.writers.begin_with(D::BEGIN_WRITE).await;
            let transaction = transaction.map_err(D::error)?;
            Session::<D>::write(transaction, turn, account, tag, self.patience).await
        });
        Ok(Box::new(begun.await?))
    }

    async fn find_key(&self, id: &AccessKeyId) -> Result<Option<AccessKey>> {
        within(self.patience, async {
            keys::find::<D>(&mut *acquire::<D>(&self.readers).await?, id).await
        })
        .await
    }

    async fn find_keys(&self, ids: &[AccessKeyId]) -> Result<Vec<Option<AccessKey>>> {
        within(self.patience, async {
            keys::find_all::<D>(&mut *acquire::<D>(&self.readers).await?, ids).await
        })
        .await
    }

    async fn find_account(&self, alias: &str) -> Result<Option<Account>> {
        within(self.patience, async {
            accounts::find::<D>(&mut *acquire::<D>(&self.readers).await?, alias).await
        })
        .await
    }

    async fn list_accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Account>> {
        accounts::list::<D>(&mut *acquire::<D>(&self.readers).await?, after, limit).await
    }

    async fn freshness(&self, accounts: &[Known], nonces: &[NonceRow]) -> Result<FreshnessAnswer> {
        within(
            self.patience,
            freshness::ask::<D>(&self.urgent, accounts, nonces),
        )
        .await
    }

    async fn forget_changes(&self, older_seconds: i64) -> Result<u64> {
        changes::forget::<D>(&self.writers, older_seconds).await
    }

    async fn forget_nonces(&self, now: i64, margin_seconds: i64) -> Result<u64> {
        nonces::forget::<D>(&self.writers, now, margin_seconds).await
    }

    async fn count_refusals(&self, refusals: &[(RefusalKey, u64)]) -> Result<()> {
        audit::count_refusals::<D>(&mut *acquire::<D>(&self.writers).await?, refusals).await
    }

    async fn forget_refusals(&self, before_minute: i64) -> Result<u64> {
        audit::forget_refusals::<D>(&mut *acquire::<D>(&self.writers).await?, before_minute).await
    }

    async fn forget_deletions(&self, before: i64) -> Result<u64> {
        linked_roles::forget::<D>(&mut *acquire::<D>(&self.writers).await?, before).await
    }

    async fn unfinished_deletions(
        &self,
        asked_until: i64,
        limit: u32,
    ) -> Result<Vec<(AccountId, String)>> {
        within(self.patience, async {
            let mut connection = acquire::<D>(&self.readers).await?;
            linked_roles::unfinished::<D>(&mut connection, asked_until, limit).await
        })
        .await
    }

    async fn record_key_uses(&self, uses: &[KeyUse]) -> Result<()> {
        within(self.patience, async {
            key_uses::record::<D>(&mut *acquire::<D>(&self.writers).await?, uses).await
        })
        .await
    }

    async fn read_rows(
        &self,
        table: &'static Table,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>> {
        within(self.patience, async {
            let mut connection = acquire::<D>(&self.readers).await?;
            whole::read_rows::<D>(&mut connection, table, after, limit).await
        })
        .await
    }

    async fn swap_sealed(
        &self,
        table: &'static Table,
        key: &Value,
        from: &[u8],
        to: &[u8],
    ) -> Result<bool> {
        within(self.patience, async {
            let mut connection = acquire::<D>(&self.writers).await?;
            whole::swap_sealed::<D>(&mut connection, table, key, from, to).await
        })
        .await
    }

    async fn ping(&self) -> Result<()> {
        within(self.patience, async {
            accounts::ping::<D>(&mut *acquire::<D>(&self.urgent).await?).await
        })
        .await
    }

    async fn hold_whole(&self) -> Result<Box<dyn Whole>> {
        Ok(Box::new(SqlWhole::<D>::hold(&self.writers).await?))
    }

    async fn standing(&self) -> Result<Standing> {
        schema::standing::<D>(&mut *acquire::<D>(&self.urgent).await?).await
    }

    async fn count_servers(&self) -> Result<u64> {
        let Some(statement) = D::COUNT_SERVERS else {
            return Ok(0);
        };
        let mut connection = acquire::<D>(&self.urgent).await?;
        let rows = D::fetch(&mut connection, statement, Vec::new()).await?;
        let counted = |row| Fields::<D>::of(row, "pg_stat_activity").number("counted");
        rows.first().map_or(Ok(0), counted)
    }

    async fn backup(&self, path: &Path) -> Result<()> {
        let path = path
            .to_str()
            .ok_or_else(|| StoreError::Internal(Box::new(PathError)))?;
        D::backup(&mut *acquire::<D>(&self.readers).await?, path).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
        self.urgent.close().await;
    }
}

/// SQLite takes no other.
#[derive(Debug, thiserror::Error)]
#[error("the path is not UTF-8")]
struct PathError;

/// The database said nothing for too long: it hangs, or the way to it is cut and nobody says so. Its
/// own timeouts are shorter and come first where it is well.
#[derive(Debug, thiserror::Error)]
#[error("the database has not answered in time")]
struct SilentError;

/// Waits for the database, though not for ever.
async fn within<T>(patience: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(Box::new(SilentError))))
}

async fn acquire<D: Dialect>(
    pool: &Pool<D::Database>,
) -> Result<sqlx::pool::PoolConnection<D::Database>> {
    pool.acquire().await.map_err(D::error)
}
