//! `DeletePolicyVersion`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{POLICY, Permission, absent, conflict, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("VersionId", "v2")];

on_both!(
    drops_a_version,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_the_default_version,
    needs_permission,
);

/// A policy with three versions, of which the first counts.
async fn make(app: &TestApp) {
    let document = policy("Allow", "ram:Get*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    for _ in 0..2 {
        app.ram(&app.root(), "CreatePolicyVersion", &params)
            .await
            .ok();
    }
}

async fn drops_a_version(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let params = [
        ("PolicyName", "READ"),
        ("VersionId", "v2"),
        ("Surplus", "x"),
    ];
    assert_eq!(
        app.answer(&root, "DeletePolicyVersion", &params).await,
        json!({})
    );
    app.refuses(
        &root,
        "DeletePolicyVersion",
        GOOD,
        &absent("Policy.Version"),
    )
    .await;
    let third = with(GOOD, "VersionId", "v3");
    assert_eq!(app.xml("DeletePolicyVersion", &third).await, "");
    let read = [("PolicyName", "Read"), ("PolicyType", "Custom")];
    let listed = app.answer(&root, "ListPolicyVersions", &read).await;
    let versions = &listed["PolicyVersions"]["PolicyVersion"];
    assert_eq!(versions.as_array().unwrap().len(), 1);
    assert_eq!(versions[0]["VersionId"], "v1");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("DeletePolicyVersion", GOOD, POLICY).await;
    app.checks_version_id("DeletePolicyVersion", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "DeletePolicyVersion", GOOD, &absent("Policy"))
        .await;
    let system = [("PolicyName", "AdministratorAccess"), ("VersionId", "v1")];
    app.refuses(
        &app.root(),
        "DeletePolicyVersion",
        &system,
        &absent("Policy"),
    )
    .await;
    app.end().await;
}

async fn refuses_the_default_version(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let default = conflict("Policy.Version.Default");
    let first = with(GOOD, "VersionId", "v1");
    app.refuses(&root, "DeletePolicyVersion", &first, &default)
        .await;
    app.ram(&root, "SetDefaultPolicyVersion", GOOD).await.ok();
    app.refuses(&root, "DeletePolicyVersion", GOOD, &default)
        .await;
    app.ram(&root, "DeletePolicyVersion", &first).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "DeletePolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("VersionId", "v1")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
