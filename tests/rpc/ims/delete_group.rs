//! `DeleteGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent, bad_chars, missing, too_long, with, without};
use crate::on_both;

on_both!(deletes, refuses_bad_parameters, needs_permission,);

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

/// Answers the group's id.
async fn make(app: &TestApp) -> serde_json::Value {
    let params = [
        ("GroupName", "Devs"),
        ("DisplayName", "D"),
        ("Comments", "c & d"),
    ];
    app.ims_answer("CreateGroup", &params).await["Group"]["GroupId"].clone()
}

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ims_user(ALICE).await;
    let member = [(UPN, ALICE), ("GroupName", "Devs")];
    app.ims_answer("AddUserToGroup", &member).await;
    let root = app.root();
    app.ims(&root, "DeleteGroup", GOOD)
        .await
        .refused(409, "DeleteConflict.Group.User");
    app.ims_answer("RemoveUserFromGroup", &member).await;
    let attached = [
        ("GroupName", "Devs"),
        ("PolicyName", "ReadOnlyAccess"),
        ("PolicyType", "System"),
    ];
    app.ram(&root, "AttachPolicyToGroup", &attached).await.ok();
    app.ims(&root, "DeleteGroup", GOOD)
        .await
        .refused(409, "DeleteConflict.Group.Policy");
    app.ram(&root, "DetachPolicyFromGroup", &attached)
        .await
        .ok();
    assert_eq!(app.ims_answer("DeleteGroup", GOOD).await, json!({}));
    app.ims_refuses("DeleteGroup", GOOD, &absent("Group")).await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("DeleteGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "DeleteGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "DeleteGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let permission = Permission {
        action: "DeleteGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
