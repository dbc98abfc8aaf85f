//! `DeleteRole`.

use serde_json::json;

use super::RM;
use crate::app::{On, TestApp, policy};
use crate::expect::{Permission, ROLE, absent, conflict};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader")];

on_both!(
    deletes,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_it_has_policies,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    assert_eq!(
        app.rm("DeleteRole", &[("RoleName", "READER")]).await,
        json!({})
    );
    app.refuses(&app.root(), "GetRole", GOOD, &absent("Role"))
        .await;
    app.role("b", r#"{"RAM":"*"}"#, &[]).await;
    assert_eq!(app.rm_xml("DeleteRole", &[("RoleName", "b")]).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.checks_name_of(RM, "DeleteRole", GOOD, ROLE).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("DeleteRole", GOOD, &absent("Role")).await;
    app.end().await;
}

async fn refuses_while_it_has_policies(on: On) {
    let app = TestApp::start(on).await;
    app.role(
        "Reader",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:Get*", "*")],
    )
    .await;
    app.rm_refuses("DeleteRole", GOOD, &conflict("Role.Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.rm_needs(&Permission {
        action: "DeleteRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
