//! `CreateRole`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use super::{RM, TRUST};
use crate::app::{ACCOUNT, On, Setup, TestApp};
use crate::expect::{
    NOW, Name, Permission, ROLE, bad_type, exists, limit, missing, refusal, with, without,
};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader"), ("AssumeRolePolicyDocument", TRUST)];

on_both!(
    answers_every_member,
    makes_the_role_that_ram_knows,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quota,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        GOOD,
        &[
            ("Description", "a<b"),
            ("MaxSessionDuration", "7200"),
            ("Tag.1.Key", "k"),
        ],
    ]
    .concat();
    let made = app.rm("CreateRole", &params).await;
    let id = made["Role"]["RoleId"].as_str().unwrap();
    assert_eq!(
        made,
        json!({"Role": {
            "RoleId": id,
            "RoleName": "Reader",
            "RolePrincipalName": format!("Reader@role.{ACCOUNT}.onaliyunservice.com"),
            "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
            "Description": "a<b",
            "AssumeRolePolicyDocument": TRUST,
            "MaxSessionDuration": 7200,
            "CreateDate": NOW,
        }})
    );
    app.ram(&app.root(), "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    let xml = app.rm_xml("CreateRole", &with(GOOD, "RoleName", "b")).await;
    let shown = "<RolePrincipalName>b@role.acme.onaliyunservice.com</RolePrincipalName>";
    assert!(
        xml.starts_with("<Role><RoleId>3") && xml.contains(shown),
        "{xml}"
    );
    // Tags are not taken here.
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(listed["Roles"]["Role"][1].get("Tags"), None);
    app.end().await;
}

async fn makes_the_role_that_ram_knows(on: On) {
    let app = TestApp::start(on).await;
    let made = app.rm("CreateRole", GOOD).await;
    let read = app
        .answer(&app.root(), "GetRole", &[("RoleName", "READER")])
        .await;
    assert_eq!(read["Role"]["RoleId"], made["Role"]["RoleId"]);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let new = Name {
        bad: &["a b", "a/b", "a_b", "ré"],
        ..ROLE
    };
    app.checks_name_of(RM, "CreateRole", GOOD, new).await;
    let document = "AssumeRolePolicyDocument";
    app.rm_refuses("CreateRole", &without(GOOD, document), &missing(document))
        .await;
    app.checks_document_of(RM, "CreateRole", GOOD, document)
        .await;
    app.checks_text_of(RM, "CreateRole", GOOD, "Description", 1024)
        .await;
    let range = refusal(
        400,
        "InvalidParameter.MaxSessionDuration",
        "The parameter - \"MaxSessionDuration\" MUST be in the range of 3600 and 43200.",
    );
    let name = "MaxSessionDuration";
    for (seconds, expected) in [
        ("3599", range.clone()),
        ("43201", range),
        ("an hour", bad_type(name)),
    ] {
        app.rm_refuses("CreateRole", &with(GOOD, name, seconds), &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    app.role("READER", r#"{"RAM":"*"}"#, &[]).await;
    app.rm_refuses("CreateRole", GOOD, &exists("Role")).await;
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        roles: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    app.rm("CreateRole", GOOD).await;
    app.rm_refuses("CreateRole", &with(GOOD, "RoleName", "b"), &limit("Role"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "CreateRole",
        params: GOOD,
        resources: &["1234567890123456:role/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
