//! Which database a setting means.

use std::path::Path;
use std::sync::Arc;

use super::{
    Admit, PostgresOptions, PostgresStore, Result, SqliteOptions, SqliteStore, Store, StoreError,
};

/// A setting names no database.
#[derive(Debug, thiserror::Error)]
#[error("a database is `sqlite://<path>`, `sqlite::memory:` or `postgres://<server>/<database>`")]
struct DatabaseUrlError;

/// Opens the database that `url` names and brings its schema up to date: `sqlite://<path>` (also
/// `sqlite:<path>`), `sqlite::memory:`, `postgres://…` or `postgresql://…`.
///
/// # Errors
/// [`StoreError::Unavailable`] where it names none, or that cannot be opened, or is out of service.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    open_with(url, PostgresOptions::default()).await
}

/// Opens a database for whoever moves one: also one that is retired, or that a move was begun into.
///
/// # Errors
/// As [`open`].
pub async fn open_any(url: &str) -> Result<Arc<dyn Store>> {
    let postgres = PostgresOptions {
        admit: Admit::Any,
        ..PostgresOptions::default()
    };
    open_with(url, postgres).await
}

/// Opens a database with these options: those of a PostgreSQL server's, of which a file takes whom it
/// admits.
///
/// # Errors
/// As [`open`].
pub async fn open_with(url: &str, postgres: PostgresOptions) -> Result<Arc<dyn Store>> {
    if url == "sqlite::memory:" {
        return Ok(Arc::new(SqliteStore::in_memory().await?));
    }
    match DatabaseUrl::parse(url) {
        Some(DatabaseUrl::Postgres(url)) => {
            Ok(Arc::new(PostgresStore::connect(url, postgres).await?))
        }
        Some(DatabaseUrl::Sqlite(path)) => {
            let options = SqliteOptions {
                admit: postgres.admit,
                ..SqliteOptions::default()
            };
            Ok(Arc::new(SqliteStore::open(path, options).await?))
        }
        None => Err(StoreError::Unavailable(Box::new(DatabaseUrlError))),
    }
}

/// What a URL names that outlives the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseUrl<'a> {
    /// A file.
    Sqlite(&'a Path),
    /// A server's database; the whole URL.
    Postgres(&'a str),
}

impl<'a> DatabaseUrl<'a> {
    /// Takes it apart; `None` where it names neither.
    pub fn parse(url: &'a str) -> Option<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Some(Self::Postgres(url));
        }
        url.strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .filter(|path| !path.is_empty() && !path.starts_with(':'))
            .map(|path| Self::Sqlite(Path::new(path)))
    }
}
