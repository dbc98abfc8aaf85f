//! The operations of the registry against the vendor's catalogue (`tests/vectors/operations.json`).
//!
//! Everything here goes through the registry, so an operation that is added is tried as soon as it is
//! there; `world` has what a call needs to go well. Where the server differs from the catalogue,
//! `differences.txt` says so with the reason; that list may only become shorter.

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

mod answers;
mod catalogue;
mod constraints;
mod differences;
mod errors;
mod matrix;
mod parameters;
mod subjects;
mod tree;
mod values;
mod world;
