//! How much of a core `AssumeRoleWithOIDC` leaves to the check of the signature, which nobody can do
//! without: calls through the whole pipeline with the issuer's keys at hand, and bare checks of the same
//! signature with a key that was parsed before, in turns on one thread.
//!
//! `cargo bench --bench federation`

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that cannot go on fails"
)]

#[path = "../tests/support/app.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod app;
#[path = "../tests/support/postgres.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod postgres;

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rampart::iam::federation::FederationConfig;
use rampart::ops::declare::Product;
use rampart::ports::{OutboundError, OutboundGet, OutboundHttp};
use serde_json::json;

use app::{On, START, Setup, TestApp, encode};

const ROUNDS: usize = 15;
const IN_A_ROUND: u32 = 1000;
const ISSUER: &str = "https://idp.example";

/// Serves a key set.
struct Issuer(String);

#[async_trait]
impl OutboundHttp for Issuer {
    async fn get(&self, get: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError> {
        let document = json!({"issuer": ISSUER, "jwks_uri": "https://idp.example/keys"});
        if get.url.ends_with("/keys") {
            Ok(self.0.clone().into_bytes())
        } else {
            Ok(document.to_string().into_bytes())
        }
    }
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token, what of it is signed, and the signature.
fn token(alg: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> (String, String, Vec<u8>) {
    let header = json!({"alg": alg, "kid": alg, "typ": "JWT"});
    let claims = json!({
        "iss": ISSUER,
        "sub": "system:serviceaccount:apps:reader",
        "aud": ["sts.aliyuncs.com"],
        "iat": START - 60,
        "exp": START + 3600,
    });
    let signed = format!(
        "{}.{}",
        base64(header.to_string()),
        base64(claims.to_string())
    );
    let signature = sign(signed.as_bytes());
    (
        format!("{signed}.{}", base64(&signature)),
        signed,
        signature,
    )
}

async fn prepared(key_set: String) -> TestApp {
    let app = TestApp::with(Setup {
        federation: FederationConfig {
            outbound: Arc::new(Issuer(key_set)),
            ..FederationConfig::default()
        },
        ..Setup::on(On::Memory)
    })
    .await;
    let root = app.root();
    let provider = [
        ("OIDCProviderName", "Idp"),
        ("IssuerUrl", ISSUER),
        ("ClientIds", "sts.aliyuncs.com"),
    ];
    app.rpc(&root, Product::Ims, "CreateOIDCProvider", &provider)
        .await
        .ok();
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Federated":["acs:ram::1234567890123456:oidc-provider/Idp"]}},"Condition":{{"StringEquals":{{"oidc:iss":"{ISSUER}","oidc:aud":"sts.aliyuncs.com","oidc:sub":"system:serviceaccount:apps:reader"}}}}}}]}}"#
    );
    let role = [
        ("RoleName", "Pod"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    app.ram(&root, "CreateRole", &role).await.ok();
    app
}

async fn measure(
    app: &TestApp,
    name: &str,
    key: &ParsedPublicKey,
    token: (String, String, Vec<u8>),
) {
    let (text, signed, signature) = token;
    let query = encode(&[
        ("Action", "AssumeRoleWithOIDC"),
        ("Version", "2015-04-01"),
        ("Format", "JSON"),
        ("Timestamp", "2026-11-22T00:00:00Z"),
        (
            "OIDCProviderArn",
            "acs:ram::1234567890123456:oidc-provider/Idp",
        ),
        ("RoleArn", "acs:ram::1234567890123456:role/Pod"),
        ("RoleSessionName", "pod"),
        ("OIDCToken", &text),
    ]);
    let target = format!("/?{query}");
    let request = || {
        let request = Request::get(&target).header("host", "x");
        request.body(Body::empty()).unwrap()
    };
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut rounds = Vec::new();
    for _ in 0..=ROUNDS {
        let begin = Instant::now();
        for _ in 0..IN_A_ROUND {
            key.verify_sig(signed.as_bytes(), &signature).unwrap();
        }
        let bare = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for _ in 0..IN_A_ROUND {
            black_box(request());
        }
        let making = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for _ in 0..IN_A_ROUND {
            let answer = app.api.serve(request(), peer).await;
            assert_eq!(answer.status(), 200);
        }
        rounds.push((bare, making, begin.elapsed().as_secs_f64()));
    }
    // The first round warms up.
    rounds.remove(0);
    let of_rounds = |each: fn(&(f64, f64, f64)) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(each).collect();
        figures.sort_by(f64::total_cmp);
        figures[ROUNDS / 2]
    };
    let micros = |each| of_rounds(each) * 1e6 / f64::from(IN_A_ROUND);
    println!(
        "{name}, medians of {ROUNDS} rounds: a bare check {:.1} µs, a call {:.1} µs, {:.1} µs of it the making \
         of the request; calls at {:.2} of the rate of bare checks, {:.2} without that",
        micros(|(bare, ..)| *bare),
        micros(|(.., call)| *call),
        micros(|(_, making, _)| *making),
        of_rounds(|(bare, _, call)| bare / call),
        of_rounds(|(bare, making, call)| bare / (call - making)),
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    // PKCS#1: the modulus behind nine bytes of heads, and the exponent 65537 in five.
    let der = rsa.public_key().as_ref();
    let point = ec.public_key().as_ref();
    let keys = json!({"keys": [
        {"kty": "RSA", "kid": "RS256", "n": base64(&der[9..der.len() - 5]), "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "kid": "ES256", "x": base64(&point[1..33]), "y": base64(&point[33..])},
    ]});
    let app = prepared(keys.to_string()).await;
    let random = SystemRandom::new();
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).unwrap();
    let made = token("RS256", |signed| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature)
            .unwrap();
        signature
    });
    measure(&app, "RS256", &key, made).await;
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).unwrap();
    let made = token("ES256", |signed| {
        ec.sign(&random, signed).unwrap().as_ref().to_vec()
    });
    measure(&app, "ES256", &key, made).await;
    app.end().await;
}
