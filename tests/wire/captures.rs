//! The captured requests over HTTP, byte for byte, with the clock at their time.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use rampart::credential::captures::{Capture, Verdict};
use rampart::credential::time;

use crate::app::{ACCOUNT, On, TestApp};
use crate::on_both;
use crate::socket::{self, Answer};

on_both!(
    every_capture_gets_its_verdict,
    what_a_capture_must_not_become
);

/// Every file that can be replayed over HTTP.
fn captures() -> BTreeMap<String, Capture> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/captures");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let capture = Capture::read(&std::fs::read_to_string(path).unwrap()).unwrap();
        (name, capture)
    };
    let all = std::fs::read_dir(folder).unwrap().map(read);
    let captures: BTreeMap<_, _> = all.filter(|(_, capture)| capture.over_http).collect();
    assert_eq!(captures.len(), 32);
    captures
}

/// The request as the client sent it; chunked where it was.
fn bytes(capture: &Capture) -> Vec<u8> {
    let headers: Vec<(&str, &str)> = capture
        .headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let is_chunked = |(name, value): &(&str, &str)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked")
    };
    let body = if headers.iter().any(is_chunked) {
        socket::chunked(capture.body.as_bytes())
    } else {
        capture.body.clone().into_bytes()
    };
    socket::request(&capture.method, &capture.target, &headers, &body)
}

/// Codes that are about the signature, or say that the request could not be read.
fn is_about_the_signature(code: &str) -> bool {
    const COMMON: [&str; 9] = [
        "MissingAction",
        "MissingVersion",
        "MissingAccessKeyId",
        "MissingSignature",
        "MissingSignatureMethod",
        "MissingSignatureVersion",
        "MissingSignatureNonce",
        "MissingTimestamp",
        "MissingSecurityToken",
    ];
    const OTHERS: [&str; 9] = [
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidSignatureMethod",
        "SignatureNonceUsed",
        "InvalidParameter.Duplicate",
        "InvalidParameter.Encoding",
        "InvalidParameter.Format",
        "InvalidVersion",
        "InvalidAction.NotFound",
    ];
    COMMON.contains(&code)
        || OTHERS.contains(&code)
        || [
            "InvalidAccessKeyId",
            "InvalidSecurityToken",
            "InvalidTimeStamp",
        ]
        .iter()
        .any(|prefix| code.starts_with(prefix))
}

/// A capture's operation may come with a later change: then only the signature cannot be seen.
fn is_built(capture: &Capture) -> bool {
    rampart::ops::REGISTRY.iter().any(|entry| {
        entry.declaration.name == capture.action
            && entry.declaration.product.version() == capture.api_version
    })
}

/// The code of the answer, whatever its format.
fn code(answer: &Answer) -> String {
    match answer.body.split_once("<Code>") {
        Some((_, rest)) => rest.split('<').next().unwrap_or_default().to_owned(),
        None => answer.code(),
    }
}

async fn with_keys(on: On) -> (TestApp, SocketAddr) {
    let app = TestApp::start(on).await;
    let keys: BTreeMap<String, String> = captures()
        .values()
        .map(|capture| {
            let secret = capture.secret.as_ref().unwrap().expose().to_owned();
            (capture.access_key_id.clone().unwrap(), secret)
        })
        .collect();
    for (id, secret) in keys {
        app.add_root_key(ACCOUNT, &id, &secret).await;
    }
    let address = app.listen().await;
    (app, address)
}

fn at(app: &TestApp, capture: &Capture, seconds: i64) {
    let sent = time::parse(capture.timestamp.as_deref().unwrap()).unwrap();
    app.clock.set_millis(sent + seconds * 1000);
}

async fn every_capture_gets_its_verdict(on: On) {
    let (app, address) = with_keys(on).await;
    let (mut accepted, mut refused, mut later) = (0, 0, 0);
    for (name, capture) in captures() {
        at(&app, &capture, 0);
        let answer = socket::exchange(address, &bytes(&capture)).await;
        let code = code(&answer);
        if !is_built(&capture) {
            assert_eq!(code, "InvalidAction.NotFound", "{name}");
            later += 1;
            continue;
        }
        match capture.verdict {
            Verdict::Accept => {
                assert!(!is_about_the_signature(&code), "{name}: {}", answer.body);
                assert_ne!(answer.status, 500, "{name}: {}", answer.body);
                assert_ne!(answer.status, 0, "{name}: no answer");
                accepted += 1;
            }
            Verdict::Reject => {
                assert_eq!(code, "SignatureDoesNotMatch", "{name}: {}", answer.body);
                refused += 1;
                continue;
            }
            Verdict::AcceptUnsigned => panic!("{name}: none of these is over HTTP"),
        }
        // The same bytes once more, at once and later.
        for seconds in [0, 899, -899] {
            at(&app, &capture, seconds);
            let answer = socket::exchange(address, &bytes(&capture)).await;
            assert_eq!(
                self::code(&answer),
                "SignatureNonceUsed",
                "{name} {seconds}"
            );
        }
    }
    println!("{accepted} accepted, {refused} refused, {later} for operations of a later change");
    assert_eq!(accepted + refused + later, 32);
    assert!(accepted >= 20, "{accepted}");
    app.end().await;
}

async fn what_a_capture_must_not_become(on: On) {
    let (app, address) = with_keys(on).await;
    let wrong = TestApp::start(on).await;
    let elsewhere = wrong.listen().await;
    let ids: std::collections::BTreeSet<String> = captures()
        .values()
        .map(|capture| capture.access_key_id.clone().unwrap())
        .collect();
    for id in ids {
        wrong
            .add_root_key(ACCOUNT, &id, "anotherSecretForThisKey0000001")
            .await;
    }
    let mut negatives = 0;
    for (name, capture) in captures() {
        if capture.verdict != Verdict::Accept || !is_built(&capture) {
            continue;
        }
        // 16 minutes either way.
        for seconds in [960, -960] {
            at(&app, &capture, seconds);
            let answer = socket::exchange(address, &bytes(&capture)).await;
            assert_eq!(
                code(&answer),
                "InvalidTimeStamp.Expired",
                "{name} {seconds}"
            );
        }
        // Another secret: our string to sign comes back in the form that clients take apart.
        at(&wrong, &capture, 0);
        let answer = socket::exchange(elsewhere, &bytes(&capture)).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (400, "SignatureDoesNotMatch"),
            "{name}"
        );
        echoes(&name, &capture, &answer);
        // One more parameter; a byte of the body; another Host.
        at(&app, &capture, 0);
        for changed in changes(&capture) {
            let answer = socket::exchange(address, &bytes(&changed)).await;
            assert_eq!(
                code(&answer),
                "SignatureDoesNotMatch",
                "{name}: {}",
                answer.body
            );
            negatives += 1;
        }
        // None of that used the nonce up.
        let answer = socket::exchange(address, &bytes(&capture)).await;
        assert!(
            !is_about_the_signature(&code(&answer)),
            "{name}: {}",
            answer.body
        );
    }
    println!("{negatives} changed captures refused");
    assert!(negatives > 30, "{negatives}");
    wrong.end().await;
    app.end().await;
}

fn echoes(name: &str, capture: &Capture, answer: &Answer) {
    let to_sign = capture.string_to_sign.as_deref().unwrap();
    let expected = match &capture.canonical_request {
        None => format!(
            "Specified signature is not matched with our calculation. server string to sign is:{to_sign}"
        ),
        Some(canonical) => format!(
            "Specified signature does not match our calculation. server StringToSign is [{to_sign}] \
             server CanonicalRequest is [{canonical}]"
        ),
    };
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&answer.body) {
        assert_eq!(json["Message"], expected, "{name}");
    } else {
        let (_, rest) = answer.body.split_once("<Message>").unwrap();
        let message = rest
            .split_once("</Message>")
            .unwrap()
            .0
            .replace("&amp;", "&");
        assert_eq!(message, expected, "{name}");
    }
}

fn changes(capture: &Capture) -> Vec<Capture> {
    let mut changed = Vec::new();
    let mut more = capture.clone();
    more.target
        .push(if more.target.contains('?') { '&' } else { '?' });
    more.target.push_str("Extra=1");
    changed.push(more);
    if !capture.body.is_empty() {
        let mut other = capture.clone();
        // A letter that is no hex digit: it cannot be part of an escape.
        let at = other.body.rfind(|c: char| ('g'..'z').contains(&c)).unwrap();
        other.body.replace_range(at..=at, "z");
        changed.push(other);
    }
    if capture.canonical_request.is_some() {
        let mut other = capture.clone();
        for (name, value) in &mut other.headers {
            if name.eq_ignore_ascii_case("host") {
                value.push('0');
            }
        }
        changed.push(other);
    }
    changed
}
