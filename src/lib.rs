//! Rampart: a self-hosted server that speaks the wire protocol of Alibaba Cloud's RAM and STS.
//!
//! The modules stand here in level order: each may use those above it, none below it
//! (`tests/architecture.rs` holds that). The first two are pure: they build without the feature
//! `server`, and a resource server can depend on them alone.

// Identifiers, ARNs, policy documents and their evaluation. No clock, no I/O, no async.
pub mod policy;

// Percent-encoding, the request signatures, the time window and sealed session tokens.
pub mod credential;

// Plain records: what the store holds, what operations speak of.
#[cfg(feature = "server")]
pub mod model;

// What comes in from outside as an argument: the clock and randomness.
#[cfg(feature = "server")]
pub mod ports;

// The only place that knows SQL.
#[cfg(feature = "server")]
pub mod store;

// Rules that several operations share: who calls, what they may, freshness, replay, sessions, audit.
#[cfg(feature = "server")]
pub mod iam;

// The operations, one small type each, and the one registry of them.
#[cfg(feature = "server")]
pub mod ops;

// The pipeline every call runs through, the envelope and the error catalogue.
#[cfg(feature = "server")]
pub mod wire;

// The operator's side: the seed, accounts, the control socket.
#[cfg(feature = "server")]
pub mod operator;

// Composition: the listener, the background work, the graceful stop.
#[cfg(feature = "server")]
pub mod app;

// The first start: data directory, master key, first account and its root key.
#[cfg(feature = "server")]
pub mod bootstrap;

// Settings from flags, environment and file.
#[cfg(feature = "server")]
pub mod config;

// Logs and metrics.
#[cfg(feature = "server")]
pub mod telemetry;

// The command line.
#[cfg(feature = "server")]
pub mod cli;
