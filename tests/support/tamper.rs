//! Changes made to a database behind the server's back.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::app::TestApp;

/// Runs a statement on the database of a server on a file or on PostgreSQL; answers how many rows
/// it changed. `x'…'` is written as it is in SQLite.
pub(crate) async fn sql(app: &TestApp, statement: &str) -> u64 {
    if app.url.starts_with("postgres") {
        let mut connection = PgConnection::connect(&app.url).await.unwrap();
        let done = connection
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    } else {
        let mut connection = SqliteConnection::connect(&app.url).await.unwrap();
        let done = connection
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    }
}

/// The number that a query answers.
pub(crate) async fn number(app: &TestApp, query: &str) -> i64 {
    if app.url.starts_with("postgres") {
        let mut connection = PgConnection::connect(&app.url).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let mut connection = SqliteConnection::connect(&app.url).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

/// A connection that holds the row lock of an account on PostgreSQL until it is dropped.
pub(crate) async fn hold_account(app: &TestApp, account: &str) -> PgConnection {
    let mut connection = PgConnection::connect(&app.url).await.unwrap();
    let lock = format!("BEGIN; SELECT id FROM accounts WHERE id = '{account}' FOR UPDATE");
    connection.execute(AssertSqlSafe(lock)).await.unwrap();
    connection
}
