//! Where a case runs.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rampart::model::account::{Account, RevisionTag};
use rampart::policy::ids::AccountId;
use rampart::store::{
    Known, PostgresOptions, PostgresStore, Snapshot, SqliteOptions, SqliteStore, Store, Tx,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use tempfile::TempDir;

use crate::postgres::Database;

/// A database of a test's own.
pub(crate) enum Place {
    /// A SQLite file.
    File(TempDir),
    /// SQLite in memory.
    Memory,
    /// A database of a PostgreSQL server.
    Postgres(Database),
}

impl Place {
    pub(crate) fn file() -> Self {
        Self::File(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Database::create().await)
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(directory) => Some(directory.path().join("store.sqlite")),
            Self::Memory | Self::Postgres(_) => None,
        }
    }

    /// Opens a store there; in memory a new, empty one.
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::File(_) => {
                let path = self.path().unwrap();
                Arc::new(
                    SqliteStore::open(&path, SqliteOptions::default())
                        .await
                        .unwrap(),
                )
            }
            Self::Memory => Arc::new(SqliteStore::in_memory().await.unwrap()),
            Self::Postgres(database) => {
                let options = PostgresOptions::default();
                Arc::new(
                    PostgresStore::connect(&database.url, options)
                        .await
                        .unwrap(),
                )
            }
        }
    }

    /// Runs a statement behind the store's back; answers whether that is possible.
    pub(crate) async fn tamper(&self, statement: &str) -> bool {
        let statement = AssertSqlSafe(statement.to_owned());
        match self {
            Self::File(_) => {
                let options = SqliteConnectOptions::new().filename(self.path().unwrap());
                let mut connection = options.foreign_keys(false).connect().await.unwrap();
                connection.execute(statement).await.unwrap();
            }
            Self::Memory => return false,
            Self::Postgres(database) => {
                let mut connection = <PgConnection as sqlx::Connection>::connect(&database.url)
                    .await
                    .unwrap();
                connection.execute(statement).await.unwrap();
            }
        }
        true
    }
}

/// What a case gets.
#[derive(Clone)]
pub(crate) struct Exam {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) place: Arc<Place>,
}

/// A number that no other has in this process.
pub(crate) fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Asks for an account of which nothing is known.
pub(crate) fn unknown(account: AccountId) -> Known {
    Known {
        account,
        state: None,
    }
}

/// A tag that no other has in this process.
pub(crate) fn tag() -> RevisionTag {
    RevisionTag(u128::from(next()).to_be_bytes())
}

impl Exam {
    /// Makes an account.
    pub(crate) async fn account(&self) -> AccountId {
        let account = Account {
            id: AccountId::from_random(next()),
            name: String::new(),
            alias: None,
            created_at: 1,
            tag: tag(),
        };
        let mut tx = self.tx(AccountId::SYSTEM).await;
        tx.create_account(&account).await.unwrap();
        tx.commit().await.unwrap();
        account.id
    }

    pub(crate) async fn tx(&self, account: AccountId) -> Box<dyn Tx> {
        self.store.begin_write(account, tag()).await.unwrap()
    }

    pub(crate) async fn read(&self, account: AccountId) -> Box<dyn Snapshot> {
        self.store.begin_read(account).await.unwrap()
    }
}

/// Runs a case; then whatever the case left open keeps the store from closing, and fails it.
pub(crate) async fn examine<F: Future<Output = ()> + Send + 'static>(
    place: Place,
    case: fn(Exam) -> F,
) {
    let place = Arc::new(place);
    let store = place.open().await;
    let exam = Exam {
        store: Arc::clone(&store),
        place: Arc::clone(&place),
    };
    let done = tokio::spawn(case(exam)).await;
    let closed = tokio::time::timeout(Duration::from_secs(10), store.close()).await;
    drop(store);
    if let Ok(Place::Postgres(database)) = Arc::try_unwrap(place) {
        database.remove().await;
    }
    if let Err(error) = done {
        std::panic::resume_unwind(error.into_panic());
    }
    assert!(closed.is_ok(), "a transaction was left open");
}
