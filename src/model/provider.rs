//! Identity providers: who vouches for users that the account does not hold itself.

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
