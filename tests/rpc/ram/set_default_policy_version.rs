//! `SetDefaultPolicyVersion`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("VersionId", "v2")];
const READ: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    what_is_chosen_counts,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

/// A policy with two versions, of which the first counts.
async fn make(app: &TestApp) {
    let (first, second) = (
        policy("Allow", "ram:Get*", "*"),
        policy("Allow", "ram:List*", "*"),
    );
    let params = [("PolicyName", "Read"), ("PolicyDocument", first.as_str())];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    let params = [("PolicyName", "Read"), ("PolicyDocument", second.as_str())];
    app.ram(&app.root(), "CreatePolicyVersion", &params)
        .await
        .ok();
}

async fn what_is_chosen_counts(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let alice = app.user("alice", &[]).await;
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("UserName", "alice"),
    ];
    app.ram(&root, "AttachPolicyToUser", &attach).await.ok();
    app.ram(&alice, "GetPolicy", READ).await.ok();
    app.ram(&alice, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.minute();
    let params = [
        ("PolicyName", "READ"),
        ("VersionId", "v2"),
        ("Surplus", "x"),
    ];
    let done = app.answer(&root, "SetDefaultPolicyVersion", &params).await;
    assert_eq!(done, json!({}));
    app.ram(&alice, "GetPolicy", READ)
        .await
        .refused(403, "NoPermission");
    app.ram(&alice, "ListRoles", &[]).await.ok();
    let read = app.answer(&root, "GetPolicy", READ).await;
    assert_eq!(read["Policy"]["DefaultVersion"], "v2");
    assert_eq!(read["Policy"]["UpdateDate"], LATER);
    assert_eq!(read["DefaultPolicyVersion"]["VersionId"], "v2");
    assert_eq!(read["DefaultPolicyVersion"]["CreateDate"], NOW);
    // Back again, and once more what it is already.
    let back = with(GOOD, "VersionId", "v1");
    assert_eq!(app.xml("SetDefaultPolicyVersion", &back).await, "");
    app.ram(&root, "SetDefaultPolicyVersion", &back).await.ok();
    app.ram(&alice, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("SetDefaultPolicyVersion", GOOD, POLICY)
        .await;
    app.checks_version_id("SetDefaultPolicyVersion", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(
        &app.root(),
        "SetDefaultPolicyVersion",
        GOOD,
        &absent("Policy"),
    )
    .await;
    let system = [("PolicyName", "AdministratorAccess"), ("VersionId", "v1")];
    app.refuses(
        &app.root(),
        "SetDefaultPolicyVersion",
        &system,
        &absent("Policy"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "SetDefaultPolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("VersionId", "v1")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
