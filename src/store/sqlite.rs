//! SQLite: the dialect, and how a file or a database in memory is opened.
//!
//! A file is in WAL mode with `synchronous=FULL`, so that a commit is on disk when it is
//! acknowledged; each connection is asked whether that is in force. One connection writes, some
//! read: writers then queue fairly for it, where SQLite's own lock would have them poll.

use std::path::Path;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{Arguments, Connection as _, Executor, Pool, Row as _, SqlSafeStr, Sqlite};

use super::dialect::{
    Arg, Dialect, MOST_CHANGES, NulError, Statement, driver_error, known_args, statements,
};
use super::schema::{self, Admit, STEPS};
use super::sql::{SqlStore, whole};
use super::whole::Record;
use super::{DatabaseIdentity, Known, NonceRow, Result, StoreError};

/// A store on SQLite.
pub type SqliteStore = SqlStore<SqliteDialect>;

/// How a SQLite file is opened.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// How many connections read; 1 and up.
    pub readers: u32,
    /// How long a writer waits for its turn, or for another process's write to end.
    pub wait: Duration,
    /// Which databases are opened.
    pub admit: Admit,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            wait: Duration::from_secs(10),
            admit: Admit::InService,
        }
    }
}

/// A copy of the database is not a sound one.
#[derive(Debug, thiserror::Error)]
#[error("the copy does not pass SQLite's own check: is the disk sound?")]
struct DamagedError;

/// What SQLite does differently.
#[derive(Debug)]
pub struct SqliteDialect;

statements! {
    ADD_NONCES = "
        INSERT INTO nonces (
            hash,
            expires_at
        )
        SELECT
            unhex(h.value),
            $2 ->> h.key
        FROM json_each($1) h
        WHERE TRUE
        ON CONFLICT (hash) DO NOTHING
        RETURNING
            'nonce' AS kind,
            hash AS tag";
    READ_STATES = "
        WITH known AS (
            SELECT
                k.value AS id,
                $2 ->> k.key AS revision
            FROM json_each($1) k
        )
        SELECT
            'account' AS kind,
            a.id,
            a.revision,
            a.revision_tag AS tag,
            NULL AS previous_tag,
            NULL AS entities
        FROM known
        JOIN accounts a
            ON a.id = known.id
        UNION ALL
        SELECT
            'change',
            c.account_id,
            c.revision,
            c.tag,
            c.previous_tag,
            c.entities
        FROM known
        JOIN accounts a
            ON a.id = known.id
        JOIN changes c
            ON c.account_id = a.id
            AND c.revision > max(known.revision, a.revision - $3)
            AND c.revision <= a.revision";
    BACK_UP = "
        VACUUM INTO $1";
}

impl SqlStore<SqliteDialect> {
    /// Opens the file at `path`, made where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the file cannot be opened or is another program's.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self> {
        create_private(path).await?;
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.wait);
        let pool = |most| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(options.wait)
                // Within one process nothing gets lost on the way.
                .test_before_acquire(false)
                .after_connect(|connection, _| Box::pin(assert_durable(connection, "wal")))
                .after_release(|connection, _| Box::pin(is_usable(connection)))
        };
        // Lazily: the first connection makes the schema before another sees the file. It is one that
        // reads, as a start does: what writes is opened when something is written.
        let writers = pool(1).connect_lazy_with(connect.clone());
        let readers = pool(options.readers.max(1)).connect_lazy_with(connect);
        migrate(&readers, &options).await?;
        let patience = 2 * options.wait;
        Ok(Self::new(
            readers,
            writers.clone(),
            writers,
            options.wait,
            patience,
        ))
    }

    /// Opens a database that lives as long as the store, in memory. It has one connection, so a
    /// task that holds a snapshot or a transaction waits for ever for a second.
    pub async fn in_memory() -> Result<Self> {
        let options = SqliteOptions::default();
        let connect = SqliteConnectOptions::new()
            .in_memory(true)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.wait);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(options.wait)
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(assert_durable(connection, "memory")))
            .connect_lazy_with(connect);
        migrate(&pool, &options).await?;
        let patience = 2 * options.wait;
        Ok(Self::new(
            pool.clone(),
            pool.clone(),
            pool,
            options.wait,
            patience,
        ))
    }
}

/// Makes the file readable to its owner alone: it holds secrets, sealed as they are. SQLite gives
/// its journals the same mode.
async fn create_private(path: &Path) -> Result<()> {
    let mut open = tokio::fs::OpenOptions::new();
    open.write(true).create(true);
    #[cfg(unix)]
    open.mode(0o600);
    open.open(path)
        .await
        .map(drop)
        .map_err(|error| StoreError::Unavailable(Box::new(error)))
}

/// How long between two attempts to open a file that others are opening.
const AGAIN: Duration = Duration::from_millis(20);

/// Brings the schema up to date in one transaction, which takes SQLite's lock first: a second
/// process waits, then finds nothing left to do.
///
/// Where several make the file at once, one in some hundreds is told while it connects that the file
/// is locked, within milliseconds and whatever the busy timeout. It tries again, as long as a lock is
/// waited for.
async fn migrate(pool: &Pool<Sqlite>, options: &SqliteOptions) -> Result<()> {
    let patience = tokio::time::Instant::now() + options.wait;
    loop {
        match bring_up_to_date(pool, options.admit).await {
            Err(StoreError::Conflict) if tokio::time::Instant::now() < patience => {
                tokio::time::sleep(AGAIN).await;
            }
            outcome => return outcome,
        }
    }
}

async fn bring_up_to_date(pool: &Pool<Sqlite>, admit: Admit) -> Result<()> {
    let mut transaction = pool
        .begin_with("BEGIN EXCLUSIVE")
        .await
        .map_err(SqliteDialect::error)?;
    schema::bring_up_to_date::<SqliteDialect>(&mut transaction, STEPS, |step| step.sqlite, admit)
        .await?;
    transaction.commit().await.map_err(SqliteDialect::error)
}

/// Refuses a connection that does not promise what a commit must.
async fn assert_durable(connection: &mut SqliteConnection, journal: &str) -> sqlx::Result<()> {
    let found = connection
        .fetch_one(
            "SELECT
                journal_mode,
                synchronous,
                foreign_keys,
                timeout
            FROM
                pragma_journal_mode,
                pragma_synchronous,
                pragma_foreign_keys,
                pragma_busy_timeout",
        )
        .await?;
    let is_journal = found.try_get::<String, _>(0)?.eq_ignore_ascii_case(journal);
    // 2 is FULL.
    let is_full = found.try_get::<i64, _>(1)? == 2;
    let has_references = found.try_get::<i64, _>(2)? == 1;
    let waits = found.try_get::<i64, _>(3)? > 0;
    if is_journal && is_full && has_references && waits {
        Ok(())
    } else {
        Err(sqlx::Error::Configuration(
            "SQLite does not keep what a commit promises: WAL, synchronous=FULL, foreign keys and \
             a busy timeout must be in force"
                .into(),
        ))
    }
}

/// Whether a connection that comes back can serve again. After a commit that failed, SQLite has
/// rolled back on its own and the driver counts a transaction that is not there.
async fn is_usable(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // The driver's roll-back is on its way; a ping comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn arguments(args: Vec<Arg>) -> Result<SqliteArguments> {
    let mut bound = SqliteArguments::default();
    for arg in args {
        if arg.holds_nul() {
            return Err(StoreError::Internal(Box::new(NulError)));
        }
        match arg {
            Arg::Text(text) => Arguments::add(&mut bound, text),
            Arg::NullText => Arguments::add(&mut bound, None::<String>),
            Arg::Int(number) => Arguments::add(&mut bound, number),
            Arg::NullInt => Arguments::add(&mut bound, None::<i64>),
            Arg::Blob(bytes) => Arguments::add(&mut bound, bytes),
            Arg::Texts(texts) => Arguments::add(&mut bound, json(&texts)?),
            Arg::Ints(numbers) => Arguments::add(&mut bound, json(&numbers)?),
        }
        .map_err(StoreError::Internal)?;
    }
    Ok(bound)
}

fn json<T: serde::Serialize>(values: &[T]) -> Result<String> {
    serde_json::to_string(values).map_err(|error| StoreError::Internal(Box::new(error)))
}

/// What [`Dialect::freshness`] does, within its transaction.
async fn read_and_record(
    connection: &mut SqliteConnection,
    accounts: &[Known],
    nonces: &[NonceRow],
) -> Result<Vec<SqliteRow>> {
    let mut rows = Vec::new();
    if !nonces.is_empty() {
        let hashes = nonces.iter().map(|row| Some(hex::encode(row.hash)));
        let times = nonces.iter().map(|row| row.expires_at);
        let args = vec![Arg::Texts(hashes.collect()), Arg::Ints(times.collect())];
        rows = SqliteDialect::fetch(connection, &ADD_NONCES, args).await?;
    }
    let [ids, revisions] = known_args(accounts);
    let args = vec![ids, revisions, Arg::Int(MOST_CHANGES)];
    rows.extend(SqliteDialect::fetch(connection, &READ_STATES, args).await?);
    Ok(rows)
}

impl Dialect for SqliteDialect {
    type Database = Sqlite;

    const EMBEDDED: bool = true;
    const BEGIN_READ: &'static str = "BEGIN DEFERRED";
    const BEGIN_WRITE: &'static str = "BEGIN IMMEDIATE";
    const BEGIN_WHOLE: &'static str = "BEGIN IMMEDIATE";
    /// The only writer has the lock.
    const HOLD: &'static [&'static Statement] = &[];
    const COUNT_SERVERS: Option<&'static Statement> = None;
    /// SQLite sees to it itself.
    const RENUMBER: &'static [&'static Statement] = &[];
    const STATEMENTS: &'static [&'static Statement] = ALL;

    fn text_of(statement: &Statement) -> &'static str {
        statement.sqlite
    }

    async fn execute(
        connection: &mut SqliteConnection,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<u64> {
        connection
            .execute(sqlx::query_with(statement.sqlite, arguments(args)?))
            .await
            .map(|done| done.rows_affected())
            .map_err(Self::error)
    }

    async fn fetch(
        connection: &mut SqliteConnection,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<SqliteRow>> {
        connection
            .fetch_all(sqlx::query_with(statement.sqlite, arguments(args)?))
            .await
            .map_err(Self::error)
    }

    async fn prepare(connection: &mut SqliteConnection, statement: &Statement) -> Result<()> {
        connection
            .prepare(statement.sqlite.into_sql_str())
            .await
            .map(drop)
            .map_err(Self::error)
    }

    /// Some failures (a full disk) make SQLite roll back on its own. The driver, which does not
    /// notice, would fail at its own roll-back and then take the connection to be in a transaction
    /// for good; so there is begun one for it to roll back. Where there is one already this fails,
    /// and nothing is lost.
    async fn after_failure(connection: &mut SqliteConnection) {
        let _ = connection.execute("BEGIN").await;
    }

    async fn freshness(
        pool: &Pool<Sqlite>,
        accounts: &[Known],
        nonces: &[NonceRow],
    ) -> Result<Vec<SqliteRow>> {
        let mut transaction = pool
            .begin_with(Self::BEGIN_WRITE)
            .await
            .map_err(Self::error)?;
        let answer = read_and_record(&mut transaction, accounts, nonces).await;
        if answer.is_err() {
            Self::after_failure(&mut transaction).await;
        } else {
            transaction.commit().await.map_err(Self::error)?;
        }
        answer
    }

    async fn identity(_pool: &Pool<Sqlite>) -> Result<Option<DatabaseIdentity>> {
        Ok(None)
    }

    fn rows(_columns: usize, rows: &[Record]) -> Vec<Vec<Arg>> {
        whole::one_by_one(rows)
    }

    /// What was written is read again: a copy that cannot be is none.
    async fn backup(connection: &mut SqliteConnection, path: &str) -> Result<()> {
        Self::execute(connection, &BACK_UP, vec![Arg::from(path)]).await?;
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut copy = SqliteConnection::connect_with(&options)
            .await
            .map_err(Self::error)?;
        let checked = copy.fetch_one("PRAGMA quick_check(1)").await;
        copy.close().await.map_err(Self::error)?;
        let verdict: String = checked
            .and_then(|row| row.try_get(0))
            .map_err(Self::error)?;
        if verdict == "ok" {
            Ok(())
        } else {
            Err(StoreError::Unavailable(Box::new(DamagedError)))
        }
    }

    fn text(row: &SqliteRow, column: &str) -> sqlx::Result<Option<String>> {
        row.try_get(column)
    }

    fn int(row: &SqliteRow, column: &str) -> sqlx::Result<Option<i64>> {
        row.try_get(column)
    }

    fn blob(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Vec<u8>>> {
        row.try_get(column)
    }

    fn error(error: sqlx::Error) -> StoreError {
        let Some(code) = error.as_database_error().and_then(DatabaseError::code) else {
            return driver_error(error);
        };
        // The low byte is the kind, the rest details (https://www.sqlite.org/rescode.html).
        match code.parse::<i32>().map_or(0, |code| code & 0xff) {
            // BUSY, LOCKED
            5 | 6 => StoreError::Conflict,
            // PERM, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB
            3 | 7 | 8 | 10 | 11 | 13 | 14 | 26 => StoreError::Unavailable(Box::new(error)),
            _ => StoreError::Internal(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests;
