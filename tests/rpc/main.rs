//! Operations through the whole pipeline, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper may fail as the test itself may"
)]

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;

mod main_job;
