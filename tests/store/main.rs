//! The store's exam: every case on a SQLite file, on SQLite in memory and on PostgreSQL.
//!
//! A case is an `async fn` of an [`backend::Exam`], named in a `cases!` list at the end of its
//! file; one that is in no list is dead code. A difference that is found between the databases
//! becomes a case here before it is mended.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

/// Makes a test of each case on each database.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        $(
            mod $case {
                use crate::backend::{Place, examine};

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite_file() {
                    examine(Place::file(), super::$case).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite_memory() {
                    examine(Place::Memory, super::$case).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    examine(Place::postgres().await, super::$case).await;
                }
            }
        )+
    };
}

mod accounts;
mod attachments;
mod audit;
mod backend;
mod changes;
mod concurrency;
mod corrupt;
mod freshness;
mod groups;
mod key_uses;
mod keys;
mod logins;
mod oidc_providers;
mod policies;
#[path = "../support/postgres.rs"]
mod postgres;
mod principals;
mod records;
mod saml_providers;
mod schema;
mod server;
mod services;
mod tags;
mod transactions;
