//! `AddUserToGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, Permission, UPN, absent, bad_chars, exists, missing, too_long, with, without,
};
use crate::on_both;

on_both!(adds, refuses_bad_parameters, needs_permission,);

const GOOD: &[(&str, &str)] = &[(UPN, ALICE), ("GroupName", "Devs")];

async fn adds(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    assert_eq!(app.ims_answer("AddUserToGroup", GOOD).await, json!({}));
    let again = with(GOOD, UPN, "aLICE@1234567890123456.onaliyun.com");
    app.ims_refuses("AddUserToGroup", &again, &exists("User.Group"))
        .await;
    let groups = app
        .answer(&app.root(), "ListGroupsForUser", &[("UserName", "Alice")])
        .await;
    assert_eq!(groups["Groups"]["Group"][0]["GroupName"], "Devs");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.checks_principal("AddUserToGroup", GOOD, true).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("AddUserToGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "AddUserToGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "AddUserToGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    let none = with(GOOD, "GroupName", "None");
    app.ims_refuses("AddUserToGroup", &none, &absent("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    let permission = Permission {
        action: "AddUserToGroup",
        params: GOOD,
        resources: &["1234567890123456:user/Alice", "1234567890123456:group/Devs"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
