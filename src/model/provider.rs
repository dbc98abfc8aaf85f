//! Identity providers: who vouches for users that the account does not hold itself.

use std::fmt;
use std::str::FromStr;

use crate::policy::ids::{AccountId, ProviderName};

/// A provider whose tokens are JSON Web Tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProvider {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name, unique among the account's OIDC providers regardless of case.
    pub name: ProviderName,
    /// What its tokens say in `iss`, and below which its keys are found. It never changes, and one
    /// account has it once.
    pub issuer_url: String,
    /// Up to 256 characters.
    pub description: String,
    /// Which audiences its tokens may be for.
    pub client_ids: Vec<String>,
    /// SHA-1 or SHA-256 of certificates that its host's must come from, in hexadecimal digits. Where
    /// there are none, the machine's roots count.
    pub fingerprints: Vec<String>,
    /// How old a token may be, in hours.
    pub issuance_limit_hours: i64,
    /// Its keys, a JSON Web Key Set, where they are given and not fetched.
    pub key_set: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// What an account's sign-on requests to a SAML provider are signed with. It is kept and shown;
/// sessions of roles need no such request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthnSignAlgo {
    /// `rsa-sha256`.
    RsaSha256,
    /// `rsa-sha1`, where nothing is said. Source: the vendor's metadata.
    #[default]
    RsaSha1,
}

impl AuthnSignAlgo {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa-sha256",
            Self::RsaSha1 => "rsa-sha1",
        }
    }
}

impl fmt::Display for AuthnSignAlgo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is no algorithm of sign-on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither `rsa-sha256` nor `rsa-sha1`")]
pub struct AuthnSignAlgoError;

impl FromStr for AuthnSignAlgo {
    type Err = AuthnSignAlgoError;

    fn from_str(text: &str) -> Result<Self, AuthnSignAlgoError> {
        [Self::RsaSha256, Self::RsaSha1]
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or(AuthnSignAlgoError)
    }
}

/// A provider whose users come with SAML responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlProvider {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name, unique among the account's SAML providers regardless of case.
    pub name: ProviderName,
    /// Up to 256 characters.
    pub description: String,
    /// Who it is and which keys it signs with: SAML 2.0 metadata, in Base64 as it was given.
    pub metadata: String,
    /// What sign-on requests to it are signed with.
    pub authn_sign_algo: AuthnSignAlgo,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}
