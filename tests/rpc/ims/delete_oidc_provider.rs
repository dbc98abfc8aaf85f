//! `DeleteOIDCProvider`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{IDP, Pairs, absent, oidc_provider};
use crate::on_both;

const ACTION: &str = "DeleteOIDCProvider";
const GOOD: Pairs<'static> = &[("OIDCProviderName", "Idp")];

on_both!(does_and_answers, refuses_bad_parameters, needs_permission,);

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
    app.end().await;
}

async fn does_and_answers(on: On) {
    let app = TestApp::with_idp(on).await;
    let done = app.provided(ACTION, &[("OIDCProviderName", "iDP")]).await;
    assert_eq!(done, json!({}));
    app.provides_not("GetOIDCProvider", GOOD, &absent("OIDCProvider"))
        .await;
    app.provides_not(ACTION, GOOD, &absent("OIDCProvider"))
        .await;
    // Name and issuer can be given again.
    app.provided("CreateOIDCProvider", IDP).await;
    app.end().await;
}
