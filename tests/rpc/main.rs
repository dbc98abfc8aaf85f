//! Operations through the whole pipeline, on both databases.

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;

mod main_job;
