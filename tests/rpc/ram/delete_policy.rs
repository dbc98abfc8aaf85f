//! `DeletePolicy`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{POLICY, Permission, absent, conflict, incorrect, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read")];

on_both!(
    deletes,
    takes_the_versions_along_if_told,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_it_is_attached,
    needs_permission,
);

async fn make(app: &TestApp, name: &str) {
    let document = policy("Allow", "ram:Get*", "*");
    let params = [
        ("PolicyName", name),
        ("PolicyDocument", &document),
        ("Tag.1.Key", "k"),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn add_version(app: &TestApp) {
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicyVersion", &params)
        .await
        .ok();
}

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app, "Read").await;
    make(&app, "Write").await;
    let gone = app
        .answer(&root, "DeletePolicy", &[("PolicyName", "rEAD")])
        .await;
    assert_eq!(gone, json!({}));
    let read = with(GOOD, "PolicyType", "Custom");
    app.refuses(&root, "GetPolicy", &read, &absent("Policy"))
        .await;
    assert_eq!(
        app.xml("DeletePolicy", &[("PolicyName", "Write")]).await,
        ""
    );
    // The name is free, and what it stood for is gone.
    make(&app, "read").await;
    let versions = app.answer(&root, "ListPolicyVersions", &read).await;
    let versions = &versions["PolicyVersions"]["PolicyVersion"];
    assert_eq!(versions.as_array().unwrap().len(), 1);
    app.end().await;
}

async fn takes_the_versions_along_if_told(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app, "Read").await;
    add_version(&app).await;
    for cascading in ["", "false", "False"] {
        let params = with(GOOD, "CascadingDelete", cascading);
        app.refuses(&root, "DeletePolicy", &params, &conflict("Policy.Version"))
            .await;
    }
    app.ram(
        &root,
        "DeletePolicy",
        &with(GOOD, "CascadingDelete", "True"),
    )
    .await
    .ok();
    make(&app, "Read").await;
    add_version(&app).await;
    let version = with(GOOD, "VersionId", "v2");
    app.ram(&root, "DeletePolicyVersion", &version).await.ok();
    app.ram(&root, "DeletePolicy", GOOD).await.ok();
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app, "Read").await;
    app.checks_name("DeletePolicy", GOOD, POLICY).await;
    let params = with(GOOD, "CascadingDelete", "yes");
    app.refuses(
        &app.root(),
        "DeletePolicy",
        &params,
        &incorrect("CascadingDelete"),
    )
    .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "DeletePolicy", GOOD, &absent("Policy"))
        .await;
    make(&app, "Read").await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DeletePolicy", GOOD, &absent("Policy"))
        .await;
    // A system policy cannot be named.
    let system = [
        ("PolicyName", "AdministratorAccess"),
        ("PolicyType", "System"),
    ];
    app.refuses(&app.root(), "DeletePolicy", &system, &absent("Policy"))
        .await;
    app.end().await;
}

async fn refuses_while_it_is_attached(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app, "Read").await;
    add_version(&app).await;
    app.user("alice", &[]).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let user = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("UserName", "alice"),
    ];
    let role = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("RoleName", "Reader"),
    ];
    app.ram(&root, "AttachPolicyToUser", &user).await.ok();
    app.ram(&root, "AttachPolicyToRole", &role).await.ok();
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let group = with(&user, "GroupName", "Devs");
    app.ram(&root, "AttachPolicyToGroup", &group).await.ok();
    let cascading = with(GOOD, "CascadingDelete", "true");
    app.refuses(&root, "DeletePolicy", &cascading, &conflict("Policy.User"))
        .await;
    app.ram(&root, "DetachPolicyFromUser", &user).await.ok();
    app.refuses(&root, "DeletePolicy", &cascading, &conflict("Policy.Group"))
        .await;
    app.ram(&root, "DetachPolicyFromGroup", &group).await.ok();
    app.refuses(&root, "DeletePolicy", &cascading, &conflict("Policy.Role"))
        .await;
    app.refuses(&root, "DeletePolicy", GOOD, &conflict("Policy.Role"))
        .await;
    app.ram(&root, "DetachPolicyFromRole", &role).await.ok();
    app.ram(&root, "DeletePolicy", &cascading).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app, "Read").await;
    app.needs(&Permission {
        action: "DeletePolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
