//! Why a caller was not established.

use crate::credential::SignatureError;
use crate::credential::time::TimeError;
use crate::iam::key_ring::OpenError;
use crate::iam::keys::KeyError;
use crate::store::StoreError;

/// Why a caller was not established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthnError {
    /// There is no such access key, or its user is gone.
    #[error("no such access key")]
    KeyNotFound,
    /// The key may not sign now.
    #[error("the access key is inactive")]
    KeyInactive,
    /// The key may not sign from there.
    #[error("the access key may not be used from this address")]
    Network,
    /// A session's key came without its token.
    #[error("a session's key needs its token")]
    TokenMissing,
    /// The token does not open.
    #[error("the token cannot be read")]
    TokenMalformed,
    /// The token belongs to another key, or came with a long-lived one.
    #[error("the token belongs to another key")]
    TokenMismatch,
    /// The session is over: its time, its role, or its role's epoch.
    #[error("the session is over")]
    TokenExpired,
    /// The time cannot be read.
    #[error("the time is malformed")]
    TimeFormat,
    /// The time is too far from now.
    #[error("the time is outside the window")]
    TimeExpired,
    /// The signature is not in the form of its scheme.
    #[error("the signature is malformed")]
    SignatureMalformed,
    /// The signature is another one.
    #[error("the signature does not match")]
    SignatureMismatch,
    /// The nonce was used before.
    #[error("the nonce was used already")]
    NonceUsed,
    /// What is needed to tell cannot be reached, or there is no room.
    #[error("unavailable")]
    Unavailable,
}

impl From<KeyError> for AuthnError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotFound => Self::KeyNotFound,
            KeyError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<OpenError> for AuthnError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Malformed => Self::TokenMalformed,
            OpenError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SignatureError> for AuthnError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Malformed => Self::SignatureMalformed,
            SignatureError::Mismatch => Self::SignatureMismatch,
        }
    }
}

impl From<TimeError> for AuthnError {
    fn from(error: TimeError) -> Self {
        match error {
            TimeError::Format => Self::TimeFormat,
            TimeError::Expired => Self::TimeExpired,
        }
    }
}

impl From<StoreError> for AuthnError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the caller's state cannot be read");
        Self::Unavailable
    }
}

/// Why a caller was not established in a state.
pub(super) enum Unestablished {
    /// It is not who it says, or no longer.
    Refused(AuthnError),
    /// What is needed is not kept, and the account has moved on to another state.
    Moved,
}

impl From<AuthnError> for Unestablished {
    fn from(error: AuthnError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Unestablished {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Moved,
            error => Self::Refused(error.into()),
        }
    }
}

impl From<Unestablished> for AuthnError {
    fn from(error: Unestablished) -> Self {
        match error {
            Unestablished::Refused(error) => error,
            // A snapshot is of one state.
            Unestablished::Moved => Self::Unavailable,
        }
    }
}
