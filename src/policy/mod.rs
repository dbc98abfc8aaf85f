//! Alibaba Cloud's policy language: identifiers, ARNs, documents, evaluation.
//!
//! Pure: it reads no clock, does no I/O and knows nothing of how policies are stored.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions
    )
)]

pub mod arn;
pub mod compile;
pub mod document;
pub mod evaluate;
pub mod flow;
mod grammar;
pub mod ids;
mod index;
pub mod json;
pub mod pattern;
pub mod principal;
pub mod trust;
