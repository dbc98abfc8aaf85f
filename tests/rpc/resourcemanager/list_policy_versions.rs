//! `ListPolicyVersions`.

use serde_json::json;

use super::{OTHER_DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{LATER, NOW, POLICY, Permission, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.minute();
    let version = [("PolicyName", "Read"), ("PolicyDocument", OTHER_DOCUMENT)];
    app.rm("CreatePolicyVersion", &version).await;
    assert_eq!(
        app.rm("ListPolicyVersions", GOOD).await,
        json!({"PolicyVersions": {"PolicyVersion": [
            {"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": NOW},
            {"VersionId": "v2", "IsDefaultVersion": false, "CreateDate": LATER},
        ]}})
    );
    let system = [
        ("PolicyName", "AdministratorAccess"),
        ("PolicyType", "System"),
    ];
    let xml = app.rm_xml("ListPolicyVersions", &system).await;
    assert!(
        xml.starts_with("<PolicyVersions><PolicyVersion><VersionId>v1</VersionId>"),
        "{xml}"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.checks_name_of(RM, "ListPolicyVersions", GOOD, POLICY)
        .await;
    app.checks_policy_type_of(RM, "ListPolicyVersions", GOOD)
        .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("ListPolicyVersions", GOOD, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_needs(&Permission {
        action: "ListPolicyVersions",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("PolicyType", "Custom")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
