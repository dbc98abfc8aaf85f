//! The header's grammar, the canonical form, and both algorithms against vectors.

use super::*;
use crate::credential::params::parse_query;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn the_header_is_taken_apart() {
    let text = "ACS3-HMAC-SM3 Signature=ff, SignedHeaders=b;A,  Credential=STS.x=y";
    let parsed = Authorization::parse(text).unwrap();
    assert_eq!(parsed.algorithm, Algorithm::HmacSm3);
    assert_eq!(parsed.credential, "STS.x=y");
    assert_eq!(parsed.signature, "ff");
    assert!(parsed.signs("a") && parsed.signs("B") && !parsed.signs("c"));
}

#[test]
fn a_header_that_cannot_be_taken_apart_is_refused() {
    for rest in [
        "",
        " ",
        " Credential=a",
        " Credential=a,SignedHeaders=b",
        " Credential=a,Signature=00",
        " Credential=,SignedHeaders=b,Signature=00",
        " Credential=a,SignedHeaders=,Signature=00",
        " Credential=a,SignedHeaders=b,Signature=",
        " Credential=a,SignedHeaders=b,Signature=00,",
        " Credential=a,SignedHeaders=b,Signature=00,Signature=00",
        " Credential=a,Credential=a,SignedHeaders=b,Signature=00",
        " Credential=a,SignedHeaders=b,Signature=00,Extra=1",
        " Credential=a,SignedHeaders=b;b,Signature=00",
        " Credential=a,SignedHeaders=b;B,Signature=00",
        " Credential=a,SignedHeaders=b;,Signature=00",
        " Credential=a,SignedHeaders=b;;c,Signature=00",
        " Credential=a,SignedHeaders=b:c,Signature=00",
        " Credential=a,SignedHeaders=b\nc,Signature=00",
        " Credential=a;SignedHeaders=b;Signature=00",
    ] {
        let header = format!("ACS3-HMAC-SHA256{rest}");
        assert_eq!(
            Authorization::parse(&header),
            Err(Acs3Error::Malformed),
            "{header}"
        );
    }
    for name in [
        "ACS3-RSA-SHA256",
        "ACS3-HMAC-SHA1",
        "ACS4-HMAC-SHA256",
        "acs3-hmac-sha256",
        "",
    ] {
        let header = format!("{name} Credential=a,SignedHeaders=b,Signature=00");
        assert_eq!(
            Authorization::parse(&header),
            Err(Acs3Error::UnsupportedAlgorithm),
            "{header}"
        );
    }
    let many = (0..200)
        .map(|n| format!("h{n}"))
        .collect::<Vec<_>>()
        .join(";");
    let header = format!("ACS3-HMAC-SHA256 Credential=a,SignedHeaders={many},Signature=00");
    assert_eq!(Authorization::parse(&header), Err(Acs3Error::Malformed));
}

#[test]
fn what_has_to_be_signed_is_demanded() {
    let all = DEMANDED.join(";");
    let check = |signed: &str, present: &[&str]| {
        let header = format!("ACS3-HMAC-SHA256 Credential=a,SignedHeaders={signed},Signature=00");
        Authorization::parse(&header)
            .unwrap()
            .check_demanded(present.iter().copied())
    };
    assert_eq!(check(&all, &DEMANDED), Ok(()));
    assert_eq!(check(&all, &["Content-Type", "accept", "x-ac"]), Ok(()));
    assert_eq!(
        check(&all, &["X-Acs-Security-Token"]),
        Err(Acs3Error::Unsigned)
    );
    let with_token = format!("{all};x-acs-security-token");
    assert_eq!(check(&with_token, &["X-Acs-Security-Token"]), Ok(()));
    for missing in DEMANDED {
        let rest: Vec<_> = DEMANDED.into_iter().filter(|n| *n != missing).collect();
        assert_eq!(
            check(&rest.join(";"), &[]),
            Err(Acs3Error::Unsigned),
            "{missing}"
        );
    }
}

#[test]
fn header_values_keep_their_inner_blanks() {
    assert_eq!(header_value([]), None);
    assert_eq!(header_value(["  a  b\t"]).unwrap(), "a  b");
    assert_eq!(header_value([" b", "a ", "c"]).unwrap(), "a,b,c");
    assert_eq!(header_value([""]).unwrap(), "");
}

#[test]
fn the_canonical_request_has_its_lines() {
    let query = parse_query("b=2+&a&%26=x").unwrap();
    let headers = [("Host", "h:1"), ("x-acs-date", "d")];
    assert_eq!(
        canonical_request("POST", &query, &headers, "Host;x-acs-date", "00"),
        "POST\n/\n%26=x&a=&b=2%20\nhost:h:1\nx-acs-date:d\n\nHost;x-acs-date\n00"
    );
}

#[test]
fn signatures_are_checked_on_their_bytes() {
    let key = Acs3Key::new(&SecretText::from("s"));
    for algorithm in [Algorithm::HmacSha256, Algorithm::HmacSm3] {
        let good = key.sign(algorithm, "text");
        let verify = |signature: &str| key.verify(algorithm, "text", signature);
        assert_eq!(verify(&good), Ok(()));
        assert_eq!(
            key.verify(algorithm, "Text", &good),
            Err(SignatureError::Mismatch)
        );
        for malformed in ["0", "zz", "é", &good[1..], &format!("{good} ")] {
            assert_eq!(
                verify(malformed),
                Err(SignatureError::Malformed),
                "{malformed}"
            );
        }
        for other in ["", "00", &"0".repeat(64), &"0".repeat(66)] {
            assert_eq!(verify(other), Err(SignatureError::Mismatch), "{other}");
        }
    }
    let (one, other) = (Algorithm::HmacSha256, Algorithm::HmacSm3);
    assert_ne!(key.sign(one, "text"), key.sign(other, "text"));
    assert!(!one.payload_matches(b"", &other.payload_hash(b"")));
    assert!(one.payload_matches(b"x", &one.payload_hash(b"x")));
    assert!(!one.payload_matches(b"x", &one.payload_hash(b"x").to_uppercase()));
}

fn lists() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("[ab&=%2356+é]{0,4}", "[ab&=%2356+é\n]{0,6}", 0..5)
}

proptest! {
    /// One parameter whose name spells out two is another list than the two.
    #[test]
    fn parameters_cannot_hide_in_a_name(list in proptest::collection::vec(("[ab&=%]{0,3}", "[ab&=%]{0,3}"), 2..5)) {
        let text = |list: &[(String, String)]| {
            let pairs: Vec<_> = list.iter().map(|(n, v)| Pair::new(n.as_str(), v.as_str())).collect();
            canonical_request("GET", &pairs, &[("host", "h")], "host", "00")
        };
        let mut sorted = list;
        sorted.sort();
        let spelt = sorted.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&");
        let hidden = spelt.rsplit_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
        prop_assert_ne!(text(&sorted), text(&[hidden]));
    }

    /// THREATS row 2: what is signed can be read in one way only.
    #[test]
    fn two_lists_never_share_a_canonical_request(one in lists(), other in lists()) {
        let text = |list: &BTreeMap<String, String>| {
            let pairs: Vec<_> = list.iter().map(|(n, v)| Pair::new(n.as_str(), v.as_str())).collect();
            canonical_request("GET", &pairs, &[("host", "h")], "host", "00")
        };
        prop_assert_eq!(one == other, text(&one) == text(&other));
    }

    #[test]
    fn parsing_never_panics(text in "(ACS3-HMAC-SHA256 )?[a-cCSH=;, é]{0,40}") {
        let _ = Authorization::parse(&text);
    }
}
