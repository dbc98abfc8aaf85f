//! How the issuer's keys are come by: fetched once, followed when they change, and asked for so often
//! and no more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rampart::ports::OutboundError;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::issuer::{
    CALL, ISSUER, Issuer, claims, claims_with, ec_jwk, es256, rs256, rsa_jwk, sign_rsa, token,
};
use crate::expect::{IDP, incorrect, with};
use crate::on_both;

const UNREACHABLE: &str = "AuthenticationFail.OIDCToken.HttpsUrlInvalid";
const SIGNATURE: &str = "AuthenticationFail.OIDCToken.InvalidSignature";

on_both!(
    are_fetched_once_and_kept,
    follow_a_rotation,
    can_be_given,
    another_fingerprint_is_asked_with_at_once,
);

/// A token of the second RSA key, under a name of its own.
fn rotated() -> String {
    let header = json!({"alg": "RS256", "kid": "two"});
    token(
        &header,
        &claims_with("exp", claims()["exp"].as_i64().unwrap() + 86_400),
        |signed| sign_rsa(1, signed),
    )
}

async fn are_fetched_once_and_kept(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    for _ in 0..5 {
        app.with_token(&rs256(&claims())).await.ok();
        app.with_token(&es256(&claims())).await.ok();
    }
    assert_eq!(
        issuer
            .asked
            .lock()
            .unwrap()
            .iter()
            .map(|(url, _)| url.as_str())
            .collect::<Vec<_>>(),
        [
            "https://idp.example/tenant/.well-known/openid-configuration",
            "https://idp.example/keys"
        ]
    );
    // What else changes in the account changes nothing of it.
    app.user("alice", &[]).await;
    app.with_token(&rs256(&claims())).await.ok();
    assert_eq!(issuer.count(), 2);
    // After a while they are looked at again.
    app.clock.advance(301);
    app.with_token(&rs256(&claims())).await.ok();
    assert_eq!(issuer.count(), 4);
    app.end().await;
}

async fn follow_a_rotation(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    app.with_token(&rs256(&claims())).await.ok();
    app.with_token(&rotated()).await.refused(401, SIGNATURE);
    // Both, then the new one alone.
    issuer.keys(&[rsa_jwk(0, "one"), rsa_jwk(1, "two")]);
    app.with_token(&rotated()).await.ok();
    app.with_token(&rs256(&claims())).await.ok();
    issuer.keys(&[rsa_jwk(1, "two")]);
    app.clock.advance(301);
    app.with_token(&rotated()).await.ok();
    app.with_token(&rs256(&claims()))
        .await
        .refused(401, SIGNATURE);
    app.end().await;
}

async fn can_be_given(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    app.provided("DeleteOIDCProvider", &IDP[..1]).await;
    issuer.fails(Some(|| OutboundError::Refused));
    let keys = json!({"keys": [rsa_jwk(0, "one"), ec_jwk("ec")]}).to_string();
    let params = with(IDP, "JsonWebKeySet", &keys);
    for bad in [
        "{",
        "[]",
        r#"{"keys":[]}"#,
        r#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
    ] {
        let params = with(IDP, "JsonWebKeySet", bad);
        app.provides_not("CreateOIDCProvider", &params, &incorrect("JsonWebKeySet"))
            .await;
    }
    let made = app.provided("CreateOIDCProvider", &params).await;
    assert_eq!(made["OIDCProvider"]["JsonWebKeySet"], keys);
    let listed = app.provided("ListOIDCProviders", &[]).await;
    let listed = &listed["OIDCProviders"]["OIDCProvider"][0];
    assert_eq!(listed["OIDCProviderName"], "Idp");
    assert!(listed["JsonWebKeySet"].is_null(), "not in a list");
    app.with_token(&rs256(&claims())).await.ok();
    app.with_token(&es256(&claims())).await.ok();
    app.with_token(&rotated()).await.refused(401, SIGNATURE);
    let keys = json!({"keys": [rsa_jwk(1, "two")]}).to_string();
    let params = [
        ("OIDCProviderName", "Idp"),
        ("JsonWebKeySet", keys.as_str()),
    ];
    app.provided("UpdateOIDCProvider", &params).await;
    app.with_token(&rotated()).await.ok();
    app.with_token(&rs256(&claims()))
        .await
        .refused(401, SIGNATURE);
    assert_eq!(issuer.count(), 0, "nothing is fetched");
    app.end().await;
}

async fn another_fingerprint_is_asked_with_at_once(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    app.with_token(&rs256(&claims())).await.ok();
    let params = [("OIDCProviderName", "Idp"), ("Fingerprint", "abcd")];
    app.provided("AddFingerprintToOIDCProvider", &params).await;
    app.with_token(&rs256(&claims())).await.ok();
    let asked = issuer.asked.lock().unwrap().clone();
    let first = IDP[3].1.to_owned();
    let with: Vec<Vec<String>> = asked.into_iter().map(|(_, prints)| prints).collect();
    let both = vec![first.clone(), "abcd".to_owned()];
    assert_eq!(with, [vec![first.clone()], vec![first], both.clone(), both]);
    app.end().await;
}

#[tokio::test]
async fn t18_one_error_for_whatever_stands_at_an_issuer() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    let text = "Invoke url failed due to certificate chain validation";
    let document = "https://idp.example/tenant/.well-known/openid-configuration";
    let good = json!({"issuer": ISSUER, "jwks_uri": "https://idp.example/keys"});
    for (url, served) in [
        (document, "<html>"),
        (
            document,
            r#"{"issuer":"https://attacker.example","jwks_uri":"https://idp.example/keys"}"#,
        ),
        (document, r#"{"issuer":"https://idp.example/tenant"}"#),
        (
            document,
            r#"{"issuer":"https://idp.example/tenant","jwks_uri":"https://idp.example/none"}"#,
        ),
        (document, &" ".repeat(100_000)),
        ("https://idp.example/keys", "{}"),
        ("https://idp.example/keys", r#"{"keys":[]}"#),
        ("https://idp.example/keys", &" ".repeat(200_000)),
    ] {
        issuer.serve(document, &good.to_string());
        issuer.serve(url, served);
        let reply = app.with_token(&rs256(&claims())).await;
        reply.refused(401, UNREACHABLE);
        assert_eq!(reply.message(), text);
        // Past the pause after a failure, and with a budget that has filled.
        app.clock.advance(20);
    }
    let fails: [fn() -> OutboundError; 2] = [
        || OutboundError::Refused,
        || OutboundError::Failed("no route to host".into()),
    ];
    for fails in fails {
        issuer.fails(Some(fails));
        let reply = app.with_token(&rs256(&claims())).await;
        reply.refused(401, UNREACHABLE);
        assert_eq!(reply.message(), text);
        app.clock.advance(20);
    }
    issuer.fails(Some(|| OutboundError::Fingerprint));
    let reply = app.with_token(&rs256(&claims())).await;
    reply.refused(
        401,
        "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch",
    );
    app.end().await;
}

#[tokio::test]
async fn t18_a_failure_is_not_asked_for_again_and_again() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    issuer.fails(Some(|| OutboundError::Failed("down".into())));
    for _ in 0..50 {
        app.with_token(&rs256(&claims()))
            .await
            .refused(401, UNREACHABLE);
    }
    assert_eq!(issuer.count(), 1);
    app.clock.advance(5);
    issuer.fails(None);
    app.with_token(&rs256(&claims())).await.ok();
    // Down later on: what is known is used for an hour, and then no more.
    issuer.fails(Some(|| OutboundError::Failed("down".into())));
    app.clock.advance(3500);
    let late = claims_with("exp", claims()["exp"].as_i64().unwrap() + 86_400);
    app.with_token(&rs256(&late)).await.ok();
    app.clock.advance(200);
    app.with_token(&rs256(&late))
        .await
        .refused(401, UNREACHABLE);
    app.end().await;
}

#[tokio::test]
async fn t18_unknown_keys_cost_a_bounded_number_of_requests() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    for number in 0..100 {
        let header = json!({"alg": "RS256", "kid": format!("none{number}")});
        let forged = token(&header, &claims(), |_| vec![0; 256]);
        app.with_token(&forged).await.refused(401, SIGNATURE);
    }
    assert_eq!(issuer.count(), 2 * 5, "so many fetches at once");
    // The honest are served meanwhile.
    app.with_token(&rs256(&claims())).await.ok();
    app.clock.advance(60);
    for number in 0..10 {
        let header = json!({"alg": "RS256", "kid": format!("more{number}")});
        let forged = token(&header, &claims(), |_| vec![0; 256]);
        app.with_token(&forged).await.refused(401, SIGNATURE);
    }
    assert!(issuer.count() <= 2 * 10, "{}", issuer.count());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t18_who_waits_for_the_keys_waits_for_one_fetch() {
    let issuer = Issuer::new();
    issuer.is_slow(Duration::from_millis(200));
    let app = Arc::new(TestApp::federated(On::Memory, &issuer).await);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let app = Arc::clone(&app);
        calls.spawn(async move { app.with_token(&rs256(&claims())).await });
    }
    for reply in calls.join_all().await {
        reply.ok();
    }
    assert_eq!(issuer.count(), 2);
    assert_eq!(issuer.most_at_once.load(Ordering::SeqCst), 1);
    Arc::into_inner(app).unwrap().end().await;
}

/// Who hangs up has used up a fetch; what came of it is there for the next.
#[tokio::test]
async fn t18_a_caller_that_hangs_up_takes_no_keys_along() {
    let issuer = Issuer::new();
    issuer.is_slow(Duration::from_millis(50));
    let app = TestApp::federated(On::Memory, &issuer).await;
    let token = rs256(&claims());
    let patience = Duration::from_millis(20);
    let call = tokio::time::timeout(patience, app.with_token(&token)).await;
    assert!(call.is_err(), "it hangs up while the keys are fetched");
    app.with_token(&token).await.ok();
    assert_eq!(issuer.count(), 2, "a document and its keys, once");
    app.end().await;
}

#[tokio::test]
async fn t18_a_peer_that_is_refused_too_often_is_not_looked_at() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    for _ in 0..120 {
        app.with_token("a.b.c")
            .await
            .refused(401, "AuthenticationFail.OIDCToken.Invalid");
    }
    let reply = app.with_token(&rs256(&claims())).await;
    reply.refused(400, "Throttling.User");
    assert_eq!(issuer.count(), 0);
    // Another peer is served, and so is this one after a while.
    let params = with(CALL, "Format", "JSON");
    let token = rs256(&claims());
    let mut all = vec![
        ("Action", "AssumeRoleWithOIDC"),
        ("Version", "2015-04-01"),
        ("OIDCToken", token.as_str()),
    ];
    all.extend(params);
    let target = format!("/?{}", crate::app::encode(&all));
    let reply = app
        .send_from(
            "10.0.0.1".parse().unwrap(),
            "POST",
            &target,
            &[("host", "x")],
            b"",
        )
        .await;
    reply.ok();
    app.clock.advance(2);
    app.with_token(&rs256(&claims())).await.ok();
    app.end().await;
}
