//! What must never be seen, looked for in the log of a whole process.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper may fail as the test itself may"
)]

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/calls.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod calls;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[path = "../support/tamper.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod tamper;

mod log;

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
