//! The naive evaluator: the policy language and its evaluation once more, written from the
//! specification alone and as simply as possible, to be compared with the compiled one.
//!
//! It uses nothing of the library. It is slow, and it allocates; what counts is that each function
//! can be held beside the sentence that it stands for. Where the specification is silent, a comment
//! that begins with `Reading:` says what was chosen.

pub(crate) mod condition;
pub(crate) mod decide;
pub(crate) mod document;
pub(crate) mod json;
pub(crate) mod principal;
pub(crate) mod resource;
pub(crate) mod values;
pub(crate) mod wildcard;
