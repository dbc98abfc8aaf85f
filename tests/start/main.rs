//! Starting, serving and stopping: the real binary, its listeners, its files and its signals.
//!
//! What the API answers is tested elsewhere; here any answer of it will do.

mod connections;
mod first_start;
mod incarnation;
mod listeners;
#[path = "../support/postgres.rs"]
mod postgres;
mod server;
mod shutdown;
