//! Starting, serving and stopping: the real binary, its listeners, its files and its signals.
//!
//! What the API answers is tested elsewhere; here any answer of it will do.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod call;
mod clones;
mod connections;
mod core_dumps;
mod first_start;
mod incarnation;
mod kept;
mod listeners;
mod operate;
#[path = "../support/postgres.rs"]
mod postgres;
mod replays;
mod server;
mod shutdown;
mod signed;
mod standby;
