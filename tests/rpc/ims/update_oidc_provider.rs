//! `UpdateOIDCProvider`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    IDP, LATER, Pairs, bad_chars, incorrect, limit, oidc_provider, too_long, with,
};
use crate::on_both;

const ACTION: &str = "UpdateOIDCProvider";
const GOOD: Pairs<'static> = &[("OIDCProviderName", "Idp"), ("NewDescription", "described")];

on_both!(
    does_and_answers,
    refuses_bad_parameters,
    needs_permission,
    is_decided_by_the_stored_issuer,
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
    let long = "é".repeat(257);
    let description = "NewDescription";
    app.provides_not(
        ACTION,
        &with(GOOD, description, &long),
        &too_long(description),
    )
    .await;
    for (text, expected) in [
        ("a b", bad_chars("ClientId")),
        ("a,,b", too_long("ClientId")),
    ] {
        app.provides_not(ACTION, &with(GOOD, "ClientIds", text), &expected)
            .await;
    }
    let hours = "IssuanceLimitTime";
    for text in ["0", "169"] {
        app.provides_not(ACTION, &with(GOOD, hours, text), &incorrect(hours))
            .await;
    }
    let many: Vec<String> = (0..51).map(|number| format!("c{number}")).collect();
    let many = many.join(",");
    let params = with(GOOD, "ClientIds", &many);
    app.provides_not(ACTION, &params, &limit("OIDCProvider.ClientId"))
        .await;
    app.end().await;
}

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let made = app.provided("CreateOIDCProvider", IDP).await;
    app.minute();
    let mut expected = made.clone();
    let changed = &mut expected["OIDCProvider"];
    changed["Description"] = json!("described");
    changed["UpdateDate"] = json!(LATER);
    changed["GmtModified"] = json!("1795305660000");
    assert_eq!(app.provided(ACTION, GOOD).await, expected);
    let changed = &mut expected["OIDCProvider"];
    changed["ClientIds"] = json!("three");
    changed["IssuanceLimitTime"] = json!(1);
    let params = [
        ("OIDCProviderName", "IDP"),
        ("ClientIds", "three"),
        ("IssuanceLimitTime", "1"),
    ];
    assert_eq!(app.provided(ACTION, &params).await, expected);
    // What is not sent stays.
    assert_eq!(app.provided(ACTION, &GOOD[..1]).await, expected);
    assert_eq!(app.provided("GetOIDCProvider", &GOOD[..1]).await, expected);
    app.end().await;
}

async fn is_decided_by_the_stored_issuer(on: On) {
    let app = TestApp::with_idp(on).await;
    for (name, issuer, status) in [
        ("one", "https://idp.example/tenant", 200),
        ("two", "https://other.example", 403),
    ] {
        let document = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"ram:UpdateOIDCProvider","Resource":"*","Condition":{{"StringEquals":{{"ram:OidcIssuerUrl":"{issuer}"}}}}}}]}}"#
        );
        let user = app.user(name, &[&document]).await;
        let reply = app.rpc(&user, Product::Ims, ACTION, GOOD).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
    }
    app.end().await;
}
