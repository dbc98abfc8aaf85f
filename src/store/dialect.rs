//! What the two databases really do differently. Everything else in the store is written once.
//!
//! A [`Statement`] is one named text; where it binds arrays it has two. [`Arg`] is a value to
//! bind, [`Fields`] reads a row. A [`Dialect`] runs statements on its own kind of connection, so
//! that the rest of the store is generic over it without a word of sqlx's own bounds.

use std::future::Future;
use std::str::FromStr;

use sqlx::{Database, Pool};

use super::whole::Record;
use super::{DatabaseIdentity, Known, NonceRow, Result, StoreError};
use crate::model::account::RevisionTag;

/// A named statement. Only [`statements!`] makes one, so that each is in its file's list, and the
/// list of tables that are moved (`sql::whole`).
#[derive(Debug)]
pub struct Statement {
    /// Its name, for whoever prepares it and is told that it is wrong.
    pub(super) name: &'static str,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

/// Declares the statements of one file and the list of them, `ALL`.
///
/// `NAME = text;` is the same on both databases. In `NAME = a, {relation}, b;` the relation is
/// written by [`relation!`] for each; there may be several. A file whose `ALL` nobody collects has dead code, and a
/// statement outside `ALL` cannot be made.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $before:literal $(, {$($relation:tt)+}, $after:literal)*;)+) => {
        $(
            $(#[$doc])*
            const $name: $crate::store::dialect::Statement = $crate::store::dialect::Statement {
                name: concat!(module_path!(), "::", stringify!($name)),
                sqlite: concat!(
                    $before
                    $(, $crate::store::dialect::relation!(sqlite $($relation)+), $after)*
                ),
                postgres: concat!(
                    $before
                    $(, $crate::store::dialect::relation!(postgres $($relation)+), $after)*
                ),
            };
        )+

        /// Every statement of this file.
        pub(super) const ALL: &[&$crate::store::dialect::Statement] = &[$(&$name),+];
    };
}

/// A bound array as a relation: two parallel arrays as columns `a` and `b`, or what else differs
/// at that place. On SQLite the second array is read by index: joining two takes time in the square
/// of their length (58 ms against 1.3 ms at 1000).
macro_rules! relation {
    // A part that statements of a file share: a macro of that file, which is a literal.
    ($dialect:ident same $part:ident) => {
        $part!()
    };
    (sqlite pairs $a:literal $b:literal) => {
        concat!(
            "(SELECT x.value AS a, ",
            $b,
            " ->> x.key AS b FROM json_each(",
            $a,
            ") x)"
        )
    };
    (postgres pairs $a:literal $b:literal) => {
        concat!(
            "(SELECT a, b FROM unnest(",
            $a,
            "::text[], ",
            $b,
            "::text[]) AS x (a, b))"
        )
    };
    (sqlite texts $a:literal) => {
        concat!("(SELECT value FROM json_each(", $a, "))")
    };
    (postgres texts $a:literal) => {
        concat!("(SELECT unnest(", $a, "::text[]))")
    };
    (sqlite refusals) => {
        "SELECT
            x.value,
            $2 ->> x.key,
            $3 ->> x.key,
            $4 ->> x.key,
            $5 ->> x.key,
            $6 ->> x.key
        FROM json_each($1) x
        WHERE TRUE"
    };
    (postgres refusals) => {
        "SELECT *
        FROM unnest(
            $1::text[],
            $2::bigint[],
            $3::text[],
            $4::text[],
            $5::text[],
            $6::bigint[]
        )"
    };
    (sqlite key uses) => {
        "SELECT
            x.value,
            $2 ->> x.key,
            $3 ->> x.key
        FROM json_each($1) x
        WHERE EXISTS (SELECT 1 FROM access_keys k WHERE k.id = x.value)
            OR EXISTS (SELECT 1 FROM service_keys k WHERE k.id = x.value)"
    };
    (postgres key uses) => {
        "SELECT
            x.id,
            x.account,
            x.at
        FROM unnest(
            $1::text[],
            $2::text[],
            $3::bigint[]
        ) WITH ORDINALITY AS x (id, account, at, place)
        WHERE EXISTS (SELECT 1 FROM access_keys k WHERE k.id = x.id)
            OR EXISTS (SELECT 1 FROM service_keys k WHERE k.id = x.id)
        ORDER BY x.place"
    };
    (sqlite unix now) => {
        "unixepoch()"
    };
    (postgres unix now) => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)"
    };
    (sqlite skip locked) => {
        ""
    };
    (postgres skip locked) => {
        "FOR UPDATE SKIP LOCKED"
    };
}

pub(crate) use {relation, statements};

/// How many changes back an account is followed; whoever is further behind drops it whole.
pub(super) const MOST_CHANGES: i64 = 256;

/// The accounts that a trip asks for, as arrays to bind: ids, and for each the revision after which
/// changes are wanted.
pub(super) fn known_args(accounts: &[Known]) -> [Arg; 2] {
    let ids = accounts.iter().map(|k| Some(k.account.to_string()));
    let revisions = accounts
        .iter()
        .map(|k| k.state.map_or(i64::MAX, |state| state.revision));
    [Arg::Texts(ids.collect()), Arg::Ints(revisions.collect())]
}

/// A value to bind.
#[derive(Debug, Clone)]
pub enum Arg {
    /// TEXT.
    Text(String),
    /// TEXT, absent.
    NullText,
    /// BIGINT.
    Int(i64),
    /// BIGINT, absent.
    NullInt,
    /// BLOB or BYTEA.
    Blob(Vec<u8>),
    /// An array of TEXT; SQLite gets it as JSON.
    Texts(Vec<Option<String>>),
    /// An array of BIGINT; SQLite gets it as JSON.
    Ints(Vec<i64>),
}

impl Arg {
    /// Whether the value holds U+0000, which PostgreSQL's TEXT cannot. It is refused before it is
    /// sent, on both databases, so that it does not cost the transaction on one of them.
    pub(super) fn holds_nul(&self) -> bool {
        match self {
            Self::Text(text) => text.contains('\0'),
            Self::Texts(texts) => texts.iter().flatten().any(|text| text.contains('\0')),
            Self::NullText | Self::Int(_) | Self::NullInt | Self::Blob(_) | Self::Ints(_) => false,
        }
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Arg {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NullText, Self::from)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<Option<i64>> for Arg {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NullInt, Self::Int)
    }
}

impl From<&[u8]> for Arg {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<RevisionTag> for Arg {
    fn from(tag: RevisionTag) -> Self {
        Self::Blob(tag.0.to_vec())
    }
}

/// The values to bind, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::store::dialect::Arg::from($value)),*]
    };
}

pub(crate) use args;

/// The connection of a dialect.
pub(super) type Connection<D> = <<D as Dialect>::Database as Database>::Connection;
/// The row of a dialect.
pub(super) type Row<D> = <<D as Dialect>::Database as Database>::Row;

/// A text that holds U+0000, which PostgreSQL cannot keep.
#[derive(Debug, thiserror::Error)]
#[error("a text holds U+0000")]
pub(super) struct NulError;

/// A database, as far as it differs from the other.
pub trait Dialect: Send + Sync + Sized + 'static {
    /// Its driver.
    type Database: Database;

    /// Whether the database is this process's own.
    const EMBEDDED: bool;
    /// How a transaction begins that reads one state.
    const BEGIN_READ: &'static str;
    /// How a transaction begins that writes.
    const BEGIN_WRITE: &'static str;

    /// How a transaction begins that holds the whole database and reads one state of it.
    const BEGIN_WHOLE: &'static str;
    /// What keeps everybody else out of it; it reads nothing.
    const HOLD: &'static [&'static Statement];
    /// How many servers use the database, where it is not this process's own.
    const COUNT_SERVERS: Option<&'static Statement>;
    /// What lets the numbers that the database gives go on from those that were written.
    const RENUMBER: &'static [&'static Statement];

    /// The statements that only this database has.
    const STATEMENTS: &'static [&'static Statement];

    /// The text of a statement.
    fn text_of(statement: &Statement) -> &'static str;

    /// Runs a statement; answers how many rows it changed.
    fn execute(
        connection: &mut Connection<Self>,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> impl Future<Output = Result<u64>> + Send;

    /// Runs a statement; answers its rows.
    fn fetch(
        connection: &mut Connection<Self>,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> impl Future<Output = Result<Vec<Row<Self>>>> + Send;

    /// Prepares a statement without running it.
    fn prepare(
        connection: &mut Connection<Self>,
        statement: &Statement,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Puts a connection in order after a statement failed in a transaction that is still to be
    /// rolled back.
    fn after_failure(connection: &mut Connection<Self>) -> impl Future<Output = ()> + Send;

    /// Reads the states of accounts and what changed since those that are known, and records nonces,
    /// which come sorted and each once. Answers rows of `kind` (`account`, `change`, `nonce`), `id`,
    /// `revision`, `tag` (of a nonce that was new its hash), `previous_tag`, `entities`.
    fn freshness(
        pool: &Pool<Self::Database>,
        accounts: &[Known],
        nonces: &[NonceRow],
    ) -> impl Future<Output = Result<Vec<Row<Self>>>> + Send;

    /// Which database this is; `None` where it is this process's own.
    fn identity(
        pool: &Pool<Self::Database>,
    ) -> impl Future<Output = Result<Option<DatabaseIdentity>>> + Send;

    /// What the statement that writes rows of so many columns binds, each time that it is run.
    fn rows(columns: usize, rows: &[Record]) -> Vec<Vec<Arg>>;

    /// Writes one state of the database into the empty file at `path`, while others go on.
    fn backup(
        connection: &mut Connection<Self>,
        path: &str,
    ) -> impl Future<Output = Result<()>> + Send;

    /// TEXT.
    fn text(row: &Row<Self>, column: &str) -> sqlx::Result<Option<String>>;
    /// BIGINT.
    fn int(row: &Row<Self>, column: &str) -> sqlx::Result<Option<i64>>;
    /// BLOB or BYTEA.
    fn blob(row: &Row<Self>, column: &str) -> sqlx::Result<Option<Vec<u8>>>;

    /// What an error of the driver means.
    fn error(error: sqlx::Error) -> StoreError;
}

/// Reads a row's columns. What is not as it must be is [`StoreError::Corrupt`].
pub(super) struct Fields<'r, D: Dialect> {
    row: &'r Row<D>,
    table: &'static str,
}

impl<'r, D: Dialect> Fields<'r, D> {
    /// Reads `row` as one of `table`.
    pub(super) fn of(row: &'r Row<D>, table: &'static str) -> Self {
        Self { row, table }
    }

    /// That a column is not what it must be.
    pub(super) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
        }
    }

    /// A missing column is our fault, any other failure the value's.
    fn read<T>(&self, column: &'static str, value: sqlx::Result<T>) -> Result<T> {
        value.map_err(|error| match error {
            sqlx::Error::ColumnNotFound(_) => StoreError::Internal(Box::new(error)),
            _ => self.corrupt(column),
        })
    }

    pub(super) fn optional_text(&self, column: &'static str) -> Result<Option<String>> {
        self.read(column, D::text(self.row, column))
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String> {
        self.optional_text(column)?
            .ok_or_else(|| self.corrupt(column))
    }

    pub(super) fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| self.corrupt(column))
    }

    pub(super) fn optional_int(&self, column: &'static str) -> Result<Option<i64>> {
        self.read(column, D::int(self.row, column))
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64> {
        self.optional_int(column)?
            .ok_or_else(|| self.corrupt(column))
    }

    /// A number that fits a narrower type.
    pub(super) fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T> {
        T::try_from(self.int(column)?).map_err(|_| self.corrupt(column))
    }

    pub(super) fn optional_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>> {
        self.read(column, D::blob(self.row, column))
    }

    pub(super) fn blob(&self, column: &'static str) -> Result<Vec<u8>> {
        self.optional_blob(column)?
            .ok_or_else(|| self.corrupt(column))
    }

    /// Exactly 16 bytes.
    pub(super) fn bytes16(&self, column: &'static str) -> Result<[u8; 16]> {
        self.blob(column)?
            .try_into()
            .map_err(|_| self.corrupt(column))
    }
}

/// What the errors that do not come from a database mean, the same for both.
pub(super) fn driver_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::Configuration(_) => StoreError::Unavailable(Box::new(error)),
        _ => StoreError::Internal(Box::new(error)),
    }
}
