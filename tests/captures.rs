//! The captured requests of real clients, and what must not pass for one of them.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper may fail as the test itself may"
)]

use rampart::credential::SignatureError;
use rampart::credential::acs3::Acs3Error;
use rampart::credential::captures::{Capture, Verdict};
use rampart::credential::secret::SecretText;
use rampart::credential::time::{TimeError, TimeWindow, parse};
use rampart::credential::verify::{RawRequest, Request, RequestError, Scheme, VerifyError};
use serde_json::{Value, json};

/// Every file: its name and text.
fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/captures");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 40, "the folder of captures is not complete");
    files
}

/// Every file of one verdict.
fn captures(verdict: Verdict) -> Vec<(String, Capture)> {
    files()
        .into_iter()
        .map(|(name, text)| (name, Capture::read(&text).unwrap()))
        .filter(|(_, capture)| capture.verdict == verdict)
        .collect()
}

fn verify(
    raw: &RawRequest<'_>,
    secret: &SecretText,
) -> Result<Result<(), VerifyError>, RequestError> {
    Request::read(raw).map(|request| request.verify(secret))
}

fn secret(capture: &Capture) -> &SecretText {
    capture.secret.as_ref().unwrap()
}

const MISMATCH: Result<Result<(), VerifyError>, RequestError> =
    Ok(Err(VerifyError::Signature(SignatureError::Mismatch)));

#[test]
fn every_capture_is_derived() {
    let mut verdicts = [0; 3];
    for (name, text) in files() {
        let capture = Capture::read(&text).unwrap();
        let report = capture.check();
        assert!(report.passed(), "{name}: {:#?}", report.faults);
        verdicts[capture.verdict as usize] += 1;
    }
    let [accept, reject, unsigned] = verdicts;
    println!("40 captures: {accept} accepted, {reject} refused, {unsigned} unsigned");
    assert_eq!(verdicts, [37, 2, 1]);
}

/// A check that cannot fail checks nothing: each expected member, corrupted, is a miss.
#[test]
fn corrupted_expectations_are_misses() {
    let mut misses = 0;
    for (name, text) in files() {
        let file: Value = serde_json::from_str(&text).unwrap();
        for member in [
            "canonical_request",
            "string_to_sign",
            "expected_signature",
            "sent_signature",
            "action",
            "api_version",
            "access_key_id",
            "security_token",
            "timestamp",
            "nonce",
        ] {
            let mut changes = vec![json!(null)];
            if let Some(text) = file[member].as_str() {
                changes.push(json!(format!("{text}x")));
                changes.push(json!(flip_last(text)));
            } else {
                changes = vec![json!("invented")];
            }
            for change in changes {
                // These two cannot be absent from a file.
                if change.is_null() && matches!(member, "action" | "api_version") {
                    continue;
                }
                misses += miss(&name, &file, member, change);
            }
        }
        let params = file["params"].as_object().unwrap();
        for key in params.keys() {
            let mut fewer = params.clone();
            fewer.remove(key);
            misses += miss(&name, &file, "params", json!(fewer));
            let mut other = params.clone();
            other.insert(key.clone(), json!("other value"));
            misses += miss(&name, &file, "params", json!(other));
        }
        let mut more = params.clone();
        more.insert("Invented".into(), json!(""));
        misses += miss(&name, &file, "params", json!(more));
        for verdict in ["accept", "reject", "accept-unsigned"] {
            if file["verdict"] != verdict {
                misses += miss(&name, &file, "verdict", json!(verdict));
            }
        }
        for scheme in [
            "rpc-hmac-sha1",
            "acs3-hmac-sha256",
            "acs3-hmac-sm3",
            "anonymous",
        ] {
            if file["scheme"] != scheme {
                misses += miss(&name, &file, "scheme", json!(scheme));
            }
        }
    }
    println!("{misses} corrupted expectations, all missed");
    assert!(misses > 1000);
}

fn miss(name: &str, file: &Value, member: &str, change: Value) -> u32 {
    let mut corrupted = file.clone();
    corrupted[member] = change;
    let capture = Capture::read(&corrupted.to_string()).unwrap();
    assert!(
        !capture.check().passed(),
        "{name}: {member} = {}",
        corrupted[member]
    );
    1
}

/// Another last character that is no padding.
fn flip_last(text: &str) -> String {
    let at = text.trim_end_matches('=').len() - 1;
    let other = if text.as_bytes()[at] == b'0' {
        "1"
    } else {
        "0"
    };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[test]
fn another_secret_is_refused() {
    for (name, capture) in captures(Verdict::Accept) {
        let raw = capture.request();
        assert_eq!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}");
        for other in [
            "",
            "testSecretForCapture0000000009",
            "testSecretForCapture0000000001&",
        ] {
            assert_eq!(verify(&raw, &SecretText::from(other)), MISMATCH, "{name}");
        }
    }
}

#[test]
fn one_more_parameter_is_refused() {
    for (name, capture) in captures(Verdict::Accept) {
        for piece in ["Extra=1", "Extra", "=", "%26=x"] {
            let separator = if capture.target.contains('?') {
                '&'
            } else {
                '?'
            };
            let target = format!("{}{separator}{piece}", capture.target);
            let raw = RawRequest {
                target: &target,
                ..capture.request()
            };
            assert_eq!(verify(&raw, secret(&capture)), MISMATCH, "{name}: {piece}");
        }
        // One that is there already, in the query or by way of the query and the body.
        let request = Request::read(&capture.request())
            .unwrap()
            .pairs()
            .first()
            .map(|p| p.name().to_owned());
        if let Some(first) = request {
            let separator = if capture.target.contains('?') {
                '&'
            } else {
                '?'
            };
            let target = format!("{}{separator}{first}=1", capture.target);
            let raw = RawRequest {
                target: &target,
                ..capture.request()
            };
            assert_eq!(
                verify(&raw, secret(&capture)),
                Err(RequestError::Duplicate(first)),
                "{name}"
            );
        }
        // Empty pieces are no parameters.
        let separator = if capture.target.contains('?') {
            "&&"
        } else {
            "?&"
        };
        let target = format!("{}{separator}", capture.target);
        let raw = RawRequest {
            target: &target,
            ..capture.request()
        };
        assert_eq!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}");
    }
}

#[test]
fn a_changed_body_is_refused() {
    let mut changed = 0;
    for (name, capture) in captures(Verdict::Accept) {
        let body = capture.body.as_bytes();
        for at in 0..body.len() {
            let mut other = body.to_vec();
            other[at] ^= 1;
            let raw = RawRequest {
                body: &other,
                ..capture.request()
            };
            // A `+` that becomes a `*` and the like: nothing of it verifies.
            assert_ne!(
                verify(&raw, secret(&capture)),
                Ok(Ok(())),
                "{name}: byte {at}"
            );
            changed += 1;
        }
        // A body where there was none: of an unknown type, or as a form that nobody signed.
        if body.is_empty() {
            let raw = RawRequest {
                body: b"a=1",
                ..capture.request()
            };
            assert_ne!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}");
            let mut raw = capture.request();
            raw.headers
                .retain(|(n, _)| !n.eq_ignore_ascii_case("content-type"));
            raw.headers
                .push(("Content-Type", "application/x-www-form-urlencoded"));
            raw.body = b"a=1";
            let expected = match Request::read(&capture.request()).unwrap().scheme() {
                Scheme::Acs3(_) => Err(RequestError::ContentType),
                _ => MISMATCH,
            };
            assert_eq!(verify(&raw, secret(&capture)), expected, "{name}");
        } else {
            let raw = RawRequest {
                body: b"",
                ..capture.request()
            };
            assert_ne!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}");
        }
    }
    println!("{changed} changed bytes of bodies refused");
}

#[test]
fn a_body_of_another_hash_is_refused_under_its_own_name() {
    let mut seen = 0;
    for (name, capture) in captures(Verdict::Accept) {
        if capture.canonical_request.is_some() && !capture.body.is_empty() {
            let body = format!("{} ", capture.body);
            let raw = RawRequest {
                body: body.as_bytes(),
                ..capture.request()
            };
            assert_eq!(
                verify(&raw, secret(&capture)),
                Ok(Err(VerifyError::Body)),
                "{name}"
            );
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// THREATS row 2: under ACS3 nothing that is signed can be swapped, dropped or left out of the list.
#[test]
fn signed_headers_cannot_be_swapped() {
    let mut tried = 0;
    for (name, capture) in captures(Verdict::Accept) {
        if capture.canonical_request.is_none() {
            continue;
        }
        let raw = capture.request();
        let authorization = raw
            .headers
            .iter()
            .find(|(n, _)| *n == "Authorization")
            .unwrap()
            .1;
        let list = authorization
            .split("SignedHeaders=")
            .nth(1)
            .unwrap()
            .split(',')
            .next()
            .unwrap();
        for signed in list.split(';') {
            let at = raw
                .headers
                .iter()
                .position(|(n, _)| n.eq_ignore_ascii_case(signed))
                .unwrap();
            // Another value.
            let other = format!("{}x", raw.headers[at].1);
            let mut changed = raw.clone();
            changed.headers[at].1 = &other;
            let refused = verify(&changed, secret(&capture));
            if signed == "x-acs-accesskey-id" {
                assert_eq!(refused, Err(RequestError::MixedCredentials), "{name}");
            } else if signed == "content-type" {
                assert_ne!(refused, Ok(Ok(())), "{name}");
            } else {
                assert_eq!(refused, MISMATCH, "{name}: {signed}");
            }
            // Not sent.
            let mut changed = raw.clone();
            changed.headers.remove(at);
            let refused = verify(&changed, secret(&capture));
            assert_ne!(refused, Ok(Ok(())), "{name}: {signed}");
            if signed.starts_with("x-acs-") || signed == "host" {
                let absent = Err(RequestError::Incomplete(Acs3Error::Absent));
                assert_eq!(refused, absent, "{name}: {signed}");
            }
            // Sent twice.
            let mut changed = raw.clone();
            changed.headers.push(raw.headers[at]);
            assert_ne!(
                verify(&changed, secret(&capture)),
                Ok(Ok(())),
                "{name}: {signed}"
            );
            // Out of the list.
            let fewer: Vec<_> = list.split(';').filter(|n| *n != signed).collect();
            let shorter = authorization.replace(list, &fewer.join(";"));
            let mut changed = raw.clone();
            for header in &mut changed.headers {
                if header.0 == "Authorization" {
                    header.1 = &shorter;
                }
            }
            let refused = verify(&changed, secret(&capture));
            if signed.starts_with("x-acs-") || signed == "host" {
                let unsigned = Err(RequestError::Incomplete(Acs3Error::Unsigned));
                assert_eq!(refused, unsigned, "{name}: {signed}");
            } else {
                assert_ne!(refused, Ok(Ok(())), "{name}: {signed}");
            }
            tried += 4;
        }
        // Another vendor's header, not in the list.
        for extra in ["x-acs-security-token", "X-Acs-Invented"] {
            let mut changed = raw.clone();
            changed.headers.push((extra, "1"));
            assert_ne!(verify(&changed, secret(&capture)), Ok(Ok(())), "{name}");
        }
    }
    println!("{tried} changes of signed headers refused");
    assert!(tried > 100);
}

/// THREATS row 2: several parameters, sent as one whose name spells them all.
#[test]
fn parameters_hidden_in_a_name_are_refused() {
    let mut tried = 0;
    for (name, capture) in captures(Verdict::Accept) {
        let Some((path, query)) = capture.target.split_once('?') else {
            continue;
        };
        let mut pieces: Vec<&str> = query.split('&').collect();
        pieces.sort_unstable();
        let spelt = pieces.join("&");
        let Some((front, last)) = spelt.rsplit_once('=') else {
            continue;
        };
        // With the separators escaped, and with everything escaped once more.
        for hidden in [
            front.replace('&', "%26").replace('=', "%3D"),
            front
                .replace('%', "%25")
                .replace('&', "%26")
                .replace('=', "%3D"),
        ] {
            let target = format!("{path}?{hidden}={last}");
            if target == capture.target || pieces.len() < 2 {
                continue;
            }
            let raw = RawRequest {
                target: &target,
                ..capture.request()
            };
            assert_ne!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}");
            tried += 1;
        }
    }
    println!("{tried} hidden lists refused");
    assert!(tried > 20);
}

#[test]
fn another_method_or_scheme_is_refused() {
    for (name, capture) in captures(Verdict::Accept) {
        let method = if capture.method == "GET" {
            "POST"
        } else {
            "GET"
        };
        let raw = RawRequest {
            method,
            ..capture.request()
        };
        assert_eq!(verify(&raw, secret(&capture)), MISMATCH, "{name}");
        let mut raw = capture.request();
        if capture.canonical_request.is_some() {
            // The parameters of the other scheme beside it.
            for extra in ["Signature=AAAA", "AccessKeyId=other", "SecurityToken=x"] {
                let separator = if capture.target.contains('?') {
                    '&'
                } else {
                    '?'
                };
                let target = format!("{}{separator}{extra}", capture.target);
                let raw = RawRequest {
                    target: &target,
                    ..capture.request()
                };
                assert_eq!(
                    verify(&raw, secret(&capture)),
                    Err(RequestError::MixedCredentials),
                    "{name}"
                );
            }
            // Without its header it is an unsigned request that lacks everything.
            raw.headers.retain(|(n, _)| *n != "Authorization");
            assert!(
                !matches!(verify(&raw, secret(&capture)), Ok(Ok(()))),
                "{name}"
            );
        } else {
            for scheme in [
                "acs id:sig",
                "Bearer x",
                "ACS4-HMAC-SHA256 x",
                "ACS3-RSA-SHA256 x",
            ] {
                let mut raw = capture.request();
                raw.headers.push(("authorization", scheme));
                assert_eq!(
                    verify(&raw, secret(&capture)),
                    Err(RequestError::UnsupportedMethod),
                    "{name}"
                );
            }
        }
    }
}

/// The `x-acs-*` headers of the RPC scheme decide nothing.
#[test]
fn rpc_reads_parameters_only() {
    for (name, capture) in captures(Verdict::Accept) {
        if capture.canonical_request.is_some() {
            continue;
        }
        let mut raw = capture.request();
        raw.headers
            .retain(|(n, _)| !n.to_ascii_lowercase().starts_with("x-acs-"));
        raw.headers.push(("x-acs-action", "DeleteRole"));
        raw.headers.push(("x-acs-security-token", "invented"));
        let request = Request::read(&raw).unwrap();
        assert_eq!(request.verify(secret(&capture)), Ok(()), "{name}");
        assert_eq!(request.action(), Some(&*capture.action), "{name}");
        assert_eq!(
            request.security_token(),
            capture.security_token.as_deref(),
            "{name}"
        );
    }
}

#[test]
fn a_moved_clock_is_refused() {
    let window = TimeWindow::default();
    for (name, capture) in captures(Verdict::Accept) {
        let time = capture.timestamp.as_deref().unwrap();
        let at = parse(time).unwrap();
        assert_eq!(window.check(time, at), Ok(at), "{name}");
        for minutes in [16, -16, 60 * 24, -60 * 24] {
            let now = at + minutes * 60_000;
            assert_eq!(window.check(time, now), Err(TimeError::Expired), "{name}");
        }
    }
}

#[test]
fn a_refused_client_is_refused_for_its_signature() {
    for (name, capture) in captures(Verdict::Reject) {
        assert_eq!(
            verify(&capture.request(), secret(&capture)),
            MISMATCH,
            "{name}"
        );
    }
    for (name, capture) in captures(Verdict::AcceptUnsigned) {
        let any = SecretText::from("any");
        assert_eq!(
            verify(&capture.request(), &any),
            Ok(Err(VerifyError::Unsigned)),
            "{name}"
        );
    }
}

/// Reading never panics, and nothing but the whole target verifies.
#[test]
fn a_truncated_target_is_refused() {
    let mut tried = 0;
    for (name, capture) in captures(Verdict::Accept) {
        let target = capture.target.as_str();
        for at in 0..target.len() {
            let raw = RawRequest {
                target: &target[..at],
                ..capture.request()
            };
            // A lone `?`, an `=` before an empty value: the same parameters, spelt otherwise.
            let same = matches!(&target[at..], "?" | "/" | "=");
            if !same {
                assert_ne!(verify(&raw, secret(&capture)), Ok(Ok(())), "{name}: {at}");
                tried += 1;
            }
        }
    }
    println!("{tried} truncated targets refused");
}

#[test]
fn parameters_are_bounded() {
    let many = |count: usize| {
        (0..count)
            .map(|n| format!("p{n}="))
            .collect::<Vec<_>>()
            .join("&")
    };
    let read = |query: &str| {
        let target = format!("/?Action=a&Version=b&{query}");
        let raw = RawRequest {
            method: "GET",
            target: &target,
            headers: vec![],
            body: b"",
        };
        Request::read(&raw).map(|request| request.scheme())
    };
    assert_eq!(read(&many(510)), Ok(Scheme::Unsigned));
    assert_eq!(read(&many(511)), Err(RequestError::TooMany));
    assert_eq!(read(&"&".repeat(100_000)), Ok(Scheme::Unsigned));
    assert_eq!(read(&"=&".repeat(100_000)), Err(RequestError::TooMany));
}
