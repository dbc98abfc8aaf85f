//! PostgreSQL: the dialect, and how a server is connected to.
//!
//! Readers, writers and freshness have pools of their own: whoever waits for an account's lock
//! holds up neither decisions nor reads.

mod connections;
mod identity;
mod standby;

use std::str::FromStr;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::migrate::{Migrate as _, MigrateError};
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgConnection, PgPoolOptions, PgRow, PgSslMode, Postgres,
};
use sqlx::{Arguments, Connection as _, Executor, Pool, Row as _, SqlSafeStr};

use self::connections::{GRACE, answers, assert_durable, is_alive};
use super::dialect::{
    Arg, Dialect, MOST_CHANGES, NulError, Statement, driver_error, known_args, statements,
};
use super::schema::{self, Admit, STEPS, SchemaError};
use super::sql::{SqlStore, whole};
use super::whole::Record;
use super::{DatabaseIdentity, Known, NonceRow, Result, StoreError};

/// What the connections of a server are called.
const SERVER: &str = "rampart";

/// A store on PostgreSQL.
pub type PostgresStore = SqlStore<PostgresDialect>;

/// How a PostgreSQL server is used.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// How many connections read; 1 and up.
    pub readers: u32,
    /// How many connections write; 1 and up.
    pub writers: u32,
    /// How long a statement may take.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock.
    pub lock_timeout: Duration,
    /// How long a call waits for a connection, and a writer for its turn in its account.
    pub wait: Duration,
    /// How long a start waits for another server that brings the schema up to date.
    pub schema_wait: Duration,
    /// Which databases are opened. Whoever opens any does not count as a server.
    pub admit: Admit,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            readers: 8,
            writers: 8,
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            wait: Duration::from_secs(10),
            schema_wait: Duration::from_mins(1),
            admit: Admit::InService,
        }
    }
}

/// A server's database is backed up with the server's own tools.
#[derive(Debug, thiserror::Error)]
#[error("a PostgreSQL database is backed up with PostgreSQL's own tools")]
struct NotHereError;

/// What PostgreSQL does differently.
#[derive(Debug)]
pub struct PostgresDialect;

statements! {
    /// One statement is one round trip and one state: taken after the requests that ask arrived.
    ///
    /// The changes of an account are looked up for each account, the newest first and so many: joined
    /// as whole tables, they are all read as soon as some tens of thousands are kept, in every batch.
    FRESHNESS = "
        WITH added AS (
            INSERT INTO nonces (
                hash,
                expires_at
            )
            SELECT
                given.hash,
                given.expires_at
            FROM (
                SELECT
                    decode(n.hash, 'hex') AS hash,
                    n.expires_at
                FROM unnest($2::text[], $3::bigint[]) AS n (hash, expires_at)
            ) given
            ORDER BY given.hash
            ON CONFLICT (hash) DO NOTHING
            RETURNING hash
        ),
        known AS (
            SELECT
                k.id,
                k.revision
            FROM unnest($1::text[], $4::bigint[]) AS k (id, revision)
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
        CROSS JOIN LATERAL (
            SELECT
                l.account_id,
                l.revision,
                l.tag,
                l.previous_tag,
                l.entities
            FROM changes l
            WHERE l.account_id = a.id
                AND l.revision > greatest(known.revision, a.revision - $5)
                AND l.revision <= a.revision
            ORDER BY l.revision DESC
            LIMIT $5
        ) c
        UNION ALL
        SELECT
            'nonce',
            NULL,
            NULL,
            hash,
            NULL,
            NULL
        FROM added";
    /// The name is [`SERVER`].
    COUNT_SERVERS = "
        SELECT count(*) AS counted
        FROM pg_stat_activity
        WHERE datname = current_database()
            AND application_name = 'rampart'";
    NO_LIMIT = "
        SET LOCAL statement_timeout = 0";
    NO_IDLE_LIMIT = "
        SET LOCAL idle_in_transaction_session_timeout = 0";
    SHORT_WAIT = "
        SET LOCAL lock_timeout = '10s'";
    /// Every decision reads `accounts` and records its nonce, and every change begins with a lock in
    /// `accounts`; refusals are counted beside.
    LOCK_WHOLE = "
        LOCK TABLE accounts, nonces, refusals IN ACCESS EXCLUSIVE MODE";
    RENUMBER_AUDIT = "
        SELECT setval(pg_get_serial_sequence('audit', 'id'), coalesce(max(id), 0) + 1, FALSE)
        FROM audit";
}

impl SqlStore<PostgresDialect> {
    /// Connects to the server at `url` (`postgres://user:password@host/database`) and brings the
    /// schema up to date.
    ///
    /// A server on another machine is spoken to under TLS with its name checked, unless the URL
    /// says otherwise with `sslmode`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the URL is wrong or the server does not answer.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self> {
        let connect = connect_options(url, &options)?;
        let pool = |most: u32, connect: PgConnectOptions| {
            PgPoolOptions::new()
                .max_connections(most.max(1))
                .acquire_timeout(options.wait)
                .after_connect(|connection, _| Box::pin(assert_durable(connection)))
                .test_before_acquire(false)
                .before_acquire(|connection, used| Box::pin(is_alive(connection, used)))
                .after_release(|connection, _| Box::pin(answers(connection)))
                .connect_lazy_with(connect)
        };
        migrate(&connect, &options).await?;
        // Two: a batch that starts need not wait for the one before.
        let urgent = pool(2, connect.clone());
        let mut connection = urgent.acquire().await.map_err(PostgresDialect::error)?;
        standby::warn_without_standby(&mut connection).await?;
        drop(connection);
        let readers = pool(options.readers, connect.clone());
        let writers = pool(options.writers, connect);
        // The server's own limit comes first where it is well.
        let patience = options.wait.max(options.statement_timeout) + GRACE;
        Ok(Self::new(readers, writers, urgent, options.wait, patience))
    }
}

fn connect_options(url: &str, options: &PostgresOptions) -> Result<PgConnectOptions> {
    let mut connect = PgConnectOptions::from_str(url).map_err(driver_error)?;
    let is_local = connect.get_socket().is_some()
        || matches!(
            connect.get_host(),
            "localhost" | "127.0.0.1" | "::1" | "[::1]"
        )
        || connect.get_host().starts_with('/');
    if !is_local && !url.contains("sslmode=") && !url.contains("ssl-mode=") {
        connect = connect.ssl_mode(PgSslMode::VerifyFull);
    }
    let name = match options.admit {
        Admit::InService => SERVER,
        Admit::Any => "rampart (moving the database)",
    };
    Ok(connect.application_name(name).options([
        ("statement_timeout", millis(options.statement_timeout)),
        ("lock_timeout", millis(options.lock_timeout)),
        // A replica that was cut off in mid-transaction does not keep an account's lock.
        ("idle_in_transaction_session_timeout", millis(options.wait)),
    ]))
}

fn millis(time: Duration) -> String {
    time.as_millis().to_string()
}

/// Brings the schema up to date, on a connection of its own. An advisory lock, the one that earlier
/// releases take, makes replicas that start together wait for each other, though not for ever.
async fn migrate(connect: &PgConnectOptions, options: &PostgresOptions) -> Result<()> {
    let connect = connect.clone().options([
        ("statement_timeout", "0".to_owned()),
        ("idle_in_transaction_session_timeout", "0".to_owned()),
        ("lock_timeout", millis(options.schema_wait)),
    ]);
    let connecting = PgConnection::connect_with(&connect);
    let mut connection = tokio::time::timeout(options.wait, connecting)
        .await
        .map_err(|_| driver_error(sqlx::Error::PoolTimedOut))?
        .map_err(PostgresDialect::error)?;
    let busy = SchemaError::Busy {
        seconds: options.schema_wait.as_secs(),
    };
    match connection.lock().await {
        Ok(()) => {}
        Err(MigrateError::Execute(error)) if is_lock_timeout(&error) => return Err(busy.into()),
        Err(MigrateError::Execute(error)) => return Err(PostgresDialect::error(error)),
        Err(error) => return Err(StoreError::Unavailable(Box::new(error))),
    }
    let outcome = change_schema(&mut connection, options).await;
    // Closing gives the lock back, whatever became of the connection.
    let _ = connection.close().await;
    outcome
}

/// A step that changes a table waits for those who use it, and everybody who comes later waits
/// behind it. So it waits a short while only, lets them pass, and tries again, as long as a start
/// waits for others.
async fn change_schema(connection: &mut PgConnection, options: &PostgresOptions) -> Result<()> {
    let give_up = tokio::time::Instant::now() + options.schema_wait;
    loop {
        let mut transaction = connection.begin().await.map_err(PostgresDialect::error)?;
        transaction
            .execute("SET LOCAL lock_timeout = '2s'")
            .await
            .map_err(PostgresDialect::error)?;
        let changed = schema::bring_up_to_date::<PostgresDialect>(
            &mut transaction,
            STEPS,
            |step| step.postgres,
            options.admit,
        );
        match changed.await {
            Ok(()) => return transaction.commit().await.map_err(PostgresDialect::error),
            Err(StoreError::Unavailable(error))
                if error.downcast_ref().is_some_and(is_lock_timeout)
                    && tokio::time::Instant::now() < give_up =>
            {
                transaction
                    .rollback()
                    .await
                    .map_err(PostgresDialect::error)?;
                tracing::warn!("a table is in use: the schema is tried again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// `lock_not_available`.
fn is_lock_timeout(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "55P03")
}

fn arguments(args: Vec<Arg>) -> Result<PgArguments> {
    let mut bound = PgArguments::default();
    for arg in args {
        if arg.holds_nul() {
            return Err(StoreError::Internal(Box::new(NulError)));
        }
        match arg {
            Arg::Text(text) => bound.add(text),
            Arg::NullText => bound.add(None::<String>),
            Arg::Int(number) => bound.add(number),
            Arg::NullInt => bound.add(None::<i64>),
            Arg::Blob(bytes) => bound.add(bytes),
            Arg::Texts(texts) => bound.add(texts),
            Arg::Ints(numbers) => bound.add(numbers),
        }
        .map_err(StoreError::Internal)?;
    }
    Ok(bound)
}

impl Dialect for PostgresDialect {
    type Database = Postgres;

    const EMBEDDED: bool = false;
    const BEGIN_READ: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    const BEGIN_WRITE: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    const BEGIN_WHOLE: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";
    // INVARIANT: none of them reads, so that the state that is read is the one behind the lock.
    const HOLD: &'static [&'static Statement] =
        &[&NO_LIMIT, &NO_IDLE_LIMIT, &SHORT_WAIT, &LOCK_WHOLE];
    const COUNT_SERVERS: Option<&'static Statement> = Some(&COUNT_SERVERS);
    const RENUMBER: &'static [&'static Statement] = &[&RENUMBER_AUDIT];
    const STATEMENTS: &'static [&'static Statement] = ALL;

    fn text_of(statement: &Statement) -> &'static str {
        statement.postgres
    }

    async fn execute(
        connection: &mut PgConnection,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<u64> {
        connection
            .execute(sqlx::query_with(statement.postgres, arguments(args)?))
            .await
            .map(|done| done.rows_affected())
            .map_err(Self::error)
    }

    async fn fetch(
        connection: &mut PgConnection,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<PgRow>> {
        connection
            .fetch_all(sqlx::query_with(statement.postgres, arguments(args)?))
            .await
            .map_err(Self::error)
    }

    async fn prepare(connection: &mut PgConnection, statement: &Statement) -> Result<()> {
        connection
            .prepare(statement.postgres.into_sql_str())
            .await
            .map(drop)
            .map_err(Self::error)
    }

    /// PostgreSQL keeps a failed transaction until it is rolled back, which comes next.
    async fn after_failure(_connection: &mut PgConnection) {}

    async fn freshness(
        pool: &Pool<Postgres>,
        accounts: &[Known],
        nonces: &[NonceRow],
    ) -> Result<Vec<PgRow>> {
        let hashes = nonces.iter().map(|row| Some(hex::encode(row.hash)));
        let times = nonces.iter().map(|row| row.expires_at);
        let [ids, revisions] = known_args(accounts);
        let args = vec![
            ids,
            Arg::Texts(hashes.collect()),
            Arg::Ints(times.collect()),
            revisions,
            Arg::Int(MOST_CHANGES),
        ];
        let mut connection = pool.acquire().await.map_err(Self::error)?;
        Self::fetch(&mut connection, &FRESHNESS, args).await
    }

    async fn identity(pool: &Pool<Postgres>) -> Result<Option<DatabaseIdentity>> {
        let mut connection = pool.acquire().await.map_err(Self::error)?;
        identity::identity(&mut connection).await.map(Some)
    }

    fn rows(columns: usize, rows: &[Record]) -> Vec<Vec<Arg>> {
        whole::all_at_once(columns, rows)
    }

    async fn backup(_connection: &mut PgConnection, _path: &str) -> Result<()> {
        Err(StoreError::Internal(Box::new(NotHereError)))
    }

    fn text(row: &PgRow, column: &str) -> sqlx::Result<Option<String>> {
        row.try_get(column)
    }

    fn int(row: &PgRow, column: &str) -> sqlx::Result<Option<i64>> {
        row.try_get(column)
    }

    fn blob(row: &PgRow, column: &str) -> sqlx::Result<Option<Vec<u8>>> {
        row.try_get(column)
    }

    fn error(error: sqlx::Error) -> StoreError {
        let Some(code) = error.as_database_error().and_then(DatabaseError::code) else {
            return driver_error(error);
        };
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match &*code {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => StoreError::Conflict,
            // unique_violation: what is inserted gives way, so this is another transaction's name
            // that was not there yet when it was looked for.
            "23505" => StoreError::AlreadyExists,
            // read_only_sql_transaction (a standby), idle_in_transaction_session_timeout,
            // lock_not_available, query_canceled (a statement's time is up)
            "25006" | "25P03" | "55P03" | "57014" => StoreError::Unavailable(Box::new(error)),
            // Connections, authorization, an unknown database, resources, the operator, the system.
            code if ["08", "28", "3D", "53", "57", "58"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                StoreError::Unavailable(Box::new(error))
            }
            _ => StoreError::Internal(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_a_server_elsewhere_is_known_by_its_name() {
        let mode = |url| {
            let options = connect_options(url, &PostgresOptions::default()).unwrap();
            format!("{:?}", options.get_ssl_mode())
        };
        for url in [
            "postgres://a@db.example.com/rampart",
            "postgres://a@10.0.0.1/rampart?application_name=x",
        ] {
            assert_eq!(mode(url), "VerifyFull", "{url}");
        }
        for url in [
            "postgres://a@localhost/rampart",
            "postgres://a@127.0.0.1:5433/rampart",
            "postgres://a@[::1]/rampart",
            "postgres://a@localhost/rampart?host=/run/postgresql",
        ] {
            assert_eq!(mode(url), "Prefer", "{url}");
        }
        let told = "postgres://a@db/rampart?sslmode=disable";
        assert_eq!(mode(told), "Disable");
    }
}
