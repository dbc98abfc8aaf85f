//! `DeleteGroup`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{GROUP, Permission, absent, conflict};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

on_both!(
    deletes,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_it_has_members_or_policies,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let old = app.answer(&root, "CreateGroup", GOOD).await;
    let gone = [("GroupName", "DEVS"), ("Surplus", "x")];
    assert_eq!(app.answer(&root, "DeleteGroup", &gone).await, json!({}));
    app.refuses(&root, "GetGroup", GOOD, &absent("Group")).await;
    let new = app.answer(&root, "CreateGroup", GOOD).await;
    assert_ne!(old["Group"]["GroupId"], new["Group"]["GroupId"]);
    assert_eq!(app.xml("DeleteGroup", GOOD).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("DeleteGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "DeleteGroup", GOOD, &absent("Group"))
        .await;
    app.ram(&app.root(), "CreateGroup", GOOD).await.ok();
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DeleteGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn refuses_while_it_has_members_or_policies(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateGroup", GOOD).await.ok();
    app.user("alice", &[]).await;
    let member = [("UserName", "alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &member).await.ok();
    let attachment = [
        ("PolicyType", "System"),
        ("PolicyName", "AdministratorAccess"),
        ("GroupName", "Devs"),
    ];
    app.ram(&root, "AttachPolicyToGroup", &attachment)
        .await
        .ok();
    app.refuses(&root, "DeleteGroup", GOOD, &conflict("Group.User"))
        .await;
    app.ram(&root, "RemoveUserFromGroup", &member).await.ok();
    app.refuses(&root, "DeleteGroup", GOOD, &conflict("Group.Policy"))
        .await;
    app.ram(&root, "DetachPolicyFromGroup", &attachment)
        .await
        .ok();
    app.ram(&root, "DeleteGroup", GOOD).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateGroup", GOOD).await.ok();
    app.needs(&Permission {
        action: "DeleteGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    })
    .await;
    app.end().await;
}
