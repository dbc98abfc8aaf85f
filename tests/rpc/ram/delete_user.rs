//! `DeleteUser`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, USER, absent, conflict, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    deletes,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_it_has_a_login_or_an_mfa_device,
    refuses_while_it_has_keys_groups_or_policies,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let old = app.answer(&root, "CreateUser", GOOD).await;
    let gone = [("UserName", "ALICE"), ("Surplus", "x")];
    assert_eq!(app.answer(&root, "DeleteUser", &gone).await, json!({}));
    app.refuses(&root, "GetUser", GOOD, &absent("User")).await;
    let new = app
        .answer(&root, "CreateUser", &[("UserName", "alice")])
        .await;
    assert_ne!(old["User"]["UserId"], new["User"]["UserId"]);
    assert_eq!(new["User"]["UserName"], "alice");
    assert_eq!(app.xml("DeleteUser", GOOD).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("DeleteUser", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "DeleteUser", GOOD, &absent("User"))
        .await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DeleteUser", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_while_it_has_keys_groups_or_policies(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let attachment = [
        ("PolicyType", "System"),
        ("PolicyName", "AdministratorAccess"),
        ("UserName", "Alice"),
    ];
    app.ram(&root, "AttachPolicyToUser", &attachment).await.ok();
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let member = [("UserName", "Alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &member).await.ok();
    // Keys are looked at first, disabled ones too.
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.AccessKey"))
        .await;
    let key = [
        ("UserName", "Alice"),
        ("UserAccessKeyId", alice.id.as_str()),
    ];
    let disable = [&key[..], &[("Status", "Inactive")]].concat();
    app.ram(&root, "UpdateAccessKey", &disable).await.ok();
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.AccessKey"))
        .await;
    app.ram(&root, "DeleteAccessKey", &key).await.ok();
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.Group"))
        .await;
    app.ram(&root, "RemoveUserFromGroup", &member).await.ok();
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.Policy"))
        .await;
    app.ram(&root, "DetachPolicyFromUser", &attachment)
        .await
        .ok();
    app.ram(&root, "DeleteUser", GOOD).await.ok();
    app.end().await;
}

async fn refuses_while_it_has_a_login_or_an_mfa_device(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    let login = with(GOOD, "Password", "some-password");
    app.ram(&root, "CreateLoginProfile", &login).await.ok();
    app.bind_device("phone", "Alice").await;
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.LoginProfile"))
        .await;
    app.ram(&root, "DeleteLoginProfile", GOOD).await.ok();
    app.refuses(&root, "DeleteUser", GOOD, &conflict("User.MFADevice"))
        .await;
    app.ram(&root, "UnbindMFADevice", GOOD).await.ok();
    app.ram(&root, "DeleteUser", GOOD).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    app.needs(&Permission {
        action: "DeleteUser",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
