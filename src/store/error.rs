//! What can go wrong in the store, without a word of SQL.

/// Why the store did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is nothing by that name or id.
    #[error("not found")]
    NotFound,
    /// The name or id is taken.
    #[error("already exists")]
    AlreadyExists,
    /// The transaction lost against another and can be tried again.
    #[error("lost against a concurrent transaction")]
    Conflict,
    /// The database cannot be reached, is full, or took too long.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value is not what it must be.
    #[error("corrupt value in `{table}`.`{column}`")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// Our own statement or schema is at fault.
    #[error("the store is at fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}
