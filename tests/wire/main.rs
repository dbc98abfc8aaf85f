//! The wire: captured requests of real clients against a running server, bad input of every kind,
//! and registries that the product does not have yet.
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
#[path = "../support/socket.rs"]
mod socket;

mod bodies;
mod captures;
mod envelope;
mod operations;
mod parameters;
mod registry;
mod requests;
mod signatures;
mod tokens;
