//! `DeleteRole`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, ROLE, absent, conflict};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader")];

on_both!(
    deletes,
    a_new_role_of_the_name_is_another,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_policies_are_attached,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.role("Writer", r#"{"RAM":"*"}"#, &[]).await;
    let gone = app
        .answer(&app.root(), "DeleteRole", &[("RoleName", "rEADER")])
        .await;
    assert_eq!(gone, json!({}));
    app.refuses(&app.root(), "GetRole", GOOD, &absent("Role"))
        .await;
    assert_eq!(app.xml("DeleteRole", &[("RoleName", "Writer")]).await, "");
    app.end().await;
}

async fn a_new_role_of_the_name_is_another(on: On) {
    let app = TestApp::start(on).await;
    let made = [
        ("RoleName", "Reader"),
        (
            "AssumeRolePolicyDocument",
            &crate::app::trust(r#"{"RAM":"*"}"#),
        ),
        ("Tag.1.Key", "k"),
    ];
    let old = app.answer(&app.root(), "CreateRole", &made).await;
    app.ram(&app.root(), "DeleteRole", GOOD).await.ok();
    let new = app.role("reader", r#"{"RAM":"*"}"#, &[]).await;
    assert_ne!(old["Role"]["RoleId"], new["RoleId"]);
    assert_eq!(new["RoleName"], "reader");
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(listed["Roles"]["Role"][0].get("Tags"), None);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("DeleteRole", GOOD, ROLE).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "DeleteRole", GOOD, &absent("Role"))
        .await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DeleteRole", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn refuses_while_policies_are_attached(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let attachment = [
        ("PolicyType", "System"),
        ("PolicyName", "AdministratorAccess"),
        ("RoleName", "Reader"),
    ];
    app.ram(&root, "AttachPolicyToRole", &attachment).await.ok();
    app.refuses(&root, "DeleteRole", GOOD, &conflict("Role.Policy"))
        .await;
    app.ram(&root, "DetachPolicyFromRole", &attachment)
        .await
        .ok();
    app.ram(&root, "DeleteRole", GOOD).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.needs(&Permission {
        action: "DeleteRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
