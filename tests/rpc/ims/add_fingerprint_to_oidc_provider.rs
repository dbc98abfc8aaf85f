//! `AddFingerprintToOIDCProvider`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    IDP, LATER, Pairs, bad_chars, exists, limit, missing, oidc_provider, too_long, with, without,
};
use crate::on_both;

const ACTION: &str = "AddFingerprintToOIDCProvider";
const GOOD: Pairs<'static> = &[("OIDCProviderName", "Idp"), ("Fingerprint", "aa11")];

on_both!(
    does_and_answers,
    refuses_bad_parameters,
    needs_permission,
    holds_the_quota,
);

async fn needs_permission(on: On) {
    let app = TestApp::with_idp(on).await;
    app.provider_call_needs(ACTION, GOOD, &oidc_provider("Idp"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::with_idp(on).await;
    app.checks_provider_name(ACTION, GOOD, "OIDCProviderName")
        .await;
    app.checks_provider_is_there(ACTION, GOOD).await;
    let name = "Fingerprint";
    for params in [without(GOOD, name), with(GOOD, name, "")] {
        app.provides_not(ACTION, &params, &missing(name)).await;
    }
    let long = "a".repeat(129);
    app.provides_not(ACTION, &with(GOOD, name, &long), &too_long(name))
        .await;
    for text in ["a:b", "a b", "a,b", "é"] {
        app.provides_not(ACTION, &with(GOOD, name, text), &bad_chars(name))
            .await;
    }
    app.end().await;
}

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let made = app.provided("CreateOIDCProvider", IDP).await;
    let before = made["OIDCProvider"]["Fingerprints"].as_str().unwrap();
    assert_eq!(before, "902ef2deeb3c5b13ea4c3d5193629309e231ae55");
    app.minute();
    let mut expected = made.clone();
    let changed = &mut expected["OIDCProvider"];
    changed["Fingerprints"] = json!("902ef2deeb3c5b13ea4c3d5193629309e231ae55,aa11");
    changed["UpdateDate"] = json!(LATER);
    changed["GmtModified"] = json!("1795305660000");
    assert_eq!(app.provided(ACTION, GOOD).await, expected);
    assert_eq!(app.provided("GetOIDCProvider", &GOOD[..1]).await, expected);
    let again = exists("OIDCProvider.Fingerprint");
    app.provides_not(ACTION, GOOD, &again).await;
    // Case does not.
    let upper = before.to_uppercase();
    app.provides_not(ACTION, &with(GOOD, "Fingerprint", &upper), &again)
        .await;
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let app = TestApp::start(on).await;
    let many: Vec<String> = (0..5).map(|number| format!("c{number}")).collect();
    let many = many.join(",");
    let params = with(IDP, "Fingerprints", &many);
    app.provided("CreateOIDCProvider", &params).await;
    app.provides_not(ACTION, GOOD, &limit("OIDCProvider.Fingerprint"))
        .await;
    app.end().await;
}
