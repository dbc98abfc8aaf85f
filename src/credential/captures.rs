//! Captured requests of real clients as test vectors: the format's reader and its checker.
//!
//! The checker derives everything from method, target, headers, body and secret alone, and only then
//! looks at what the file expects.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::acs3::Algorithm;
use super::secret::SecretText;
use super::verify::{RawRequest, Request, Scheme};

/// The parameters that are common to all operations of the RPC scheme, and so not in `params`.
const COMMON: [&str; 11] = [
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "SecurityToken",
];

/// The member of `params` that holds a JSON body.
const JSON_BODY: &str = "__json_body__";

/// What a verifier has to say of a captured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The request carries the signature that is derived.
    Accept,
    /// The request carries another one (a client's bug).
    Reject,
    /// The request carries no credentials.
    AcceptUnsigned,
}

/// The scheme that a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureScheme {
    /// RPC.
    RpcHmacSha1,
    /// ACS3 with SHA-256.
    Acs3HmacSha256,
    /// ACS3 with SM3.
    Acs3HmacSm3,
    /// Unsigned.
    Anonymous,
}

impl From<CaptureScheme> for Scheme {
    fn from(scheme: CaptureScheme) -> Self {
        match scheme {
            CaptureScheme::RpcHmacSha1 => Self::Rpc,
            CaptureScheme::Acs3HmacSha256 => Self::Acs3(Algorithm::HmacSha256),
            CaptureScheme::Acs3HmacSm3 => Self::Acs3(Algorithm::HmacSm3),
            CaptureScheme::Anonymous => Self::Unsigned,
        }
    }
}

/// One captured request. Members that are unknown are refused, so that a misspelt one is not ignored.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The client's name.
    pub client: String,
    /// The client's version.
    pub version: String,
    /// The operation that the client was asked for.
    pub call: String,
    /// `http` or `https`; no scheme signs it.
    pub transport: String,
    /// The method.
    pub method: String,
    /// Path and raw query as sent.
    pub target: String,
    /// The headers as sent, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text, chunking undone.
    pub body: String,
    /// The key that signed.
    pub access_key_id: Option<String>,
    /// Its secret.
    pub secret: Option<SecretText>,
    /// The session token that was sent.
    pub security_token: Option<String>,
    /// The time that was sent.
    pub timestamp: Option<String>,
    /// The nonce that was sent.
    pub nonce: Option<String>,
    /// The operation that the request names.
    pub action: String,
    /// The version of the operation's product.
    pub api_version: String,
    /// The decoded parameters without the common ones.
    pub params: Map<String, Value>,
    /// How it is signed.
    pub scheme: CaptureScheme,
    /// What is to be said of it.
    pub verdict: Verdict,
    /// Whether it can be replayed against a running server.
    #[serde(default)]
    pub over_http: bool,
    /// Whether a server may leave the algorithm out.
    #[serde(default)]
    pub optional: bool,
    /// The expected canonical request (ACS3).
    pub canonical_request: Option<String>,
    /// The expected string to sign.
    pub string_to_sign: Option<String>,
    /// The expected signature.
    pub expected_signature: Option<String>,
    /// The signature that was sent, where it differs.
    pub sent_signature: Option<String>,
    /// What the file is about.
    pub note: Option<String>,
}

impl Capture {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong with the JSON or its members.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The request as it came.
    pub fn request(&self) -> RawRequest<'_> {
        RawRequest {
            method: &self.method,
            target: &self.target,
            headers: self.headers.iter().map(|(n, v)| (&**n, &**v)).collect(),
            body: self.body.as_bytes(),
        }
    }

    /// Derives everything and compares it with what the file expects.
    pub fn check(&self) -> Report {
        let mut report = Report::default();
        let raw = self.request();
        match Request::read(&raw) {
            Ok(request) => self.compare(&request, &mut report),
            Err(error) => report
                .faults
                .push(format!("the request cannot be read: {error}")),
        }
        report
    }

    fn compare(&self, request: &Request<'_>, report: &mut Report) {
        let secret = self.secret.as_ref();
        report.canonical_request = request.canonical_request().map(str::to_owned);
        report.string_to_sign = request.string_to_sign().map(str::to_owned);
        report.signature = secret.and_then(|s| request.expected_signature(s));
        report.sent = request.sent_signature().map(str::to_owned);

        report.expect("scheme", &request.scheme(), &Scheme::from(self.scheme));
        for (what, ours, theirs) in [
            (
                "canonical_request",
                report.canonical_request.clone(),
                &self.canonical_request,
            ),
            (
                "string_to_sign",
                report.string_to_sign.clone(),
                &self.string_to_sign,
            ),
            (
                "expected_signature",
                report.signature.clone(),
                &self.expected_signature,
            ),
        ] {
            report.expect(what, &ours, theirs);
        }
        for (what, ours, theirs) in [
            ("action", request.action(), Some(&self.action)),
            ("api_version", request.version(), Some(&self.api_version)),
            (
                "access_key_id",
                request.access_key_id(),
                self.access_key_id.as_ref(),
            ),
            (
                "security_token",
                request.security_token(),
                self.security_token.as_ref(),
            ),
            ("timestamp", request.timestamp(), self.timestamp.as_ref()),
            ("nonce", request.nonce(), self.nonce.as_ref()),
        ] {
            report.expect(what, &ours, &theirs.map(String::as_str));
        }
        if params_of(request) != self.params {
            report
                .faults
                .push("`params` are not those of the request".to_owned());
        }
        self.judge(request, report);
    }

    /// Whether the verdict is the one that our derivation gives.
    fn judge(&self, request: &Request<'_>, report: &mut Report) {
        let verified = self.secret.as_ref().map(|secret| request.verify(secret));
        let right = match self.verdict {
            Verdict::Accept => verified == Some(Ok(())) && self.sent_signature.is_none(),
            Verdict::Reject => {
                // The file's two signatures differ, and the request carries the bad one.
                matches!(verified, Some(Err(_)))
                    && self.sent_signature.is_some()
                    && self.sent_signature == report.sent
                    && self.sent_signature != report.signature
            }
            Verdict::AcceptUnsigned => {
                request.scheme() == Scheme::Unsigned
                    && self.sent_signature.is_none()
                    && request.access_key_id().is_none()
                    && verified.is_none()
            }
        };
        if !right {
            let found = match verified {
                Some(Ok(())) => "the signature verifies".to_owned(),
                Some(Err(error)) => error.to_string(),
                None => "there is no secret to verify with".to_owned(),
            };
            report
                .faults
                .push(format!("the verdict is {:?}, but {found}", self.verdict));
        }
    }
}

/// The decoded parameters of a request, without the common ones, as the format has them.
fn params_of(request: &Request<'_>) -> Map<String, Value> {
    let mut params = Map::new();
    let by_parameters = !matches!(request.scheme(), Scheme::Acs3(_));
    for pair in request.pairs() {
        if !(by_parameters && COMMON.contains(&pair.name())) {
            params.insert(pair.name().to_owned(), pair.value().into());
        }
    }
    if !request.json().is_empty() {
        let members = request.json().iter().cloned().collect();
        params.insert(JSON_BODY.to_owned(), Value::Object(members));
    }
    params
}

/// What a check derived, and where the file disagrees.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The canonical request as derived (ACS3).
    pub canonical_request: Option<String>,
    /// The string to sign as derived.
    pub string_to_sign: Option<String>,
    /// The signature as derived.
    pub signature: Option<String>,
    /// The signature that the request carries.
    pub sent: Option<String>,
    /// Each disagreement in words; none holds a secret.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether all agrees.
    pub fn passed(&self) -> bool {
        self.faults.is_empty()
    }

    fn expect<T: PartialEq + fmt::Debug>(&mut self, what: &str, ours: &T, theirs: &T) {
        if ours != theirs {
            self.faults
                .push(format!("`{what}` is {ours:?}, the file has {theirs:?}"));
        }
    }
}
