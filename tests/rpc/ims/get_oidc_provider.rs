//! `GetOIDCProvider`.

use crate::app::{On, TestApp};
use crate::expect::{IDP, Pairs, oidc_provider};
use crate::on_both;

const ACTION: &str = "GetOIDCProvider";
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
    let app = TestApp::start(on).await;
    let made = app.provided("CreateOIDCProvider", IDP).await;
    for name in ["Idp", "IDP"] {
        let params = [("OIDCProviderName", name)];
        assert_eq!(app.provided(ACTION, &params).await, made);
    }
    app.end().await;
}
