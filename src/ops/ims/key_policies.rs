//! Network policies of access keys as parameters.

use crate::iam::key_policy::{KeyPolicy, KeyPolicyError};
use crate::ops::params::{ParamValue, Problem};

/// A network policy of an access key, and its text as it was sent.
#[derive(Debug, Clone)]
pub struct KeyPolicyText {
    pub(super) policy: KeyPolicy,
    pub(super) text: String,
}

impl ParamValue for KeyPolicyText {
    fn parse(text: &str) -> Result<Self, Problem> {
        let policy = KeyPolicy::parse(text).map_err(|error| match error {
            KeyPolicyError::Length => Problem::Length,
            KeyPolicyError::Form => Problem::Incorrect,
        })?;
        Ok(Self {
            policy,
            text: text.to_owned(),
        })
    }
}
