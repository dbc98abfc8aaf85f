//! `GetPolicyVersion`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyName", "Read"),
    ("PolicyType", "Custom"),
    ("VersionId", "v1"),
];

on_both!(
    reads_every_member,
    reads_system_policies,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
    needs_permission_on_system_policies,
);

async fn make(app: &TestApp) {
    let first = policy("Allow", "ram:Get*", "*");
    let params = [("PolicyName", "Read"), ("PolicyDocument", first.as_str())];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.minute();
    let second = policy("Deny", "*", "*");
    let params = [("PolicyName", "Read"), ("PolicyDocument", second.as_str())];
    app.ram(&root, "CreatePolicyVersion", &params).await.ok();
    let first = json!({"PolicyVersion": {
        "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": NOW,
        "PolicyDocument": policy("Allow", "ram:Get*", "*"),
    }});
    for name in ["Read", "READ"] {
        let params = [&with(GOOD, "PolicyName", name)[..], &[("Surplus", "x")]].concat();
        assert_eq!(app.answer(&root, "GetPolicyVersion", &params).await, first);
    }
    assert_eq!(
        app.xml("GetPolicyVersion", &with(GOOD, "VersionId", "v2"))
            .await,
        format!(
            "<PolicyVersion><VersionId>v2</VersionId><IsDefaultVersion>false</IsDefaultVersion>\
             <CreateDate>{LATER}</CreateDate><PolicyDocument>{}</PolicyDocument></PolicyVersion>",
            second.replace('"', "&quot;")
        )
    );
    app.end().await;
}

async fn reads_system_policies(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        ("PolicyName", "administratoraccess"),
        ("PolicyType", "System"),
        ("VersionId", "v1"),
    ];
    let read = app.answer(&app.root(), "GetPolicyVersion", &params).await;
    let whole = app.answer(&app.root(), "GetPolicy", &params[..2]).await;
    assert_eq!(read["PolicyVersion"], whole["DefaultPolicyVersion"]);
    let none = with(&params, "VersionId", "v2");
    app.refuses(
        &app.root(),
        "GetPolicyVersion",
        &none,
        &absent("Policy.Version"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("GetPolicyVersion", GOOD, POLICY).await;
    app.checks_policy_type("GetPolicyVersion", GOOD).await;
    app.checks_version_id("GetPolicyVersion", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "GetPolicyVersion", GOOD, &absent("Policy"))
        .await;
    make(&app).await;
    let system = with(GOOD, "PolicyType", "System");
    app.refuses(&root, "GetPolicyVersion", &system, &absent("Policy"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetPolicyVersion", GOOD, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "GetPolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[
            ("PolicyName", "Nothing"),
            ("PolicyType", "Custom"),
            ("VersionId", "v1"),
        ],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "GetPolicyVersion",
        params: &[
            ("PolicyName", "AdministratorAccess"),
            ("PolicyType", "System"),
            ("VersionId", "v1"),
        ],
        resources: &["system:policy/AdministratorAccess"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
