//! Row 10: what decides stands in one place. Generated from the captures: each field that says who
//! calls or what is called, put into every second place.

use rampart::credential::captures::{Capture, CaptureScheme, Verdict};
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
const FIELDS: [(&str, &str); 8] = [
    ("Action", "x-acs-action"),
    ("Version", "x-acs-version"),
    ("AccessKeyId", "x-acs-accesskey-id"),
    ("SecurityToken", "x-acs-security-token"),
    ("Timestamp", "x-acs-date"),
    ("SignatureNonce", "x-acs-signature-nonce"),
    ("Signature", "authorization"),
    ("SignatureMethod", "x-acs-content-sha256"),
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
        let acs3 = capture.scheme != CaptureScheme::RpcHmacSha1;
        let own_header = |name: &str| {
            honest
                .headers
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.as_str())
        };
        for (param, header) in FIELDS {
            let same = match param {
                "Action" => capture.action.as_str(),
                "Version" => capture.api_version.as_str(),
                "AccessKeyId" => capture.access_key_id.as_deref().unwrap(),
                _ => "other",
            };
            for value in [same, "other", ""] {
                let mut bent = vec![
                    honest.clone().and(&encode(&[(param, value)])),
                    in_body(honest.clone(), param, value),
                ];
                // A second header of the name, equal or not; in RPC they mean nothing, but two of
                // one name are refused there too, and a second scheme's credentials always.
                let is_there = own_header(header).is_some();
                if acs3 || is_there || header == "authorization" {
                    let value = if header == "authorization" && !acs3 {
                        "acs a:b"
                    } else {
                        value
                    };
                    bent.push(honest.clone().header(header, value));
                }
                for call in bent {
                    let reply = call.send(&app).await;
                    assert_eq!(
                        reply.status.as_u16(),
                        400,
                        "{file} {param}={value}: {call:?} {}",
                        reply.text
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
