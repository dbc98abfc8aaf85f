//! Signs one call in either scheme.

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::credential::acs3::{self, Acs3Key, Algorithm};
use crate::credential::params::Pair;
use crate::credential::percent;
use crate::credential::rpc::{self, RpcKey};
use crate::credential::secret::SecretText;

/// The content type of every body we send.
const FORM: &str = "application/x-www-form-urlencoded";

/// Which signature scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Scheme {
    /// ACS3-HMAC-SHA256, in the headers: what the current SDKs send.
    Acs3,
    /// HMAC-SHA1, in the parameters: what the older SDKs send.
    Rpc,
}

/// Who signs.
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: SecretText,
    pub(super) security_token: Option<SecretText>,
}

/// A call before it is signed.
pub(super) struct Call<'a> {
    pub(super) endpoint: &'a Url,
    pub(super) version: &'static str,
    pub(super) action: &'a str,
    pub(super) parameters: &'a [(String, String)],
    pub(super) format: &'static str,
    /// `YYYY-MM-DDThh:mm:ssZ`.
    pub(super) date: &'a str,
    pub(super) nonce: &'a str,
}

/// What is sent, as a POST to the endpoint.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A value cannot stand in a header: a control character or one beyond ASCII.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` cannot be sent: it holds a character that headers cannot hold")]
pub(super) struct HeaderError(&'static str);

/// Signs a call: all parameters go into the body, where they may be long.
pub(super) fn sign(
    call: &Call<'_>,
    credentials: &Credentials,
    scheme: Scheme,
) -> Result<Signed, HeaderError> {
    match scheme {
        Scheme::Acs3 => sign_acs3(call, credentials),
        Scheme::Rpc => Ok(sign_rpc(call, credentials)),
    }
}

fn sign_rpc(call: &Call<'_>, credentials: &Credentials) -> Signed {
    let mut pairs = vec![
        Pair::new("Action", call.action),
        Pair::new("Version", call.version),
        Pair::new("Format", call.format),
        Pair::new("AccessKeyId", credentials.access_key_id.as_str()),
        Pair::new("SignatureMethod", "HMAC-SHA1"),
        Pair::new("SignatureVersion", "1.0"),
        Pair::new("SignatureNonce", call.nonce),
        Pair::new("Timestamp", call.date),
    ];
    if let Some(token) = &credentials.security_token {
        pairs.push(Pair::new("SecurityToken", token.expose().as_str()));
    }
    pairs.extend(call.parameters.iter().map(|(n, v)| Pair::new(n, v)));
    let text = rpc::string_to_sign("POST", &pairs);
    let signature = RpcKey::new(&credentials.access_key_secret).sign(&text);
    pairs.push(Pair::new(rpc::SIGNATURE, signature));
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(FORM));
    Signed {
        headers,
        body: form(&pairs),
    }
}

fn sign_acs3(call: &Call<'_>, credentials: &Credentials) -> Result<Signed, HeaderError> {
    let algorithm = Algorithm::HmacSha256;
    let mut pairs: Vec<Pair<'_>> = call
        .parameters
        .iter()
        .map(|(n, v)| Pair::new(n, v))
        .collect();
    pairs.push(Pair::new("Format", call.format));
    let body = form(&pairs);
    let hash = algorithm.payload_hash(body.as_bytes());
    let host = host(call.endpoint);
    // In the order of their names: the canonical form lists them sorted.
    let mut signed = vec![
        ("content-type", FORM),
        ("host", host.as_str()),
        (acs3::ACTION, call.action),
        (acs3::CONTENT_HASH, hash.as_str()),
        (acs3::DATE, call.date),
        (acs3::NONCE, call.nonce),
        (acs3::VERSION, call.version),
    ];
    if let Some(token) = &credentials.security_token {
        signed.push((acs3::SECURITY_TOKEN, token.expose()));
        signed.push((acs3::ACCESS_KEY_ID, &credentials.access_key_id));
    }
    signed.sort_unstable();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let canonical = acs3::canonical_request("POST", &[], &signed, &names, &hash);
    let text = acs3::string_to_sign(algorithm, &canonical);
    let signature = Acs3Key::new(&credentials.access_key_secret).sign(algorithm, &text);
    let authorization = format!(
        "{} Credential={},SignedHeaders={names},Signature={signature}",
        algorithm.name(),
        credentials.access_key_id
    );
    let mut headers = HeaderMap::new();
    for (name, value) in signed {
        put(&mut headers, name, value)?;
    }
    put(&mut headers, "authorization", &authorization)?;
    Ok(Signed { headers, body })
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), HeaderError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| HeaderError(name))?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

fn form(pairs: &[Pair<'_>]) -> String {
    let mut body = String::new();
    for pair in pairs {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(&percent::encode(pair.name()));
        body.push('=');
        body.push_str(&percent::encode(pair.value()));
    }
    body
}

/// The `Host` header as it is sent: with the port unless it is the scheme's own.
fn host(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    endpoint
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::acs3::Authorization;
    use crate::credential::params::{parse_query, value};

    fn signed(scheme: Scheme) -> Signed {
        let call = Call {
            endpoint: &Url::parse("http://127.0.0.1:7267").unwrap(),
            version: "2015-04-01",
            action: "AssumeRole",
            parameters: &[("Policy".to_owned(), "{\"a\": \"*+~\"}".to_owned())],
            format: "JSON",
            date: "2026-11-22T00:00:00Z",
            nonce: "n-1",
        };
        let credentials = Credentials {
            access_key_id: "STS.x".to_owned(),
            access_key_secret: SecretText::from("s"),
            security_token: Some(SecretText::from("t+/=")),
        };
        sign(&call, &credentials, scheme).unwrap()
    }

    #[test]
    fn the_rpc_form_verifies() {
        let signed = signed(Scheme::Rpc);
        let pairs = parse_query(&signed.body).unwrap();
        let text = rpc::string_to_sign("POST", &pairs);
        let signature = value(&pairs, rpc::SIGNATURE).unwrap();
        RpcKey::new(&SecretText::from("s"))
            .verify(&text, signature)
            .unwrap();
        assert_eq!(value(&pairs, "SecurityToken"), Some("t+/="));
    }

    #[test]
    fn the_acs3_headers_verify() {
        let signed = signed(Scheme::Acs3);
        let text = |name: &str| signed.headers[name].to_str().unwrap().to_owned();
        let header = text("authorization");
        let parsed = Authorization::parse(&header).unwrap();
        parsed
            .check_demanded(signed.headers.keys().map(HeaderName::as_str))
            .unwrap();
        let values: Vec<_> = parsed.names().map(|name| (name, text(name))).collect();
        let pairs: Vec<_> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let hash = text(acs3::CONTENT_HASH);
        let canonical = acs3::canonical_request("POST", &[], &pairs, parsed.signed_headers, &hash);
        let text = acs3::string_to_sign(parsed.algorithm, &canonical);
        Acs3Key::new(&SecretText::from("s"))
            .verify(parsed.algorithm, &text, parsed.signature)
            .unwrap();
        assert!(
            parsed
                .algorithm
                .payload_matches(signed.body.as_bytes(), &hash)
        );
        assert_eq!(signed.headers["host"], "127.0.0.1:7267");
    }
}
