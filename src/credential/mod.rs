//! Percent-encoding, the two request signatures, the time window, sealed session tokens and seals.
//!
//! Pure: it reads no clock, opens no file, and draws no randomness of its own but what the AEAD
//! draws for its nonces. A resource server can depend on it alone (`--no-default-features`).
//!
//! A request is read in this order: [`params`] splits and decodes, [`rpc`] or [`acs3`] derive the
//! string to sign and check it in constant time, [`time`] judges its age. [`verify`] does all of it
//! for a whole raw request; the server's pipeline uses the parts. [`token`] seals what a role
//! session is, [`seal`] what the database must not hold in the clear. [`totp`] knows the codes of
//! authenticators.
//!
//! [`params`]: crate::credential::params
//! [`rpc`]: crate::credential::rpc
//! [`acs3`]: crate::credential::acs3
//! [`time`]: crate::credential::time
//! [`verify`]: crate::credential::verify
//! [`token`]: crate::credential::token
//! [`seal`]: crate::credential::seal
//! [`totp`]: crate::credential::totp
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

pub mod acs3;
pub mod body;
pub mod captures;
mod fields;
pub mod params;
pub mod percent;
pub mod rpc;
pub mod seal;
pub mod secret;
pub mod time;
pub mod token;
pub mod totp;
pub mod verify;

/// Why a request's signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not Base64 (RPC) or not hex (ACS3). The vendor's `IncompleteSignature`.
    #[error("the signature cannot be decoded")]
    Malformed,
    /// Decoded, and another one than the secret gives. The vendor's `SignatureDoesNotMatch`.
    #[error("the signature does not match")]
    Mismatch,
}
