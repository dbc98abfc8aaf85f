//! `CreateServiceLinkedRole`. The life of such roles is in `tests/linked_roles`.

use serde_json::json;

use super::RM;
use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, missing, refusal, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("ServiceName", "polardb.aliyuncs.com")];
const TRUST: &str = r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["polardb.aliyuncs.com"]}}]}"#;

on_both!(
    creates,
    refuses_bad_parameters,
    refuses_what_exists,
    needs_permission,
);

async fn creates(on: On) {
    let app = TestApp::start(on).await;
    let made = app.rm("CreateServiceLinkedRole", GOOD).await;
    assert_eq!(
        made,
        json!({
            "Role": {
                "RoleId": made["Role"]["RoleId"],
                "RoleName": "AliyunServiceRoleForPolarDB",
                "RolePrincipalName": "AliyunServiceRoleForPolarDB@role.1234567890123456.onaliyunservice.com",
                "Arn": "acs:ram::1234567890123456:role/aliyunserviceroleforpolardb",
                "Description": "Service-linked role of PolarDB; the service uses it to reach the account's other resources.",
                "AssumeRolePolicyDocument": TRUST,
                "IsServiceLinkedRole": true,
                "CreateDate": NOW,
            }
        })
    );
    let xml = app
        .rm_xml(
            "CreateServiceLinkedRole",
            &[("ServiceName", "config.aliyuncs.com")],
        )
        .await;
    assert!(
        xml.contains("<IsServiceLinkedRole>true</IsServiceLinkedRole>"),
        "{xml}"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let action = "CreateServiceLinkedRole";
    for (params, expected) in [
        (vec![], missing("ServiceName")),
        (
            with(GOOD, "ServiceName", "storage.corp.example"),
            refusal(404, "EntityNotExist.Service", "The service does not exist."),
        ),
        (
            with(GOOD, "ServiceName", "polardb"),
            refusal(404, "EntityNotExist.Service", "The service does not exist."),
        ),
        (
            with(GOOD, "CustomSuffix", "a_b"),
            refusal(
                400,
                "InvalidParameter.CustomSuffix.InvalidChars",
                "The parameter CustomSuffix contains invalid characters.",
            ),
        ),
        (
            with(GOOD, "CustomSuffix", "a"),
            refusal(
                400,
                "InvalidParameter.CustomSuffix.NotAllowed",
                "Custom suffix is not allowed for this Service Linked Role.",
            ),
        ),
        (
            with(GOOD, "Description", "mine"),
            refusal(
                400,
                "InvalidParameter.Description.NotAllowed",
                "Custom description is not allowed for default service linked role.",
            ),
        ),
    ] {
        app.refuses_of(RM, &app.root(), action, &params, &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_what_exists(on: On) {
    let app = TestApp::start(on).await;
    app.role("aliyunserviceroleforpolardb", r#"{"RAM":"*"}"#, &[])
        .await;
    let reply = app
        .rpc(&app.root(), RM, "CreateServiceLinkedRole", GOOD)
        .await;
    reply.refused(409, "EntityAlreadyExists.Role");
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "CreateServiceLinkedRole",
        params: GOOD,
        resources: &["1234567890123456:role/*"],
        absent: &[("ServiceName", "storage.corp.example")],
        absent_resources: &["1234567890123456:role/*"],
    })
    .await;
    app.end().await;
}
