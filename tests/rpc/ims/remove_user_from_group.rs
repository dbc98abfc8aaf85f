//! `RemoveUserFromGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent, bad_chars, missing, too_long, with, without};
use crate::on_both;

on_both!(removes, refuses_bad_parameters, needs_permission,);

const GOOD: &[(&str, &str)] = &[(UPN, ALICE), ("GroupName", "Devs")];

async fn removes(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.ims_answer("AddUserToGroup", GOOD).await;
    assert_eq!(app.ims_answer("RemoveUserFromGroup", GOOD).await, json!({}));
    app.ims_refuses("RemoveUserFromGroup", GOOD, &absent("User.Group"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.checks_principal("RemoveUserFromGroup", GOOD, true)
        .await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("RemoveUserFromGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "RemoveUserFromGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "RemoveUserFromGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    let none = with(GOOD, "GroupName", "None");
    app.ims_refuses("RemoveUserFromGroup", &none, &absent("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.ims_answer("AddUserToGroup", GOOD).await;
    let permission = Permission {
        action: "RemoveUserFromGroup",
        params: GOOD,
        resources: &["1234567890123456:user/Alice", "1234567890123456:group/Devs"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
