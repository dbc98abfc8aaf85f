//! Row 10: what decides stands in one place. Generated from the captures: each field that says who
//! calls or what is called, put into every second place.

use rampart::credential::acs3::{self, Acs3Key, Authorization};
use rampart::credential::captures::{Capture, CaptureScheme, Verdict};
use rampart::credential::params::parse_query;
use rampart::credential::rpc::{self, RpcKey};
use rampart::credential::time;

use crate::app::{ACCOUNT, On, TestApp, encode};
use crate::calls::{self, Raw};

const FORM: &str = "application/x-www-form-urlencoded";

fn captures() -> Vec<(String, Capture)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/captures");
    let mut captures: Vec<(String, Capture)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                Capture::read(&text).unwrap(),
            )
        })
        .filter(|(_, capture)| capture.over_http && capture.verdict == Verdict::Accept)
        .collect();
    captures.sort_by(|one, other| one.0.cmp(&other.0));
    captures
}

fn raw(capture: &Capture) -> Raw {
    let (_, query) = capture.target.split_once('?').unwrap_or_default();
    let framing = ["transfer-encoding", "content-length"];
    Raw {
        method: if capture.method == "GET" {
            "GET"
        } else {
            "POST"
        },
        query: query.to_owned(),
        headers: capture
            .headers
            .iter()
            .filter(|(name, _)| !framing.contains(&name.to_ascii_lowercase().as_str()))
            .cloned()
            .collect(),
        body: capture.body.clone().into_bytes(),
    }
}

/// The fields, by their names as parameters and as headers.
const FIELDS: [(&str, &str); 10] = [
    ("Action", "x-acs-action"),
    ("Version", "x-acs-version"),
    ("AccessKeyId", "x-acs-accesskey-id"),
    ("SecurityToken", "x-acs-security-token"),
    ("Timestamp", "x-acs-date"),
    ("SignatureNonce", "x-acs-signature-nonce"),
    ("Signature", "authorization"),
    ("SignatureMethod", "x-acs-content-sha256"),
    ("SignatureType", "x-acs-bearer-token"),
    ("SignatureVersion", "x-acs-zero-trust-idtoken"),
];

fn in_body(mut call: Raw, name: &str, value: &str) -> Raw {
    let pair = encode(&[(name, value)]);
    let typed = call
        .headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    match typed.map(|(_, kind)| kind.clone()) {
        Some(kind) if kind.contains("json") => {
            call.body.pop();
            call.body
                .extend_from_slice(format!(",{}:{}}}", quoted(name), quoted(value)).as_bytes());
        }
        Some(_) => {
            if !call.body.is_empty() {
                call.body.push(b'&');
            }
            call.body.extend_from_slice(pair.as_bytes());
        }
        None => call = call.body(FORM, pair.as_bytes()),
    }
    call
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The bent request, signed as its key's holder would: what is refused is not its signature.
fn signed(capture: &Capture, call: Raw) -> Raw {
    if capture.scheme == CaptureScheme::RpcHmacSha1 {
        signed_by_parameters(capture, call)
    } else {
        signed_by_header(capture, call)
    }
}

fn signed_by_parameters(capture: &Capture, mut call: Raw) -> Raw {
    let mut body = String::from_utf8(call.body).unwrap();
    let mut pairs = parse_query(&call.query).unwrap();
    pairs.extend(parse_query(&body).unwrap());
    let text = rpc::string_to_sign(call.method, &pairs);
    let signature = RpcKey::new(capture.secret.as_ref().unwrap()).sign(&text);
    let signature = encode(&[("Signature", &signature)]);
    // In the place of the honest one, which is the first.
    for text in [&mut call.query, &mut body] {
        let mut pieces: Vec<&str> = text.split('&').collect();
        let honest = pieces
            .iter_mut()
            .find(|piece| piece.starts_with("Signature="));
        if let Some(honest) = honest {
            *honest = &signature;
            *text = pieces.join("&");
            break;
        }
    }
    call.body = body.into_bytes();
    call
}

fn signed_by_header(capture: &Capture, mut call: Raw) -> Raw {
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let honest = call
        .headers
        .iter()
        .find(|(name, _)| is(name, "authorization"));
    let honest = honest.unwrap().1.clone();
    let honest = Authorization::parse(&honest).unwrap();
    let hash = honest.algorithm.payload_hash(&call.body);
    let sent = call
        .headers
        .iter_mut()
        .find(|(name, _)| is(name, acs3::CONTENT_HASH));
    sent.unwrap().1.clone_from(&hash);
    // What was not there before is signed too.
    let mut names: Vec<String> = honest.names().map(str::to_owned).collect();
    let captured = |name: &str| capture.headers.iter().any(|(other, _)| is(other, name));
    for (name, _) in &call.headers {
        if !captured(name) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    let values = |name: &str| {
        let all = call.headers.iter().filter(|(other, _)| is(other, name));
        acs3::header_value(all.map(|(_, value)| value.as_str()))
            .unwrap()
            .into_owned()
    };
    let headers: Vec<(&str, String)> = names
        .iter()
        .map(|name| (name.as_str(), values(name)))
        .collect();
    let list = names.join(";");
    let pairs = parse_query(&call.query).unwrap();
    let canonical = acs3::canonical_request(call.method, &pairs, &headers, &list, &hash);
    let text = acs3::string_to_sign(honest.algorithm, &canonical);
    let signature = Acs3Key::new(capture.secret.as_ref().unwrap()).sign(honest.algorithm, &text);
    let authorization = format!(
        "{} Credential={},SignedHeaders={list},Signature={signature}",
        honest.algorithm.name(),
        honest.credential
    );
    let sent = call
        .headers
        .iter_mut()
        .find(|(name, _)| is(name, "authorization"));
    sent.unwrap().1 = authorization;
    call
}

/// An honest request with one field in a second place: one request for each place. `own`: whether the
/// value is the field's own.
fn bent(
    capture: &Capture,
    honest: &Raw,
    (param, header): (&str, &str),
    (value, own): (&str, bool),
) -> Vec<Raw> {
    let acs3 = capture.scheme != CaptureScheme::RpcHmacSha1;
    let mut headers = honest.headers.iter();
    let has_header = headers.any(|(name, _)| name.eq_ignore_ascii_case(header));
    let body = String::from_utf8(honest.body.clone()).unwrap();
    let mut pieces = honest.query.split('&').chain(body.split('&'));
    let has_param = pieces.any(|piece| piece.split('=').next() == Some(param));
    // An empty one that the scheme can do without is the first of its name.
    let optional = ["SecurityToken", "SignatureType"].contains(&param);
    if !acs3 && value.is_empty() && optional && !has_param {
        return Vec::new();
    }
    let mut bent = vec![
        honest.clone().and(&encode(&[(param, value)])),
        in_body(honest.clone(), param, value),
    ];
    // A second header of the name, equal or not; in RPC they mean nothing, but two of one name are
    // refused there too, and a second scheme's credentials always.
    let of_others = [
        "authorization",
        "x-acs-bearer-token",
        "x-acs-zero-trust-idtoken",
    ];
    // The key's id may be repeated, and an empty token is none.
    let says_nothing = !has_header
        && ((header == acs3::ACCESS_KEY_ID && own)
            || (header == acs3::SECURITY_TOKEN && value.is_empty()));
    if (acs3 && !says_nothing) || has_header || of_others.contains(&header) {
        let roa = header == "authorization" && !acs3;
        bent.push(
            honest
                .clone()
                .header(header, if roa { "acs a:b" } else { value }),
        );
    }
    bent
}

#[tokio::test]
async fn t10_every_field_in_every_second_place() {
    let app = TestApp::start(On::Memory).await;
    let mut keys = std::collections::BTreeMap::new();
    for (_, capture) in captures() {
        let secret = capture.secret.as_ref().unwrap().expose().to_owned();
        keys.insert(capture.access_key_id.clone().unwrap(), secret);
    }
    for (id, secret) in keys {
        app.add_root_key(ACCOUNT, &id, &secret).await;
    }
    let before = calls::state(&app).await;
    let mut tried = 0;
    for (file, capture) in captures() {
        let sent = time::parse(capture.timestamp.as_deref().unwrap()).unwrap();
        app.clock.set_millis(sent);
        let honest = raw(&capture);
        for (param, header) in FIELDS {
            let same = match param {
                "Action" => capture.action.as_str(),
                "Version" => capture.api_version.as_str(),
                "AccessKeyId" => capture.access_key_id.as_deref().unwrap(),
                _ => "other",
            };
            for value in [same, "other", ""] {
                let bent = bent(&capture, &honest, (param, header), (value, value == same));
                for call in bent.into_iter().map(|call| signed(&capture, call)) {
                    let reply = call.send(&app).await;
                    assert_eq!(
                        reply.status.as_u16(),
                        400,
                        "{file} {param}={value}: {call:?} {}",
                        reply.text
                    );
                    assert_ne!(
                        reply.code(),
                        "SignatureDoesNotMatch",
                        "{file} {param}={value}: {call:?}"
                    );
                    tried += 1;
                }
            }
        }
    }
    println!("{tried} requests with a field in two places, all refused");
    assert!(tried > 1000, "{tried}");
    assert_eq!(calls::state(&app).await, before);
    // Not one used up the nonce of the honest request.
    let mut honest = 0;
    for (file, capture) in captures() {
        app.clock
            .set_millis(time::parse(capture.timestamp.as_deref().unwrap()).unwrap());
        let reply = raw(&capture).send(&app).await;
        assert!(
            !reply.code().starts_with("Signature"),
            "{file}: {}",
            reply.text
        );
        honest += 1;
    }
    assert_eq!(honest, 30);
    app.end().await;
}
