//! A whole raw request, read and verified: what a resource server or a tool needs, in one place.
//!
//! ```
//! use rampart::credential::secret::SecretText;
//! use rampart::credential::verify::{RawRequest, Request, Scheme};
//!
//! let raw = RawRequest {
//!     method: "GET",
//!     target: "/?UserName=test&SignatureVersion=1.0&Format=JSON&Timestamp=2015-08-18T03%3A15%3A45Z\
//!              &AccessKeyId=testid&SignatureMethod=HMAC-SHA1&Version=2015-05-01&Action=CreateUser\
//!              &SignatureNonce=6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2\
//!              &Signature=kRA2cnpJVacIhDMzXnoNZG9tDCI%3D",
//!     headers: vec![],
//!     body: b"",
//! };
//! let request = Request::read(&raw).unwrap();
//! assert_eq!(request.scheme(), Scheme::Rpc);
//! assert_eq!(request.access_key_id(), Some("testid"));
//! assert_eq!(request.verify(&SecretText::from("testsecret")), Ok(()));
//! ```
//!
//! Time and nonce are the caller's to judge ([`super::time::TimeWindow`]); the server's pipeline uses the
//! parts of this module's neighbours instead, in its own order.

use serde_json::Value;

use super::SignatureError;
use super::acs3::{self, Acs3Error, Acs3Key, Algorithm, Authorization};
use super::body::{self, BodyKind};
use super::fields::{Header, Headers, Param, Params};
use super::params::{self, Order, Pair, ParamsError};
use super::percent::EncodingError;
use super::rpc::{self, RpcKey};
use super::secret::SecretText;

/// The most parameters that a request may have, over query and body.
pub const MAX_PARAMETERS: usize = 512;

/// A request as it came, chunked transfer coding undone.
#[derive(Debug, Clone)]
pub struct RawRequest<'a> {
    /// The upper-case method.
    pub method: &'a str,
    /// The target of the request line: path and raw query, or the absolute form.
    pub target: &'a str,
    /// Every header in the order it came, name and raw value.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The bytes of the body.
    pub body: &'a [u8],
}

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// By parameters, HMAC-SHA1.
    Rpc,
    /// By the `Authorization` header.
    Acs3(Algorithm),
    /// Not at all.
    Unsigned,
}

/// Why a request cannot be read: each is a refusal of its own before any secret is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The vendor's `InvalidParameter.Encoding`.
    #[error("the parameters cannot be decoded: {0}")]
    Encoding(#[from] EncodingError),
    /// A JSON body that is no object, or does not parse: `InvalidParameter.Encoding` too.
    #[error("the JSON body cannot be read")]
    Json,
    /// More than [`MAX_PARAMETERS`].
    #[error("too many parameters")]
    TooMany,
    /// The vendor's `InvalidParameter.Duplicate`.
    #[error("the parameter `{0}` is specified more than once")]
    Duplicate(String),
    /// `Host`, `Authorization`, `Content-Type` or an `x-acs-*` header is there twice.
    #[error("the header `{0}` is sent more than once")]
    RepeatedHeader(String),
    /// The vendor's `Missing<Param>`.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The vendor's `InvalidSignatureMethod`: a scheme or algorithm that is not built.
    #[error("the signature method is not supported")]
    UnsupportedMethod,
    /// The vendor's `IncompleteSignature`.
    #[error(transparent)]
    Incomplete(Acs3Error),
    /// Credentials of more than one scheme, or in more than one place.
    #[error("credentials in more than one place")]
    MixedCredentials,
    /// A body without a content type that is known and, under ACS3, signed.
    #[error("the body's content type is unknown or not signed")]
    ContentType,
}

impl From<ParamsError> for RequestError {
    fn from(error: ParamsError) -> Self {
        match error {
            ParamsError::Encoding(error) => Self::Encoding(error),
            ParamsError::TooMany => Self::TooMany,
        }
    }
}

impl From<Acs3Error> for RequestError {
    fn from(error: Acs3Error) -> Self {
        match error {
            Acs3Error::UnsupportedAlgorithm => Self::UnsupportedMethod,
            other => Self::Incomplete(other),
        }
    }
}

/// Why a request that could be read is not the secret holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It carries no signature.
    #[error("the request is not signed")]
    Unsigned,
    /// The signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The body is not the one that was signed: the vendor's `SignatureDoesNotMatch` too.
    #[error("the body does not have the signed hash")]
    Body,
}

/// A request that could be read. Nothing in it is verified before [`Request::verify`] says so.
#[derive(Debug)]
pub struct Request<'a> {
    scheme: Scheme,
    pairs: Vec<Pair<'a>>,
    json: Vec<(String, Value)>,
    common: Params,
    headers: Headers<'a>,
    authorization: Option<Authorization<'a>>,
    canonical: Option<String>,
    string_to_sign: Option<String>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request: splits and decodes its parameters, finds its scheme, derives what it signs.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(raw: &RawRequest<'a>) -> Result<Self, RequestError> {
        let headers = Headers::find(&raw.headers)
            .map_err(|name| RequestError::RepeatedHeader(name.to_owned()))?;
        let kind = body::kind(raw.body, headers.get(Header::ContentType))?;
        let mut pairs = Vec::new();
        let query = params::split_once(raw.target, b'?').map_or("", |(_, query)| query);
        params::parse_into(&mut pairs, query, MAX_PARAMETERS)?;
        let query_len = pairs.len();
        if kind == BodyKind::Form {
            let text = std::str::from_utf8(raw.body).map_err(|_| EncodingError::Utf8)?;
            params::parse_into(&mut pairs, text, MAX_PARAMETERS)?;
        }
        let order = Order::of(&pairs);
        if let Some(name) = order.find_duplicate(&pairs) {
            return Err(RequestError::Duplicate(name.to_owned()));
        }
        let json = match kind {
            BodyKind::Json => body::members(raw.body)?,
            BodyKind::None | BodyKind::Form => Vec::new(),
        };
        if json.len().saturating_add(pairs.len()) > MAX_PARAMETERS {
            return Err(RequestError::TooMany);
        }
        if let Some((name, _)) = json
            .iter()
            .find(|(n, _)| params::value(&pairs, n).is_some())
        {
            return Err(RequestError::Duplicate(name.clone()));
        }
        let common = Params::find(&pairs);
        let mut request = Self {
            scheme: Scheme::Unsigned,
            pairs,
            json,
            common,
            headers,
            authorization: None,
            canonical: None,
            string_to_sign: None,
            body: raw.body,
        };
        (request.scheme, request.authorization) = request.detect()?;
        match request.scheme {
            Scheme::Rpc => {
                request.check_rpc(kind)?;
                let text = rpc::string_in_order(raw.method, &request.pairs, &order);
                request.string_to_sign = Some(text);
            }
            Scheme::Acs3(algorithm) => {
                let query = order.iter(&request.pairs);
                let query = query.filter(|(place, _)| *place < query_len);
                let query = query.map(|(_, pair)| pair);
                let canonical = request.read_acs3(raw, query, kind)?;
                request.string_to_sign = Some(acs3::string_to_sign(algorithm, &canonical));
                request.canonical = Some(canonical);
            }
            Scheme::Unsigned => request.check_unsigned(kind)?,
        }
        Ok(request)
    }

    /// Finds the scheme; the order is the specification's.
    fn detect(&self) -> Result<(Scheme, Option<Authorization<'a>>), RequestError> {
        let bearer = self.headers.get(Header::BearerToken).is_some()
            || self.headers.get(Header::IdToken).is_some();
        let authorization = self.headers.get(Header::Authorization);
        if let Some(text) = authorization.filter(|text| Authorization::is_acs3(text)) {
            let parsed = Authorization::parse(text)?;
            let mut members = self.json.iter();
            if bearer
                || self.common.any_of_scheme()
                || members.any(|(name, _)| Params::is_of_scheme(name))
            {
                return Err(RequestError::MixedCredentials);
            }
            return Ok((Scheme::Acs3(parsed.algorithm), Some(parsed)));
        }
        if authorization.is_some() {
            // `acs …` (ROA V2), `ACS4-…`, `Bearer …`: none is built.
            return Err(RequestError::UnsupportedMethod);
        }
        let signature = self.common(Param::Signature).is_some()
            || self.json.iter().any(|(name, _)| name == rpc::SIGNATURE);
        if signature {
            if bearer {
                return Err(RequestError::MixedCredentials);
            }
            return Ok((Scheme::Rpc, None));
        }
        if bearer || self.common(Param::SignatureType) == Some("BEARERTOKEN") {
            return Err(RequestError::UnsupportedMethod);
        }
        Ok((Scheme::Unsigned, None))
    }

    fn check_rpc(&self, kind: BodyKind) -> Result<(), RequestError> {
        self.demand(&[
            (Param::Action, "Action"),
            (Param::Version, "Version"),
            (Param::AccessKeyId, "AccessKeyId"),
            (Param::Signature, "Signature"),
            (Param::SignatureMethod, "SignatureMethod"),
            (Param::SignatureVersion, "SignatureVersion"),
            (Param::SignatureNonce, "SignatureNonce"),
            (Param::Timestamp, "Timestamp"),
        ])?;
        let unusual_type = self
            .common(Param::SignatureType)
            .is_some_and(|t| !t.is_empty());
        if self.common(Param::SignatureMethod) != Some("HMAC-SHA1") || unusual_type {
            return Err(RequestError::UnsupportedMethod);
        }
        if kind == BodyKind::Json {
            // Nothing in this scheme signs it.
            return Err(RequestError::ContentType);
        }
        Ok(())
    }

    /// Checks what the scheme demands, and puts together what it signs. `query`: the pairs of the
    /// URL in their order.
    fn read_acs3<'p>(
        &self,
        raw: &RawRequest<'a>,
        query: impl Iterator<Item = &'p Pair<'a>> + Clone,
        kind: BodyKind,
    ) -> Result<String, RequestError>
    where
        'a: 'p,
    {
        let authorization = self.authorization.as_ref().ok_or(Acs3Error::Malformed)?;
        authorization.check_demanded(raw.headers.iter().map(|(name, _)| *name))?;
        if kind != BodyKind::None && !authorization.signs("content-type") {
            return Err(RequestError::ContentType);
        }
        let mut values = Vec::with_capacity(authorization.names().len());
        for name in authorization.names() {
            let value = acs3::header_value(all(&raw.headers, name)).ok_or(Acs3Error::Absent)?;
            values.push((name, value));
        }
        if self
            .headers
            .get(Header::AccessKeyId)
            .is_some_and(|id| id != authorization.credential)
        {
            return Err(RequestError::MixedCredentials);
        }
        let payload_hash = self.headers.get(Header::ContentHash);
        Ok(acs3::canonical_in_order(
            raw.method,
            query,
            &values,
            authorization.signed_headers,
            payload_hash.ok_or(Acs3Error::Absent)?,
        ))
    }

    fn check_unsigned(&self, kind: BodyKind) -> Result<(), RequestError> {
        for param in [Param::AccessKeyId, Param::SecurityToken] {
            if self.common(param).is_some() {
                return Err(RequestError::Missing("Signature"));
            }
        }
        if kind == BodyKind::Json {
            return Err(RequestError::ContentType);
        }
        self.demand(&[(Param::Action, "Action"), (Param::Version, "Version")])
    }

    /// Empty text counts as absent.
    fn demand(&self, params: &[(Param, &'static str)]) -> Result<(), RequestError> {
        let is_absent = |param| self.common(param).is_none_or(str::is_empty);
        match params.iter().find(|(param, _)| is_absent(*param)) {
            Some((_, missing)) => Err(RequestError::Missing(missing)),
            None => Ok(()),
        }
    }

    /// The value of a parameter that every operation has.
    fn common(&self, param: Param) -> Option<&str> {
        self.common.get(&self.pairs, param)
    }

    /// How the request is signed.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The parameters of query and form, in the order they came.
    pub fn pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// The top-level members of a JSON body.
    pub fn json(&self) -> &[(String, Value)] {
        &self.json
    }

    /// The value of a parameter of query or form.
    pub fn param(&self, name: &str) -> Option<&str> {
        params::value(&self.pairs, name)
    }

    /// A common field: the parameter, or under ACS3 the header (never one for the other).
    fn field(&self, param: Param, header: Header) -> Option<&str> {
        match self.scheme {
            Scheme::Acs3(_) => self.headers.get(header),
            Scheme::Rpc | Scheme::Unsigned => self.common(param),
        }
    }

    /// The operation.
    pub fn action(&self) -> Option<&str> {
        self.field(Param::Action, Header::Action)
    }

    /// The version of the operation's product.
    pub fn version(&self) -> Option<&str> {
        self.field(Param::Version, Header::Version)
    }

    /// The time, still as text.
    pub fn timestamp(&self) -> Option<&str> {
        self.field(Param::Timestamp, Header::Date)
    }

    /// The nonce.
    pub fn nonce(&self) -> Option<&str> {
        self.field(Param::SignatureNonce, Header::Nonce)
    }

    /// The session token.
    pub fn security_token(&self) -> Option<&str> {
        self.field(Param::SecurityToken, Header::SecurityToken)
    }

    /// The version of the RPC scheme.
    pub fn signature_version(&self) -> Option<&str> {
        self.common(Param::SignatureVersion)
    }

    /// The format that is asked for by parameter.
    pub fn format(&self) -> Option<&str> {
        self.common(Param::Format)
    }

    /// The id of the key that is said to have signed.
    pub fn access_key_id(&self) -> Option<&str> {
        match &self.authorization {
            Some(authorization) => Some(authorization.credential),
            None => self.common(Param::AccessKeyId),
        }
    }

    /// The signature as it was sent, decoded from the parameter but not from Base64 or hex.
    pub fn sent_signature(&self) -> Option<&str> {
        match &self.authorization {
            Some(authorization) => Some(authorization.signature),
            None => self.common(Param::Signature),
        }
    }

    /// The canonical request (ACS3 only).
    pub fn canonical_request(&self) -> Option<&str> {
        self.canonical.as_deref()
    }

    /// The string to sign; none if the request is unsigned.
    pub fn string_to_sign(&self) -> Option<&str> {
        self.string_to_sign.as_deref()
    }

    /// The signature that a secret gives; none if the request is unsigned.
    pub fn expected_signature(&self, secret: &SecretText) -> Option<String> {
        let text = self.string_to_sign()?;
        match self.scheme {
            Scheme::Rpc => Some(RpcKey::new(secret).sign(text)),
            Scheme::Acs3(algorithm) => Some(Acs3Key::new(secret).sign(algorithm, text)),
            Scheme::Unsigned => None,
        }
    }

    /// Whether the body is the one whose hash was signed; true where the scheme has no such hash.
    pub fn body_matches(&self) -> bool {
        match self.scheme {
            Scheme::Acs3(algorithm) => self
                .headers
                .get(Header::ContentHash)
                .is_some_and(|hash| algorithm.payload_matches(self.body, hash)),
            Scheme::Rpc | Scheme::Unsigned => true,
        }
    }

    /// Checks the signature, then the body's hash.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn verify(&self, secret: &SecretText) -> Result<(), VerifyError> {
        let (Some(text), Some(sent)) = (self.string_to_sign(), self.sent_signature()) else {
            return Err(VerifyError::Unsigned);
        };
        match self.scheme {
            Scheme::Rpc => RpcKey::new(secret).verify(text, sent)?,
            Scheme::Acs3(algorithm) => Acs3Key::new(secret).verify(algorithm, text, sent)?,
            Scheme::Unsigned => return Err(VerifyError::Unsigned),
        }
        if self.body_matches() {
            Ok(())
        } else {
            Err(VerifyError::Body)
        }
    }
}

fn all<'h, 'a>(headers: &'h [(&'a str, &'a str)], name: &'h str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value)
}
