//! An upgrade of servers that share a PostgreSQL database: a build of the release before, made from
//! the history, works on the schema of this one, beside it.
//!
//! Not part of `cargo test`, since the build takes minutes the first time (its dependencies are those
//! that this one has built; it is kept under `target/previous`): `tests/run.sh previous`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod build;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[path = "../start/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
mod side_by_side;
