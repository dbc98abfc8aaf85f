//! The whole database at once, for what moves it: a copy into another one, a new incarnation.
//!
//! [`tables`] says what there is to move; [`Whole`] is one transaction over all of it, which nobody
//! else writes beside. Nothing here knows what a row means.

pub mod tables;

use async_trait::async_trait;

use super::Result;
use crate::model::audit::AuditRecord;
use tables::Table;

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Servers may serve from it.
    InService,
    /// It was moved to another one.
    Retired {
        /// That one's incarnation and where it is.
        successor: String,
    },
    /// A move into it has not ended.
    Incoming {
        /// The incarnation that it will have, once everything is there; else empty.
        incarnation: String,
    },
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Absent.
    Null,
    /// TEXT.
    Text(String),
    /// BIGINT.
    Int(i64),
    /// BLOB or BYTEA.
    Blob(Vec<u8>),
}

/// A row: the values of its table's columns, in their order.
pub type Record = Vec<Value>;

/// The system account's setting that says which database this is.
pub const INCARNATION: &str = "incarnation";
/// The system account's setting: the incarnation, and what the server said of itself with it.
pub const DATABASE_IDENTITY: &str = "database_identity";
/// The system account's setting of a copy: requests dated up to this moment (unix seconds) are
/// refused, since the database that it was made from may have taken them.
pub const REPLAY_FLOOR: &str = "replay_floor";
/// The system account's setting that keeps servers off: the database was moved to another one. Its
/// value is that one's incarnation and where it is.
pub const RETIRED: &str = "retired";
/// The system account's setting that keeps servers off: a move into this database was begun. Its
/// value is the incarnation of the database that is moved.
pub const INCOMING: &str = "incoming";

/// The system account's setting that holds the key of nonces' hashes: sealed, in hexadecimal.
pub const NONCE_KEY: &str = "nonce_key";

/// The settings that tell of one database and not of what it holds: a copy has its own, or none.
pub const OWN_SETTINGS: &[&str] = &[
    INCARNATION,
    DATABASE_IDENTITY,
    REPLAY_FLOOR,
    RETIRED,
    INCOMING,
    NONCE_KEY,
];

/// One transaction over the whole database. Dropping it rolls back.
#[async_trait]
pub trait Whole: Send {
    /// A setting of the system account.
    async fn get_setting(&mut self, name: &str) -> Result<Option<String>>;
    /// Sets a setting of the system account.
    async fn put_setting(&mut self, name: &str, value: &str) -> Result<()>;
    /// Removes a setting of the system account, if it is there.
    async fn remove_setting(&mut self, name: &str) -> Result<()>;

    /// How many rows a table has.
    async fn count(&mut self, table: &'static Table) -> Result<u64>;
    /// Rows by key, at most `limit` of those after `after`.
    async fn read(
        &mut self,
        table: &'static Table,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>>;
    /// Adds rows.
    async fn write(&mut self, table: &'static Table, rows: &[Record]) -> Result<()>;
    /// Puts another value into the sealed column of the row of that key.
    async fn replace_sealed(
        &mut self,
        table: &'static Table,
        key: &Value,
        sealed: &[u8],
    ) -> Result<()>;
    /// Removes every row of a table.
    async fn clear(&mut self, table: &'static Table) -> Result<()>;
    /// To be called when all rows are written: numbers that the database gives go on from them.
    async fn renumber(&mut self) -> Result<()>;

    /// How many steps of the schema were applied that this build does not know.
    async fn unknown_steps(&mut self) -> Result<u64>;

    /// When the last of the recorded nonces may be forgotten (unix seconds).
    async fn latest_nonce(&mut self) -> Result<Option<i64>>;
    /// Writes a row of the audit trail.
    async fn append_audit(&mut self, record: &AuditRecord) -> Result<()>;
    /// Takes the database out of service for good: servers that still run cannot decide any more,
    /// and none starts on it.
    async fn retire(&mut self, successor: &str) -> Result<()>;

    /// Makes everything lasting.
    async fn commit(self: Box<Self>) -> Result<()>;
}
