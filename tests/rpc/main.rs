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

/// Tests that several operations share, for one of them: those of a room, which take what is tried.
macro_rules! tests {
    ($subject:expr, $room:tt: $on:ident: $($name:ident),+ $(,)?) => {
        $($crate::tests!(@one $subject, $room, $name);)+
        $crate::$on!($($name),+);
    };
    (@one $subject:expr, [$($room:ident)::+], $name:ident) => {
        async fn $name(on: $crate::app::On) {
            $crate::$($room::)+$name(on, $subject).await;
        }
    };
}
pub(crate) use tests;

mod attachments;
mod expect;
mod linked_roles;
mod policy_versions;
mod provider_lists;

mod conditions;
mod coverage;
mod decision_cases;
mod full_lists;
mod ims;
mod main_job;
mod operations_page;
mod ram;
mod rampart;
mod resource_tags;
mod resourcemanager;
mod sts;
