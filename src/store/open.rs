//! Which database a setting means.

use std::path::Path;
use std::sync::Arc;

use super::{
    PostgresOptions, PostgresStore, Result, SqliteOptions, SqliteStore, Store, StoreError,
};

/// A setting names no database.
#[derive(Debug, thiserror::Error)]
#[error("a database is `sqlite://<path>`, `sqlite::memory:` or `postgres://<server>/<database>`")]
struct DatabaseUrlError;

/// Opens the database that `url` names and brings its schema up to date: `sqlite://<path>` (also
/// `sqlite:<path>`), `sqlite::memory:`, `postgres://…` or `postgresql://…`.
///
/// # Errors
/// [`StoreError::Unavailable`] where it names none, or that cannot be opened.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    if url == "sqlite::memory:" {
        return Ok(Arc::new(SqliteStore::in_memory().await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = PostgresOptions::default();
        return Ok(Arc::new(PostgresStore::connect(url, options).await?));
    }
    let path = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))
        .filter(|path| !path.is_empty() && !path.starts_with(':'))
        .ok_or_else(|| StoreError::Unavailable(Box::new(DatabaseUrlError)))?;
    let options = SqliteOptions::default();
    Ok(Arc::new(SqliteStore::open(Path::new(path), options).await?))
}
