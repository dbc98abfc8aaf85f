//! `DeleteLoginProfile`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];
const LOGIN: &[(&str, &str)] = &[("UserName", "Alice"), ("Password", "some-password")];

on_both!(
    deletes,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn start(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    app.ram(&app.root(), "CreateLoginProfile", LOGIN).await.ok();
    app
}

async fn deletes(on: On) {
    let app = start(on).await;
    let root = app.root();
    let params = [("UserName", "ALICE"), ("Surplus", "ignored")];
    assert_eq!(
        app.answer(&root, "DeleteLoginProfile", &params).await,
        json!({})
    );
    app.refuses(&root, "GetLoginProfile", GOOD, &absent("User.LoginProfile"))
        .await;
    // The user is there still, and may be given another.
    app.ram(&root, "CreateLoginProfile", LOGIN).await.ok();
    assert_eq!(app.xml("DeleteLoginProfile", GOOD).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    app.checks_name("DeleteLoginProfile", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = start(on).await;
    let root = app.root();
    let action = "DeleteLoginProfile";
    app.refuses(&root, action, &[("UserName", "Nobody")], &absent("User"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, action, GOOD, &absent("User")).await;
    app.ram(&root, action, GOOD).await.ok();
    app.refuses(&root, action, GOOD, &absent("User.LoginProfile"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "DeleteLoginProfile",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
