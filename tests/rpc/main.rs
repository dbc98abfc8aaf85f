//! Operations through the whole pipeline, on both databases.
//!
//! One file for each operation, `<product>/<operation>.rs`, as the registry lists them; `coverage`
//! holds the two to each other.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;

mod attachments;
mod expect;

mod conditions;
mod coverage;
mod decision_cases;
mod ims;
mod main_job;
mod operations_page;
mod ram;
mod rampart;
mod resource_tags;
mod resourcemanager;
mod sts;
