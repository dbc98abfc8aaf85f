//! The hot path of the credential half asks the allocator for little: counted, so that it stays so.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper may fail as the test itself may"
)]

use std::alloc::System;
use std::hint::black_box;
use std::time::Instant;

use rampart::credential::acs3::{self, Acs3Key, Authorization};
use rampart::credential::captures::Capture;
use rampart::credential::params::{parse_into, parse_query};
use rampart::credential::rpc::{self, RpcKey};
use rampart::credential::secret::SecretText;
use rampart::credential::token::{Claims, Origin, TokenKey, TokenRing};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn capture(name: &str) -> Capture {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/captures");
    Capture::read(&std::fs::read_to_string(format!("{folder}/{name}")).unwrap()).unwrap()
}

/// Counts the allocations of one run, prints the time of many, and holds the bound.
fn measure(what: &str, bound: usize, run: &dyn Fn()) {
    run();
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    let count = change.allocations + change.reallocations;
    let start = Instant::now();
    for _ in 0..2000 {
        run();
    }
    println!(
        "{what}: {count} allocations, {} ns",
        start.elapsed().as_nanos() / 2000
    );
    assert!(
        count <= bound,
        "{what}: {count} allocations, at most {bound} are allowed"
    );
}

// One test, so that no other thread allocates meanwhile.
#[test]
fn the_hot_path_allocates_little() {
    let capture_rpc = capture("py2old-assumerole.json");
    let query = capture_rpc.target.split_once('?').unwrap().1;
    let key = RpcKey::new(capture_rpc.secret.as_ref().unwrap());
    // The list, the string to sign, and each of the five values that the wire had encoded.
    measure("rpc, parse and verify", 7, &|| {
        let mut pairs = Vec::with_capacity(24);
        parse_into(&mut pairs, query, 512).unwrap();
        parse_into(&mut pairs, &capture_rpc.body, 512).unwrap();
        let text = rpc::string_to_sign(&capture_rpc.method, &pairs);
        let sent = pairs.iter().find(|p| p.name() == rpc::SIGNATURE).unwrap();
        assert_eq!(key.verify(&text, sent.value()), Ok(()));
    });

    let capture_acs3 = capture("py2-assumerole.json");
    let query = capture_acs3.target.split_once('?').unwrap().1;
    let key = Acs3Key::new(capture_acs3.secret.as_ref().unwrap());
    let find = |name: &str| {
        let header = capture_acs3
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        header.unwrap().1.as_str()
    };
    // The list, the names and the values of the headers, the canonical request, the string to sign,
    // four values.
    measure("acs3, parse and verify", 9, &|| {
        let pairs = parse_query(query).unwrap();
        let authorization = Authorization::parse(find("authorization")).unwrap();
        let mut headers = Vec::with_capacity(16);
        headers.extend(authorization.names().map(|n| (n, find(n))));
        let canonical = acs3::canonical_request(
            &capture_acs3.method,
            &pairs,
            &headers,
            authorization.signed_headers,
            find(acs3::CONTENT_HASH),
        );
        let text = acs3::string_to_sign(authorization.algorithm, &canonical);
        let verified = key.verify(authorization.algorithm, &text, authorization.signature);
        assert_eq!(verified, Ok(()));
    });

    let account = "1000000000000001".parse().unwrap();
    let claims = Claims {
        account,
        role_id: "300000000000000002".parse().unwrap(),
        role_name: "demo-role".parse().unwrap(),
        session_name: "session-1".parse().unwrap(),
        policy: None,
        source_identity: None,
        origin: Origin {
            account,
            principal: "acs:ram::1000000000000001:user/alice".to_owned(),
            access_key_id: Some("LTAI5tTestKeyForCapture1".parse().unwrap()),
            first_hop_at: 1_795_306_471,
        },
        issued_at: 1_795_306_471,
        expires_at: 1_795_310_071,
        session_epoch: 0,
        access_key_id: "STS.NTestSessionKeyForCapture".parse().unwrap(),
        secret: SecretText::from("testStsSecretForCapture00000002"),
    };
    let ring = TokenRing::new(vec![TokenKey::new(1, &[1; 32])], 1).unwrap();
    let home = [7; 16];
    let token = ring.seal(&claims, &home).unwrap();
    println!("a token without a policy has {} characters", token.len());
    measure("token, seal", 8, &|| {
        black_box(ring.seal(&claims, &home).unwrap());
    });
    measure("token, open", 10, &|| {
        black_box(ring.open(&token, &home).unwrap());
    });
}
