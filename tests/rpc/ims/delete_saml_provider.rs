//! `DeleteSAMLProvider`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Pairs, absent, saml_idp, saml_provider};
use crate::on_both;

const ACTION: &str = "DeleteSAMLProvider";
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
    let app = TestApp::with_saml_idp(on).await;
    let done = app.provided(ACTION, &[("SAMLProviderName", "iDP")]).await;
    assert_eq!(done, json!({}));
    app.provides_not("GetSAMLProvider", GOOD, &absent("SAMLProvider"))
        .await;
    app.provides_not(ACTION, GOOD, &absent("SAMLProvider"))
        .await;
    // The name can be given again.
    app.provided("CreateSAMLProvider", &saml_idp()).await;
    app.end().await;
}
