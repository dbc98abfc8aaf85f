//! A request of the wire as `credential` reads it, and what the pipeline takes from it.

use std::borrow::Cow;

use axum::http::header::HOST;
use axum::http::request::Parts;
use serde_json::Value;

use crate::credential::acs3::Algorithm;
use crate::credential::params;
use crate::credential::verify::{RawRequest, Request, RequestError, Scheme};
use crate::iam::authn::{Proof, SignedRequest};
use crate::ops::params::Params;
use crate::wire::envelope::Format;
use crate::wire::error::{Fault, Strings};

/// The headers as text. A value that is not UTF-8 cannot have been signed by a client.
pub(super) fn raw<'a>(
    parts: &'a Parts,
    target: &'a str,
    body: &'a [u8],
) -> Result<RawRequest<'a>, Fault> {
    let mut headers = Vec::with_capacity(parts.headers.len() + 1);
    let mut has_host = false;
    for (name, value) in &parts.headers {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| Fault::BodyBroken)?;
        has_host |= name == HOST;
        headers.push((name.as_str(), value));
    }
    // HTTP/2 carries what clients sign as `host` in a field of its own.
    if !has_host && let Some(authority) = parts.uri.authority() {
        headers.push((HOST.as_str(), authority.as_str()));
    }
    Ok(RawRequest {
        method: parts.method.as_str(),
        target,
        headers,
        body,
    })
}

/// The target as it came, byte for byte; of the absolute form, what follows the host.
pub(super) fn target(parts: &Parts) -> &str {
    parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
}

/// The format of the answer, chosen from what could be read.
pub(super) fn format(raw: &RawRequest<'_>, default_rpc: Format) -> Result<Format, Fault> {
    let query = raw.target.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = params::parse_query(query).unwrap_or_default();
    if let Ok(form) = std::str::from_utf8(raw.body) {
        pairs.extend(params::parse_query(form).unwrap_or_default());
    }
    let acs3 = header(raw, "authorization").is_some_and(|value| value.starts_with("ACS3-"));
    chosen(
        params::value(&pairs, "Format"),
        acs3,
        header(raw, "accept"),
        default_rpc,
    )
}

fn header<'a>(raw: &RawRequest<'a>, wanted: &str) -> Option<&'a str> {
    raw.headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| *value)
}

/// The format that a request which was read asks for.
pub(super) fn chosen(
    word: Option<&str>,
    acs3: bool,
    accept: Option<&str>,
    default_rpc: Format,
) -> Result<Format, Fault> {
    match word.filter(|word| !word.is_empty()) {
        Some(word) => Format::parse(word).map_err(|()| Fault::Format),
        None if !acs3 => Ok(default_rpc),
        None if accept == Some("application/xml") => Ok(Format::Xml),
        None => Ok(Format::Json),
    }
}

/// Reads a request; where it cannot be read, the format of the refusal comes with the fault.
pub(super) fn read<'a>(
    raw: &'a RawRequest<'a>,
    default_rpc: Format,
) -> Result<(Request<'a>, Format), (Fault, Format)> {
    let refuse = |error: RequestError| {
        let fault = Fault::Request(error);
        if fault.is_unread() {
            return (fault, Format::Json);
        }
        match format(raw, default_rpc) {
            Ok(format) => (fault, format),
            Err(fault) => (fault, Format::Json),
        }
    };
    let request = Request::read(raw).map_err(refuse)?;
    let acs3 = matches!(request.scheme(), Scheme::Acs3(_));
    let format = chosen(request.format(), acs3, header(raw, "accept"), default_rpc)
        .map_err(|fault| (fault, Format::Json))?;
    let nul = request.pairs().iter().any(params::Pair::holds_nul)
        || request
            .json()
            .iter()
            .any(|(name, value)| name.contains('\0') || json_holds_nul(value));
    if nul {
        return Err((Fault::Nul, Format::Json));
    }
    Ok((request, format))
}

fn json_holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(json_holds_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || json_holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The parameters for the operation: query, form and the members of a JSON body as one list.
pub(super) fn params<'r>(request: &'r Request<'_>) -> Params<'r> {
    let members = request.json().iter().filter_map(|(name, value)| {
        let text = match value {
            Value::Null => return None,
            Value::String(text) => Cow::Borrowed(text.as_str()),
            // Numbers and booleans as their text; lists as the JSON text that RAM takes them in.
            other => Cow::Owned(other.to_string()),
        };
        Some((Cow::Borrowed(name.as_str()), text))
    });
    Params::of_request(request.pairs(), members.collect())
}

/// What of a signed request says who sent it.
pub(super) fn signed<'r>(request: &'r Request<'_>) -> Result<SignedRequest<'r>, Fault> {
    let need = |value: Option<&'r str>, name| value.ok_or(Fault::Missing(name));
    let nonce = need(request.nonce(), "SignatureNonce")?;
    let printable = nonce.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if nonce.is_empty() || nonce.len() > 256 || !printable {
        return Err(Fault::Common("SignatureNonce"));
    }
    let string_to_sign = need(request.string_to_sign(), "Signature")?;
    let signature = need(request.sent_signature(), "Signature")?;
    let proof = match request.scheme() {
        Scheme::Rpc => {
            if request.signature_version() != Some("1.0") {
                return Err(Fault::Common("SignatureVersion"));
            }
            Proof::Rpc {
                string_to_sign,
                signature,
            }
        }
        Scheme::Acs3(algorithm) => Proof::Acs3 {
            algorithm,
            string_to_sign,
            signature,
        },
        Scheme::Unsigned => return Err(Fault::Missing("AccessKeyId")),
    };
    Ok(SignedRequest {
        access_key_id: need(request.access_key_id(), "AccessKeyId")?,
        security_token: request.security_token().filter(|token| !token.is_empty()),
        time: need(request.timestamp(), "Timestamp")?,
        nonce,
        proof,
    })
}

/// Our own strings, for the answer to a signature that does not match.
pub(super) fn strings(request: &Request<'_>) -> Strings {
    Strings {
        string_to_sign: request.string_to_sign().unwrap_or_default().to_owned(),
        canonical_request: request.canonical_request().map(str::to_owned),
    }
}

/// What was signed, kept for the case that the key's secret is replaced while a call waits.
pub(super) struct KeptProof {
    strings: Strings,
    signature: String,
    /// The hash of ACS3; `None` for RPC.
    algorithm: Option<Algorithm>,
}

impl KeptProof {
    pub(super) fn of(request: &Request<'_>, proof: Proof<'_>) -> Self {
        let (signature, algorithm) = match proof {
            Proof::Rpc { signature, .. } => (signature, None),
            Proof::Acs3 {
                signature,
                algorithm,
                ..
            } => (signature, Some(algorithm)),
        };
        Self {
            strings: strings(request),
            signature: signature.to_owned(),
            algorithm,
        }
    }

    /// Our own strings, for the answer to a signature that does not match any more.
    pub(super) fn strings(&self) -> &Strings {
        &self.strings
    }

    pub(super) fn proof(&self) -> Proof<'_> {
        let (string_to_sign, signature) = (self.strings.string_to_sign.as_str(), &*self.signature);
        match self.algorithm {
            None => Proof::Rpc {
                string_to_sign,
                signature,
            },
            Some(algorithm) => Proof::Acs3 {
                algorithm,
                string_to_sign,
                signature,
            },
        }
    }
}
