//! An OIDC token: a JSON Web Token in the compact form (RFC 7519, RFC 7515).
//!
//! What is read of the header is which algorithm and which of the provider's keys; that a header
//! brings keys or addresses of keys along (`jwk`, `jku`, `x5c`, `x5u`) is passed over.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::{Simd, general_purpose::NO_PAD};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Number;

use super::key_set::{Algorithm, KeySet};
use crate::credential::params;
use crate::iam::plain::is_plain;

/// The longest token, in characters. Source: the vendor's metadata.
pub const LONGEST: usize = 20_000;
/// How far in the future a token may say that it was issued, in seconds: clocks differ.
pub const SKEW: i64 = 60;

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none.
    #[error("the token is empty")]
    Empty,
    /// Not three parts with points between.
    #[error("the token does not have three parts")]
    Parts,
    /// A part is not of Base64.
    #[error("a part of the token is not of Base64")]
    Encoding,
    /// The algorithm is none that is taken.
    #[error("the algorithm `{0}` is not taken")]
    Algorithm(String),
    /// Header or claims are not what they must be, the token is too long, or it is dated ahead.
    #[error("the token cannot be understood")]
    Content,
    /// No key of the provider made the signature.
    #[error("the signature is not the provider's")]
    Signature,
    /// Of another issuer.
    #[error("the issuer is another")]
    Issuer,
    /// For nobody of the provider's clients.
    #[error("the audience is another")]
    Audience,
    /// Its time has passed, by its own word or by the provider's limit.
    #[error("the token is expired")]
    Expired,
}

/// Base64 as tokens are written, with what the processor has for it.
static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    kid: Option<String>,
    /// What must be understood; nothing is.
    crit: Option<serde::de::IgnoredAny>,
}

/// `aud`: one text, or a list of them. By hand, since `untagged` keeps a copy of what it may still be.
struct Audiences(Vec<String>);

impl<'de> Deserialize<'de> for Audiences {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Vec<String>, E> {
                Ok(vec![one.to_owned()])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Vec<String>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(many))
            }
        }

        deserializer.deserialize_any(OneOrMany).map(Self)
    }
}

#[derive(Deserialize)]
struct Written {
    iss: String,
    sub: String,
    aud: Audiences,
    exp: Number,
    iat: Number,
    nbf: Option<Number>,
}

/// What a token says, once its signature is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`.
    pub audiences: Vec<String>,
    /// `exp`, in unix seconds.
    pub expires_at: i64,
    /// `iat`, in unix seconds.
    pub issued_at: i64,
    /// `nbf`, in unix seconds.
    not_before: Option<i64>,
}

/// A token whose signature is not verified: nothing of what it says is to be had.
pub struct UnverifiedToken<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    signed: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl std::fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    BASE64.decode(part).map_err(|_| TokenError::Encoding)
}

/// The JSON of a part. That it is UTF-8 is checked at once, and so in what nobody reads, too.
fn json<'a, T: Deserialize<'a>>(part: &'a [u8]) -> Result<T, TokenError> {
    let text = std::str::from_utf8(part).map_err(|_| TokenError::Content)?;
    serde_json::from_str(text).map_err(|_| TokenError::Content)
}

/// A date of RFC 7519, in whole seconds: it may have a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float is cut to the range of the integer, which no date leaves"
)]
fn seconds(number: &Number) -> Result<i64, TokenError> {
    let whole = number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| float.is_finite())?;
        Some(float.floor() as i64)
    });
    // Between the years 1970 and 9999: later computations cannot overflow.
    whole
        .filter(|seconds| (0..=253_402_300_799).contains(seconds))
        .ok_or(TokenError::Content)
}

impl<'a> UnverifiedToken<'a> {
    /// Takes a token apart. White space around it is no part of it: files end in a newline.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if text.len() > LONGEST {
            return Err(TokenError::Content);
        }
        let mut parts = params::split(text, b'.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Parts);
        };
        let signed = text
            .get(..header.len() + 1 + claims.len())
            .ok_or(TokenError::Parts)?;
        let header = decode(header)?;
        let header: Header<'_> = json(&header)?;
        let signature = decode(signature)?;
        let Some(algorithm) = Algorithm::named(&header.alg) else {
            // It is echoed: of a stranger's text a word at most.
            let word = header.alg.chars().filter(char::is_ascii_alphanumeric);
            return Err(TokenError::Algorithm(word.take(16).collect()));
        };
        if header.crit.is_some() {
            return Err(TokenError::Content);
        }
        Ok(Self {
            algorithm,
            key_id: header.kid,
            signed,
            claims,
            signature,
        })
    }

    /// Whether the set has the key that the token names.
    pub fn has_key_in(&self, keys: &KeySet) -> bool {
        keys.has(self.key_id.as_deref(), self.algorithm)
    }

    /// What the token says, where one of these keys signed it.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, keys: &KeySet) -> Result<TokenClaims, TokenError> {
        let key_id = self.key_id.as_deref();
        let signed = self.signed.as_bytes();
        if !keys.verifies(key_id, self.algorithm, signed, &self.signature) {
            return Err(TokenError::Signature);
        }
        let written: Written = json(&decode(self.claims)?)?;
        Ok(TokenClaims {
            issuer: written.iss,
            subject: written.sub,
            audiences: written.aud.0,
            expires_at: seconds(&written.exp)?,
            issued_at: seconds(&written.iat)?,
            not_before: written.nbf.as_ref().map(seconds).transpose()?,
        })
    }
}

/// What a provider's tokens must be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, character by character.
    pub issuer: &'a str,
    /// The client ids, of which one must be an audience.
    pub client_ids: &'a [String],
    /// How old a token may be, in seconds.
    pub issuance_limit: i64,
}

impl TokenClaims {
    /// Checks what the token says against what its provider's tokens must be, at `now` (unix seconds).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn check(&self, expected: Expected<'_>, now: i64) -> Result<(), TokenError> {
        if self.issuer != expected.issuer {
            return Err(TokenError::Issuer);
        }
        let mut audiences = self.audiences.iter();
        if !audiences.any(|audience| expected.client_ids.contains(audience)) {
            return Err(TokenError::Audience);
        }
        if now >= self.expires_at || now >= self.issued_at + expected.issuance_limit {
            return Err(TokenError::Expired);
        }
        let ahead = |moment: i64| moment > now + SKEW;
        if ahead(self.issued_at) || self.not_before.is_some_and(ahead) {
            return Err(TokenError::Content);
        }
        let is_name = |text: &str| {
            let printable = is_plain(text.as_bytes()) || !text.chars().any(char::is_control);
            printable && !text.is_empty()
        };
        if !is_name(&self.issuer) || !is_name(&self.subject) {
            return Err(TokenError::Content);
        }
        Ok(())
    }
}
