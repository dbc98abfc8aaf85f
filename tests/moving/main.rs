//! Moving a database: to another one and back, and from a backup. The real binary, on files and on
//! PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod backup;
mod broken_off;
mod house;
mod migrate;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod refusals;
#[path = "../start/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
