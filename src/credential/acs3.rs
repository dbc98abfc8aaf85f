//! The ACS3 scheme ("V3"): an `Authorization` header that signs method, query, headers and body hash.
//!
//! `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b;c>,Signature=<hex>`, keyed with the secret as
//! it is. Source: the vendor's page on the V3 signature; `ACS3-HMAC-SM3` from client sources.
//!
//! There is one canonical form, with the names of query parameters always encoded, and no second try:
//! with raw names several parameters could be sent as one whose *name* contains `&`, under the same
//! signature.

use std::borrow::Cow;
use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sm3::{Digest as _, Sm3};

use super::SignatureError;
use super::params::{self, Order, Pair};
use super::percent::hex_digit;
use super::rpc::keyed;
use super::secret::SecretText;

/// The header that names the operation.
pub const ACTION: &str = "x-acs-action";
/// The header that names the version of the operation's product.
pub const VERSION: &str = "x-acs-version";
/// The header of the request's time.
pub const DATE: &str = "x-acs-date";
/// The header of the request's nonce.
pub const NONCE: &str = "x-acs-signature-nonce";
/// The header of the body's hash; under SM3 too.
pub const CONTENT_HASH: &str = "x-acs-content-sha256";
/// The header of a session's token.
pub const SECURITY_TOKEN: &str = "x-acs-security-token";
/// The header that repeats a session's key id.
pub const ACCESS_KEY_ID: &str = "x-acs-accesskey-id";

/// What every request has to sign. Source: the vendor says that each common header that is present
/// has to be signed; all captured clients do.
pub const DEMANDED: [&str; 6] = ["host", ACTION, VERSION, DATE, NONCE, CONTENT_HASH];

/// SHA-256 of no bytes (FIPS 180-4): most calls have no body.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The hash and MAC of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `ACS3-HMAC-SHA256`: every client's default.
    HmacSha256,
    /// `ACS3-HMAC-SM3`: opt-in, rare.
    HmacSm3,
}

impl Algorithm {
    /// The name in the header and the string to sign.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "ACS3-HMAC-SHA256",
            Self::HmacSm3 => "ACS3-HMAC-SM3",
        }
    }

    /// The lower-case hex hash of a body as it was sent (chunking undone), empty if there is none.
    ///
    /// ```
    /// use rampart::credential::acs3::Algorithm;
    /// assert!(Algorithm::HmacSha256.payload_hash(b"").starts_with("e3b0c44298fc1c14"));
    /// ```
    pub fn payload_hash(self, body: &[u8]) -> String {
        hex::encode(self.hash(body))
    }

    /// Whether `header`, the value of [`CONTENT_HASH`], is the hash of `body` in lower-case hex.
    ///
    /// To be asked when the signature has been verified, so that a stranger's body is not hashed.
    pub fn payload_matches(self, body: &[u8], header: &str) -> bool {
        if body.is_empty() && self == Self::HmacSha256 {
            return header == EMPTY_SHA256;
        }
        let mut digits = [0; 64];
        hex::encode_to_slice(self.hash(body), &mut digits).is_ok() && header.as_bytes() == digits
    }

    fn hash(self, bytes: &[u8]) -> [u8; 32] {
        match self {
            Self::HmacSha256 => sha256(bytes),
            Self::HmacSm3 => Sm3::digest(bytes).into(),
        }
    }
}

/// By aws-lc: where a processor has no instructions for it, it takes half of the time that the crate of
/// the keyed states does.
#[expect(clippy::expect_used, reason = "a SHA-256 has 32 bytes")]
fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest(&SHA256, bytes);
    *digest
        .as_ref()
        .first_chunk()
        .expect("a SHA-256 has 32 bytes")
}

/// Why a request does not follow the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Acs3Error {
    /// An algorithm that is not built: the vendor's `InvalidSignatureMethod`.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// The header cannot be taken apart: the vendor's `IncompleteSignature`.
    #[error("the Authorization header is malformed")]
    Malformed,
    /// A header that has to be signed is not: the vendor's `IncompleteSignature`.
    #[error("a header that has to be signed is not")]
    Unsigned,
    /// A signed header was not sent: the vendor's `IncompleteSignature`.
    #[error("a signed header was not sent")]
    Absent,
}

/// The parts of an `Authorization` header, as slices of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The access key id, bare (no scope, no date), not yet parsed.
    pub credential: &'a str,
    /// The text of `SignedHeaders`: names joined with `;`. It is part of what is signed.
    pub signed_headers: &'a str,
    /// The signature in hex, not yet decoded.
    pub signature: &'a str,
    names: Vec<&'a str>,
}

impl<'a> Authorization<'a> {
    /// Whether a header's value is of this family: begins with `ACS3-`.
    pub fn is_acs3(header: &str) -> bool {
        header.starts_with("ACS3-")
    }

    /// Takes the header apart. The three fields may stand in any order, blanks may follow a comma.
    ///
    /// # Errors
    /// [`Acs3Error::UnsupportedAlgorithm`] or [`Acs3Error::Malformed`]: a field is missing, empty,
    /// unknown or there twice; a signed header's name is no header name or there twice.
    ///
    /// ```
    /// use rampart::credential::acs3::{Acs3Error, Authorization};
    /// let header = "ACS3-HMAC-SHA256 Credential=id, SignedHeaders=host;x-acs-date, Signature=00ff";
    /// let parsed = Authorization::parse(header).unwrap();
    /// assert_eq!(parsed.credential, "id");
    /// assert!(parsed.names().eq(["host", "x-acs-date"]));
    /// assert_eq!(Authorization::parse("ACS3-RSA-SHA256 x"), Err(Acs3Error::UnsupportedAlgorithm));
    /// ```
    pub fn parse(header: &'a str) -> Result<Self, Acs3Error> {
        let (name, fields) = params::split_once(header, b' ').unwrap_or((header, ""));
        let algorithm = [Algorithm::HmacSha256, Algorithm::HmacSm3]
            .into_iter()
            .find(|a| a.name() == name)
            .ok_or(Acs3Error::UnsupportedAlgorithm)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in params::split(fields, b',') {
            let (name, value) =
                params::split_once(field.trim_matches(' '), b'=').ok_or(Acs3Error::Malformed)?;
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(Acs3Error::Malformed),
            };
            if value.is_empty() || slot.replace(value).is_some() {
                return Err(Acs3Error::Malformed);
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) =
            (credential, signed_headers, signature)
        else {
            return Err(Acs3Error::Malformed);
        };
        // Clients sign about ten headers.
        let mut names = Vec::with_capacity(16);
        names.extend(params::split(signed_headers, b';').take(MOST_NAMES.saturating_add(1)));
        check_names(&names)?;
        Ok(Self {
            algorithm,
            credential,
            signed_headers,
            signature,
            names,
        })
    }

    /// The names of the signed headers, in the order given and the case given.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a, '_> {
        self.names.iter().copied()
    }

    /// Whether the header `name` is signed; case does not count.
    pub fn signs(&self, name: &str) -> bool {
        self.names().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    /// Checks that what has to be signed is: [`DEMANDED`] and every other `x-acs-*` header that is
    /// present. `present`: the names of all headers of the request, in any case.
    ///
    /// # Errors
    /// [`Acs3Error::Unsigned`]. That a signed header *was sent* shows when its value is looked up.
    pub fn check_demanded<'h>(
        &self,
        present: impl IntoIterator<Item = &'h str>,
    ) -> Result<(), Acs3Error> {
        let mut demanded = DEMANDED
            .into_iter()
            .chain(present.into_iter().filter(|name| is_of_vendor(name)));
        if demanded.all(|name| self.signs(name)) {
            Ok(())
        } else {
            Err(Acs3Error::Unsigned)
        }
    }
}

/// Whether a header is one of the vendor's: `x-acs-*`, in any case.
pub(super) fn is_of_vendor(name: &str) -> bool {
    let prefix = name.as_bytes().get(..6);
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"x-acs-"))
}

/// The most headers that may be signed.
const MOST_NAMES: usize = 128;

/// Refuses too many names, what is no name, and a name that is there twice.
fn check_names(names: &[&str]) -> Result<(), Acs3Error> {
    // Bounded before the comparison of each with each.
    if names.len() > MOST_NAMES {
        return Err(Acs3Error::Malformed);
    }
    let mut rest = names;
    while let [name, others @ ..] = rest {
        let is_name = !name.is_empty() && name.bytes().all(is_name_byte);
        if !is_name || others.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Acs3Error::Malformed);
        }
        rest = others;
    }
    Ok(())
}

/// A character of a header's name (RFC 9110 section 5.6.2, `tchar`).
fn is_name_byte(byte: u8) -> bool {
    // Written as a pattern, which is a look-up; the list would be searched for each hyphen.
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.')
        || matches!(byte, b'^'..=b'`' | b'|' | b'~')
}

/// The value of a header for the canonical form: the ends trimmed, several values sorted and joined
/// with `,`; inner blanks stay. `None` when it was not sent.
pub fn header_value<'v>(values: impl IntoIterator<Item = &'v str>) -> Option<Cow<'v, str>> {
    let mut values = values.into_iter().map(trim);
    let first = values.next()?;
    let Some(second) = values.next() else {
        return Some(Cow::Borrowed(first));
    };
    let mut all: Vec<&str> = [first, second].into_iter().chain(values).collect();
    all.sort_unstable();
    Some(Cow::Owned(all.join(",")))
}

/// Without the blanks at its ends. Seldom is there one, and that shows at the first and last byte.
fn trim(value: &str) -> &str {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = value.as_bytes();
    if is_blank(bytes.first()) || is_blank(bytes.last()) {
        value.trim_matches([' ', '\t'])
    } else {
        value
    }
}

/// The canonical request.
///
/// `query`: the pairs of the URL alone, without the form's. `headers`: name and [`header_value`] of
/// each signed header, in the order of [`Authorization::names`]. `payload_hash`: the value of
/// [`CONTENT_HASH`]. The path is always `/`, which all clients sign.
pub fn canonical_request(
    method: &str,
    query: &[Pair<'_>],
    headers: &[(&str, impl AsRef<str>)],
    signed_headers: &str,
    payload_hash: &str,
) -> String {
    let order = Order::of(query);
    let query = order.iter(query).map(|(_, pair)| pair);
    canonical_in_order(method, query, headers, signed_headers, payload_hash)
}

/// As [`canonical_request`], of a query whose pairs come in their order.
pub(super) fn canonical_in_order<'p, 'a: 'p>(
    method: &str,
    query: impl Iterator<Item = &'p Pair<'a>> + Clone,
    headers: &[(&str, impl AsRef<str>)],
    signed_headers: &str,
    payload_hash: &str,
) -> String {
    let capacity = query
        .clone()
        .map(Pair::estimate)
        .chain(
            headers
                .iter()
                .map(|(name, value)| (name.len(), value.as_ref().len()))
                .map(|(name, value)| name.saturating_add(value).saturating_add(2)),
        )
        .chain([method.len(), signed_headers.len(), payload_hash.len(), 8])
        .fold(0, usize::saturating_add);
    let mut out = String::with_capacity(capacity);
    out.push_str(method);
    out.push_str("\n/\n");
    let mut separator = "";
    for pair in query {
        out.push_str(separator);
        pair.canonical_into(&mut out);
        separator = "&";
    }
    out.push('\n');
    for (name, value) in headers {
        let begin = out.len();
        out.push_str(name);
        if let Some(name) = out.get_mut(begin..) {
            name.make_ascii_lowercase();
        }
        out.push(':');
        out.push_str(value.as_ref());
        out.push('\n');
    }
    for line in ["\n", signed_headers, "\n", payload_hash] {
        out.push_str(line);
    }
    out
}

/// The string to sign: the algorithm's name and the hash of the canonical request.
pub fn string_to_sign(algorithm: Algorithm, canonical_request: &str) -> String {
    let name = algorithm.name();
    let mut digits = [0; 64];
    let written = hex::encode_to_slice(algorithm.hash(canonical_request.as_bytes()), &mut digits);
    debug_assert!(written.is_ok(), "32 bytes are 64 digits");
    let mut out = String::with_capacity(name.len().saturating_add(65));
    out.push_str(name);
    out.push('\n');
    // Hex digits are UTF-8.
    out.push_str(std::str::from_utf8(&digits).unwrap_or_default());
    out
}

/// A secret prepared for this scheme: the keyed state is copied per request, never keyed again.
///
/// The state for SM3 is prepared when it is first asked for.
pub struct Acs3Key {
    sha256: Hmac<Sha256>,
    sm3: OnceLock<Box<Hmac<Sm3>>>,
    secret: SecretText,
}

impl Acs3Key {
    /// Prepares the secret of an access key (for a session, the session's own).
    pub fn new(secret: &SecretText) -> Self {
        Self {
            sha256: keyed::<Hmac<Sha256>>(secret.expose().as_bytes()),
            sm3: OnceLock::new(),
            secret: secret.clone(),
        }
    }

    /// The signature of a string to sign, in lower-case hex.
    pub fn sign(&self, algorithm: Algorithm, string_to_sign: &str) -> String {
        match algorithm {
            Algorithm::HmacSha256 => {
                hex::encode(self.sha256(string_to_sign).finalize().into_bytes())
            }
            Algorithm::HmacSm3 => hex::encode(self.sm3(string_to_sign).finalize().into_bytes()),
        }
    }

    /// Checks a signature, in constant time on the decoded bytes.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] when it is not hex, else [`SignatureError::Mismatch`].
    pub fn verify(
        &self,
        algorithm: Algorithm,
        string_to_sign: &str,
        signature: &str,
    ) -> Result<(), SignatureError> {
        let mut decoded = [0; 32];
        if hex::decode_to_slice(signature, &mut decoded).is_err() {
            // Of another length, it is well formed and no signature of ours.
            let well_formed = signature.len().is_multiple_of(2)
                && signature.bytes().all(|b| hex_digit(Some(b)).is_some());
            return Err(if well_formed {
                SignatureError::Mismatch
            } else {
                SignatureError::Malformed
            });
        }
        match algorithm {
            Algorithm::HmacSha256 => self.sha256(string_to_sign).verify_slice(&decoded),
            Algorithm::HmacSm3 => self.sm3(string_to_sign).verify_slice(&decoded),
        }
        .map_err(|_| SignatureError::Mismatch)
    }

    fn sha256(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = self.sha256.clone();
        mac.update(text.as_bytes());
        mac
    }

    fn sm3(&self, text: &str) -> Hmac<Sm3> {
        let prepare = || Box::new(keyed::<Hmac<Sm3>>(self.secret.expose().as_bytes()));
        let mut mac = Hmac::<Sm3>::clone(self.sm3.get_or_init(prepare));
        mac.update(text.as_bytes());
        mac
    }
}

impl std::fmt::Debug for Acs3Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acs3Key(..)")
    }
}

#[cfg(test)]
mod tests;
