//! `UpdateSAMLProvider`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{LATER, Pairs, incorrect, saml_idp, saml_provider, too_long, with};
use crate::on_both;

const ACTION: &str = "UpdateSAMLProvider";
const GOOD: Pairs<'static> = &[("SAMLProviderName", "Idp"), ("NewDescription", "described")];
const DOCUMENT: &str = "NewEncodedSAMLMetadataDocument";

on_both!(does_and_answers, refuses_bad_parameters, needs_permission);

async fn needs_permission(on: On) {
    let app = TestApp::with_saml_idp(on).await;
    app.provider_call_needs(ACTION, GOOD, &saml_provider("Idp"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::with_saml_idp(on).await;
    app.checks_provider_name(ACTION, GOOD, "SAMLProviderName")
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
    for (name, text) in [
        (DOCUMENT, "PGEvPg=="),
        (DOCUMENT, "*"),
        ("AuthnSignAlgo", "sha256"),
    ] {
        app.provides_not(ACTION, &with(GOOD, name, text), &incorrect(name))
            .await;
    }
    app.end().await;
}

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let mut expected = app.provided("CreateSAMLProvider", &saml_idp()).await;
    app.minute();
    let changed = &mut expected["SAMLProvider"];
    changed["Description"] = json!("described");
    changed["UpdateDate"] = json!(LATER);
    assert_eq!(app.provided(ACTION, GOOD).await, expected);
    let another = include_str!("../../vectors/saml/metadata.xml");
    let another = STANDARD.encode(another.replace("idp.example", "other.example"));
    let params = [
        ("SAMLProviderName", "IDP"),
        (DOCUMENT, &another),
        ("AuthnSignAlgo", "rsa-sha256"),
    ];
    expected["SAMLProvider"]["AuthnSignAlgo"] = json!("rsa-sha256");
    assert_eq!(app.provided(ACTION, &params).await, expected);
    // What is not sent stays.
    assert_eq!(app.provided(ACTION, &GOOD[..1]).await, expected);
    expected["SAMLProvider"]["EncodedSAMLMetadataDocument"] = json!(another);
    assert_eq!(app.provided("GetSAMLProvider", &GOOD[..1]).await, expected);
    app.end().await;
}
