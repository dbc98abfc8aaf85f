//! Policy documents, and what becomes of their older versions.

use crate::ops::params::{ParamValue, Problem};
use crate::policy::document::{Document, DocumentKind};

/// The text of a policy belongs in no log.
macro_rules! closed_debug {
    ($($ty:ident),+) => {$(
        impl std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($ty), "(..)"))
            }
        }
    )+};
}
closed_debug!(PolicyDocument, TrustDocument, SessionPolicy);

fn document(kind: DocumentKind, text: &str) -> Result<Document, Problem> {
    Document::check_length(kind, text).map_err(|_| Problem::Length)?;
    Document::parse(kind, text).map_err(|faults| {
        Problem::Document(faults.first().map_or_else(String::new, ToString::to_string))
    })
}

/// An identity policy's text: up to 6144 characters, of sound grammar. Kept exactly as submitted.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyDocument(pub String);

impl ParamValue for PolicyDocument {
    fn parse(text: &str) -> Result<Self, Problem> {
        document(DocumentKind::Identity, text)?;
        Ok(Self(text.to_owned()))
    }
}

/// A trust policy's text: up to 6144 characters, of sound grammar. Kept exactly as submitted.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustDocument(pub String);

impl ParamValue for TrustDocument {
    fn parse(text: &str) -> Result<Self, Problem> {
        document(DocumentKind::Trust, text)?;
        Ok(Self(text.to_owned()))
    }
}

/// A session policy's text: up to 2048 characters, of sound grammar.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionPolicy(pub String);

impl ParamValue for SessionPolicy {
    fn parse(text: &str) -> Result<Self, Problem> {
        match document(DocumentKind::Session, text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(Problem::Length) => Err(Problem::SessionPolicySize),
            Err(_) => Err(Problem::SessionPolicyGrammar),
        }
    }
}

/// What to do when a policy has as many versions as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotateStrategy {
    /// Refuse.
    None,
    /// Drop the oldest that is not the default.
    DeleteOldestNonDefaultVersionWhenLimitExceeded,
}

impl ParamValue for RotateStrategy {
    fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "None" => Ok(Self::None),
            "DeleteOldestNonDefaultVersionWhenLimitExceeded" => {
                Ok(Self::DeleteOldestNonDefaultVersionWhenLimitExceeded)
            }
            _ => Err(Problem::Incorrect),
        }
    }
}
