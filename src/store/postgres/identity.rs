//! Which database this is, by the server's own word: what a clone or a restored dump cannot share.
//!
//! The system identifier is drawn when a server's data directory is made and goes with its physical
//! copies, so a standby that takes over has it too; the database's oid tells databases of one server
//! apart.

use sqlx::{Executor as _, PgConnection, Row as _};

use super::{Dialect as _, PostgresDialect};
use crate::store::{DatabaseIdentity, Result};

pub(super) async fn identity(connection: &mut PgConnection) -> Result<DatabaseIdentity> {
    let row = connection
        .fetch_one(
            "SELECT oid::text AS database
             FROM pg_database
             WHERE datname = current_database()",
        )
        .await
        .map_err(PostgresDialect::error)?;
    let system = connection
        .fetch_one("SELECT system_identifier::text AS system FROM pg_control_system()")
        .await;
    let system = match system {
        Ok(row) => Some(row.try_get("system").map_err(PostgresDialect::error)?),
        // Not every engine has it, and not every operator lets us ask.
        Err(sqlx::Error::Database(_)) => None,
        Err(error) => return Err(PostgresDialect::error(error)),
    };
    Ok(DatabaseIdentity {
        system,
        database: row.try_get("database").map_err(PostgresDialect::error)?,
    })
}
