//! The operator's side: the seed, accounts and the control socket, on a store in memory.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod accounts;
mod adoption;
mod commands;
mod control;
mod documentation;
mod faults;
mod providers;
mod quotas;
mod saml_providers;
mod seed;
mod services;
mod support;
mod taken_away;
