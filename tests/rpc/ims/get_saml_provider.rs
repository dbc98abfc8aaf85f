//! `GetSAMLProvider`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{METADATA, Pairs, saml_idp, saml_provider};
use crate::on_both;

const ACTION: &str = "GetSAMLProvider";
const GOOD: Pairs<'static> = &[("SAMLProviderName", "Idp")];

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
    app.end().await;
}

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let mut made = app.provided("CreateSAMLProvider", &saml_idp()).await;
    // As it was given, and here alone.
    made["SAMLProvider"]["EncodedSAMLMetadataDocument"] = json!(METADATA.as_str());
    for name in ["Idp", "IDP"] {
        let params = [("SAMLProviderName", name)];
        assert_eq!(app.provided(ACTION, &params).await, made);
    }
    app.end().await;
}
