//! Rampart's policy engine beside three others that also decide in process.
//!
//! `workload` makes policies and requests, `ours`, `cedar`, `casbin` and `rego` translate them for
//! one engine each, `rounds` measures. Every engine gets what its own documentation advises: the
//! policies are read once, the requests are built beforehand, nothing answers from a cache of
//! decisions.

pub mod casbin;
pub mod cedar;
pub mod clock;
pub mod ours;
pub mod rego;
pub mod rounds;
pub mod workload;

/// What an engine or a translation ends with when it fails.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// An engine that is loaded with one workload.
pub trait Engine {
    /// Whether request number `at` of the workload is permitted. Nothing is built here that could
    /// have been built beforehand.
    ///
    /// # Errors
    /// Whatever the engine fails with.
    fn decide(&mut self, at: usize) -> Result<bool, Error>;
}
