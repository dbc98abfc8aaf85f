//! Alibaba Cloud's policy language: identifiers, ARNs, documents, evaluation.
//!
//! Pure: it reads no clock, does no I/O and knows nothing of how policies are stored.

pub mod ids;
