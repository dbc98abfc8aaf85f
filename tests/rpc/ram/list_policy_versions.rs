//! `ListPolicyVersions`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    lists_every_member,
    lists_system_policies,
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

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.minute();
    let (first, second) = (policy("Allow", "ram:Get*", "*"), policy("Deny", "*", "*"));
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", second.as_str()),
        ("SetAsDefault", "true"),
    ];
    app.ram(&root, "CreatePolicyVersion", &params).await.ok();
    let whole = json!({"PolicyVersions": {"PolicyVersion": [
        {"VersionId": "v1", "IsDefaultVersion": false, "CreateDate": NOW, "PolicyDocument": first},
        {"VersionId": "v2", "IsDefaultVersion": true, "CreateDate": LATER, "PolicyDocument": second},
    ]}});
    for name in ["Read", "READ"] {
        let params = [
            &with(GOOD, "PolicyName", name)[..],
            &[("MaxItems", "ignored")],
        ]
        .concat();
        assert_eq!(
            app.answer(&root, "ListPolicyVersions", &params).await,
            whole
        );
    }
    let version = |id: &str, default: bool, date: &str, document: &str| {
        format!(
            "<PolicyVersion><VersionId>{id}</VersionId><IsDefaultVersion>{default}</IsDefaultVersion>\
             <CreateDate>{date}</CreateDate><PolicyDocument>{}</PolicyDocument></PolicyVersion>",
            document.replace('"', "&quot;")
        )
    };
    assert_eq!(
        app.xml("ListPolicyVersions", GOOD).await,
        format!(
            "<PolicyVersions>{}{}</PolicyVersions>",
            version("v1", false, NOW, &first),
            version("v2", true, LATER, &second)
        )
    );
    app.end().await;
}

async fn lists_system_policies(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        ("PolicyName", "AliyunRAMFullAccess"),
        ("PolicyType", "System"),
    ];
    let listed = app.answer(&app.root(), "ListPolicyVersions", &params).await;
    let whole = app.answer(&app.root(), "GetPolicy", &params).await;
    let versions = json!({"PolicyVersion": [whole["DefaultPolicyVersion"]]});
    assert_eq!(listed["PolicyVersions"], versions);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("ListPolicyVersions", GOOD, POLICY).await;
    app.checks_policy_type("ListPolicyVersions", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "ListPolicyVersions", GOOD, &absent("Policy"))
        .await;
    make(&app).await;
    let system = with(GOOD, "PolicyType", "System");
    app.refuses(&root, "ListPolicyVersions", &system, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "ListPolicyVersions",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("PolicyType", "Custom")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListPolicyVersions",
        params: &[
            ("PolicyName", "AdministratorAccess"),
            ("PolicyType", "System"),
        ],
        resources: &["system:policy/AdministratorAccess"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
