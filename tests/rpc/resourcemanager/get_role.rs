//! `GetRole`.

use serde_json::json;

use super::RM;
use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::expect::{NOW, Permission, ROLE, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader")];

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    assert_eq!(
        app.rm("GetRole", &[("RoleName", "rEADER")]).await,
        json!({"Role": {
            "RoleId": role["RoleId"],
            "RoleName": "Reader",
            "RolePrincipalName": format!("Reader@role.{ACCOUNT}.onaliyunservice.com"),
            "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
            "Description": "",
            "AssumeRolePolicyDocument": trust(r#"{"RAM":"*"}"#),
            "MaxSessionDuration": 3600,
            "IsServiceLinkedRole": false,
            "CreateDate": NOW,
            "UpdateDate": NOW,
        }})
    );
    let xml = app.rm_xml("GetRole", GOOD).await;
    assert!(
        xml.contains("<IsServiceLinkedRole>false</IsServiceLinkedRole>"),
        "{xml}"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.checks_name_of(RM, "GetRole", GOOD, ROLE).await;
    app.rm_checks_language("GetRole", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("GetRole", GOOD, &absent("Role")).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.rm_refuses_to(&other, "GetRole", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.rm_needs(&Permission {
        action: "GetRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
