//! What is asked of a connection when it is made, taken from its pool and given back.

use std::time::Duration;

use sqlx::pool::PoolConnectionMetadata;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// How long a server may take to say that a statement took too long, and a connection that comes back
/// to say that it is at rest.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// How long a connection is taken to be alive after it served.
const RESTED: Duration = Duration::from_secs(1);

/// Sees to it that a commit is on disk when it is acknowledged, whatever the server's default.
/// Waiting for fewer standbys than there are is the operator's choice and is left alone.
pub(super) async fn assert_durable(connection: &mut PgConnection) -> sqlx::Result<()> {
    connection
        .execute(
            "SELECT set_config('synchronous_commit', 'on', FALSE)
             WHERE current_setting('synchronous_commit') = 'off'",
        )
        .await
        .map(drop)
}

/// Asks a connection that has rested whether it is alive; one that served a moment ago is believed,
/// for asking each time would cost a round trip as long as the statement's own.
pub(super) async fn is_alive(
    connection: &mut PgConnection,
    used: PoolConnectionMetadata,
) -> sqlx::Result<bool> {
    if used.idle_for >= RESTED {
        connection.ping().await?;
    }
    Ok(true)
}

/// Whether a connection that comes back is at rest. One that was left while it waited for a server
/// that does not answer is not, and would keep its place for as long as the network lets it.
pub(super) async fn answers(connection: &mut PgConnection) -> sqlx::Result<bool> {
    tokio::time::timeout(GRACE, connection.ping())
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)?
        .map(|()| true)
}
