//! `CreatePolicyVersion`.

use serde_json::json;

use super::{OTHER_DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{LATER, POLICY, Permission, absent, incorrect, limit, missing, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyDocument", OTHER_DOCUMENT)];

on_both!(
    answers_every_member,
    holds_the_quota,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.minute();
    assert_eq!(
        app.rm("CreatePolicyVersion", GOOD).await,
        json!({"PolicyVersion": {"VersionId": "v2", "IsDefaultVersion": false, "CreateDate": LATER}})
    );
    let xml = app
        .rm_xml("CreatePolicyVersion", &with(GOOD, "SetAsDefault", "True"))
        .await;
    assert_eq!(
        xml,
        format!(
            "<PolicyVersion><VersionId>v3</VersionId><IsDefaultVersion>true</IsDefaultVersion>\
             <CreateDate>{LATER}</CreateDate></PolicyVersion>"
        )
    );
    let read = [
        ("PolicyName", "Read"),
        ("PolicyType", "Custom"),
        ("VersionId", "v3"),
    ];
    let read = app.answer(&app.root(), "GetPolicyVersion", &read).await;
    assert_eq!(read["PolicyVersion"]["PolicyDocument"], OTHER_DOCUMENT);
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for _ in 0..4 {
        app.rm("CreatePolicyVersion", GOOD).await;
    }
    // Versions are not rotated here.
    let rotate = with(
        GOOD,
        "RotateStrategy",
        "DeleteOldestNonDefaultVersionWhenLimitExceeded",
    );
    for params in [GOOD, &rotate] {
        app.rm_refuses("CreatePolicyVersion", params, &limit("Policy.Version"))
            .await;
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.checks_name_of(RM, "CreatePolicyVersion", GOOD, POLICY)
        .await;
    let document = "PolicyDocument";
    app.rm_refuses(
        "CreatePolicyVersion",
        &without(GOOD, document),
        &missing(document),
    )
    .await;
    app.checks_document_of(RM, "CreatePolicyVersion", GOOD, document)
        .await;
    let params = with(GOOD, "SetAsDefault", "yes");
    app.rm_refuses("CreatePolicyVersion", &params, &incorrect("SetAsDefault"))
        .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("CreatePolicyVersion", GOOD, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_needs(&Permission {
        action: "CreatePolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[
            ("PolicyName", "Nothing"),
            ("PolicyDocument", OTHER_DOCUMENT),
        ],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
