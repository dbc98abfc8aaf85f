//! `RemoveUserFromGroup`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{GROUP, Permission, USER, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "alice"), ("GroupName", "Devs")];

on_both!(
    removes,
    what_the_group_may_is_gone_at_once,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_who_is_not_in_it,
    needs_permission_on_both,
);

async fn make(app: &TestApp) -> Credentials {
    let root = app.root();
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let alice = app.user("alice", &[]).await;
    app.ram(&root, "AddUserToGroup", GOOD).await.ok();
    alice
}

async fn removes(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let params = [
        ("UserName", "ALICE"),
        ("GroupName", "DEVS"),
        ("Surplus", "ignored"),
    ];
    let removed = app.answer(&root, "RemoveUserFromGroup", &params).await;
    assert_eq!(removed, json!({}));
    let listed = app
        .answer(&root, "ListGroupsForUser", &[("UserName", "alice")])
        .await;
    assert_eq!(listed, json!({"Groups": {"Group": []}}));
    app.ram(&root, "AddUserToGroup", GOOD).await.ok();
    assert_eq!(app.xml("RemoveUserFromGroup", GOOD).await, "");
    app.end().await;
}

async fn what_the_group_may_is_gone_at_once(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = make(&app).await;
    let document = policy("Allow", "ram:ListRoles", "*");
    let written = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&root, "CreatePolicy", &written).await.ok();
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("GroupName", "Devs"),
    ];
    app.ram(&root, "AttachPolicyToGroup", &attach).await.ok();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    app.ram(&root, "RemoveUserFromGroup", GOOD).await.ok();
    let refused = app.ram(&alice, "ListRoles", &[]).await;
    refused.refused(403, "NoPermission");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("RemoveUserFromGroup", GOOD, USER).await;
    app.checks_name("RemoveUserFromGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for (name, entity) in [("UserName", "User"), ("GroupName", "Group")] {
        let params = with(GOOD, name, "Nothing");
        app.refuses(&root, "RemoveUserFromGroup", &params, &absent(entity))
            .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "RemoveUserFromGroup", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_who_is_not_in_it(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.user("bob", &[]).await;
    let bob = with(GOOD, "UserName", "bob");
    app.refuses(&root, "RemoveUserFromGroup", &bob, &absent("User.Group"))
        .await;
    app.ram(&root, "RemoveUserFromGroup", GOOD).await.ok();
    app.refuses(&root, "RemoveUserFromGroup", GOOD, &absent("User.Group"))
        .await;
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "RemoveUserFromGroup",
        params: GOOD,
        resources: &["1234567890123456:user/alice", "1234567890123456:group/Devs"],
        absent: &[("UserName", "Nobody1"), ("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
