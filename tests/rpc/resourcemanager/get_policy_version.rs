//! `GetPolicyVersion`.

use serde_json::json;

use super::{DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyName", "Read"),
    ("PolicyType", "Custom"),
    ("VersionId", "v1"),
];

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    assert_eq!(
        app.rm("GetPolicyVersion", GOOD).await,
        json!({"PolicyVersion": {
            "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": NOW, "PolicyDocument": DOCUMENT,
        }})
    );
    let system = [
        ("PolicyName", "AdministratorAccess"),
        ("PolicyType", "System"),
        ("VersionId", "v1"),
    ];
    let xml = app.rm_xml("GetPolicyVersion", &system).await;
    assert!(
        xml.starts_with(
            "<PolicyVersion><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>"
        ),
        "{xml}"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.checks_name_of(RM, "GetPolicyVersion", GOOD, POLICY)
        .await;
    app.checks_policy_type_of(RM, "GetPolicyVersion", GOOD)
        .await;
    app.checks_version_id_of(RM, "GetPolicyVersion", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("GetPolicyVersion", GOOD, &absent("Policy"))
        .await;
    app.rm_furnish().await;
    app.rm_refuses(
        "GetPolicyVersion",
        &with(GOOD, "VersionId", "v2"),
        &absent("Policy.Version"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_needs(&Permission {
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
