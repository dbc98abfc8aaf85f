//! `UpdateRole`.

use serde_json::json;

use super::RM;
use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::expect::{LATER, NOW, Permission, ROLE, absent, bad_type, refusal, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader"), ("NewDescription", "new")];

on_both!(
    answers_every_member,
    leaves_what_is_not_sent,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.minute();
    let document = trust(r#"{"Service":"ecs.aliyuncs.com"}"#);
    let params = [
        ("RoleName", "READER"),
        ("NewAssumeRolePolicyDocument", document.as_str()),
        ("NewDescription", "new"),
        ("NewMaxSessionDuration", "43200"),
    ];
    assert_eq!(
        app.rm("UpdateRole", &params).await,
        json!({"Role": {
            "RoleId": role["RoleId"],
            "RoleName": "Reader",
            "RolePrincipalName": format!("Reader@role.{ACCOUNT}.onaliyunservice.com"),
            "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
            "Description": "new",
            "AssumeRolePolicyDocument": document,
            "MaxSessionDuration": 43200,
            "CreateDate": NOW,
            "UpdateDate": LATER,
        }})
    );
    let xml = app
        .rm_xml("UpdateRole", &with(GOOD, "NewDescription", "a<b"))
        .await;
    assert!(xml.contains("<Description>a&lt;b</Description>"), "{xml}");
    app.end().await;
}

async fn leaves_what_is_not_sent(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let before = app.rm("GetRole", &GOOD[..1]).await;
    app.rm("UpdateRole", &GOOD[..1]).await;
    assert_eq!(app.rm("GetRole", &GOOD[..1]).await, before);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.checks_name_of(RM, "UpdateRole", GOOD, ROLE).await;
    app.checks_document_of(RM, "UpdateRole", GOOD, "NewAssumeRolePolicyDocument")
        .await;
    app.checks_text_of(RM, "UpdateRole", GOOD, "NewDescription", 1024)
        .await;
    let range = refusal(
        400,
        "InvalidParameter.MaxSessionDuration",
        "The parameter - \"MaxSessionDuration\" MUST be in the range of 3600 and 43200.",
    );
    let name = "NewMaxSessionDuration";
    for (seconds, expected) in [
        ("3599", range.clone()),
        ("43201", range),
        ("an hour", bad_type(name)),
    ] {
        app.rm_refuses("UpdateRole", &with(GOOD, name, seconds), &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("UpdateRole", GOOD, &absent("Role")).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.rm_needs(&Permission {
        action: "UpdateRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
