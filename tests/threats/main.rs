//! The attacks, each with the test that fails when its rule is taken out. A test is named after its
//! row: `t03_…`; `tests/threats.md` lists them all.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper may fail as the test itself may"
)]

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/calls.rs"]
mod calls;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[path = "../support/tamper.rs"]
mod tamper;

mod counting;

mod t01_groups;
mod t01_stale_caches;
mod t02_hidden_names;
mod t03_hostile_nonces;
mod t04_shares;
mod t05_parked_calls;
mod t06_subjects;
mod t07_late_tokens;
mod t08_reused_names;
mod t09_copies;
mod t10_two_places;
mod t11_services;
mod t12_writers;
mod t13_forgeries;
mod t14_replay;
mod t14_rotation;
mod t16_renaming;
mod t17_key_networks;
mod t17_origin;
mod t19_outbound;
mod t20_probing;
mod t21_trail;
mod t23_swapped_secrets;
mod t24_corrupt_documents;

mod rows;

use std::sync::Arc;

use crate::app::TestApp;

/// Makes two tests of one function, on databases that can be changed behind the server's back.
#[macro_export]
macro_rules! on_disk {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name($crate::app::On::File).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name($crate::app::On::Postgres).await;
            }
        }
    )+};
}

/// Ends a server that tasks have shared.
async fn end(app: Arc<TestApp>) {
    let app = Arc::try_unwrap(app).unwrap_or_else(|_| panic!("a task still has it"));
    app.end().await;
}
