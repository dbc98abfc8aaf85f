//! Whether a failover loses nothing. Revocations and nonces are good only as far as they are on the
//! server that takes over, so an operator without a synchronous standby is told.

use sqlx::{Executor as _, PgConnection, Row as _};

use super::{Dialect as _, PostgresDialect, Result};

/// Says in the log where a failover may lose what was acknowledged.
pub(super) async fn warn_without_standby(connection: &mut PgConnection) -> Result<()> {
    let row = connection
        .fetch_one(
            "SELECT
                current_setting('synchronous_standby_names') AS standbys,
                current_setting('synchronous_commit') AS commits",
        )
        .await
        .map_err(PostgresDialect::error)?;
    let setting = |name| {
        row.try_get::<String, _>(name)
            .map_err(PostgresDialect::error)
    };
    if let Some(reason) = weakness(&setting("standbys")?, &setting("commits")?) {
        tracing::warn!(
            reason,
            "a failover of the database may lose what was acknowledged last: a revocation may be \
             undone, and a request may be accepted a second time"
        );
    }
    Ok(())
}

/// Why a commit that was acknowledged may be on one server alone.
fn weakness(standbys: &str, commits: &str) -> Option<&'static str> {
    if standbys.trim().is_empty() {
        return Some("no synchronous standby: `synchronous_standby_names` is empty");
    }
    (commits == "local").then_some("commits wait for no standby: `synchronous_commit` is `local`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t01_only_a_standby_that_is_waited_for_will_do() {
        assert!(weakness("", "on").is_some());
        assert!(weakness(" ", "remote_apply").is_some());
        assert!(weakness("ANY 1 (a, b)", "local").is_some());
        for commits in ["on", "remote_write", "remote_apply"] {
            assert_eq!(weakness("FIRST 1 (a)", commits), None, "{commits}");
        }
    }
}
