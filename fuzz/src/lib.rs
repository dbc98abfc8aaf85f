//! The policy engine under the fuzzer, with the naive evaluator of the tests beside it.
//!
//! The engine is `src/policy` itself, by its path and not by way of the product's library: it needs
//! nothing of the rest, whose C code would take longer to build than a bounded run takes.

// The files below call the library by its name.
extern crate self as rampart;

#[path = "../../tests/policy_oracle/compare.rs"]
mod compare;
#[path = "../../tests/policy_oracle/engine.rs"]
mod engine;
#[path = "../../tests/policy_oracle/oracle/mod.rs"]
mod oracle;
#[path = "../../src/policy/mod.rs"]
pub mod policy;
#[path = "../../tests/policy_oracle/question.rs"]
mod question;
mod targets;

/// See `targets.rs`.
pub fn policy_document(data: &[u8]) {
    targets::policy_document(data);
}

/// See `targets.rs`.
pub fn policy_pattern(data: &[u8]) {
    targets::policy_pattern(data);
}

/// See `targets.rs`.
pub fn policy_decision(data: &[u8]) {
    targets::policy_decision(data);
}
