//! A signed request, as far as authentication needs it.

use super::AuthnError;
use crate::credential::acs3::{Acs3Key, Algorithm};
use crate::credential::rpc::RpcKey;
use crate::credential::secret::SecretText;

/// What was signed and how.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// RPC: HMAC-SHA1.
    Rpc {
        /// Our string to sign.
        string_to_sign: &'a str,
        /// The signature as sent.
        signature: &'a str,
    },
    /// ACS3.
    Acs3 {
        /// Which hash.
        algorithm: Algorithm,
        /// Our string to sign.
        string_to_sign: &'a str,
        /// The signature as sent.
        signature: &'a str,
    },
}

impl Proof<'_> {
    pub(super) fn verify(&self, rpc: &RpcKey, acs3: &Acs3Key) -> Result<(), AuthnError> {
        match *self {
            Proof::Rpc {
                string_to_sign,
                signature,
            } => rpc.verify(string_to_sign, signature)?,
            Proof::Acs3 {
                algorithm,
                string_to_sign,
                signature,
            } => {
                acs3.verify(algorithm, string_to_sign, signature)?;
            }
        }
        Ok(())
    }

    /// Prepares only the scheme that is asked for: a session's key is prepared per request.
    pub(super) fn verify_once(&self, secret: &SecretText) -> Result<(), AuthnError> {
        match *self {
            Proof::Rpc {
                string_to_sign,
                signature,
            } => {
                RpcKey::new(secret).verify(string_to_sign, signature)?;
            }
            Proof::Acs3 {
                algorithm,
                string_to_sign,
                signature,
            } => {
                Acs3Key::new(secret).verify(algorithm, string_to_sign, signature)?;
            }
        }
        Ok(())
    }
}

/// The parts of a signed request that say who sent it.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// The security token, where one was sent.
    pub security_token: Option<&'a str>,
    /// The time as sent.
    pub time: &'a str,
    /// The nonce: 1 to 256 printable characters.
    pub nonce: &'a str,
    /// What was signed.
    pub proof: Proof<'a>,
}
