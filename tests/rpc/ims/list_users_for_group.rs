//! `ListUsersForGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, BOB, NOW, Permission, UPN, absent, bad_chars, incorrect, missing, too_long, with,
    without,
};
use crate::on_both;

on_both!(
    shows_every_member_and_pages,
    refuses_bad_parameters,
    needs_permission,
);

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

async fn shows_every_member_and_pages(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.ims_user(BOB).await;
    app.ims_answer("CreateGroup", GOOD).await;
    for user in [ALICE, BOB] {
        app.ims_answer("AddUserToGroup", &with(GOOD, UPN, user))
            .await;
    }
    let page = app
        .ims_answer("ListUsersForGroup", &with(GOOD, "MaxItems", "1"))
        .await;
    let marker = page["Marker"].as_str().unwrap();
    assert_eq!(
        page,
        json!({"IsTruncated": true, "Marker": marker, "Users": {"User": [{
            "UserId": id, "UserPrincipalName": ALICE, "DisplayName": "Shown", "JoinDate": NOW,
        }]}})
    );
    let rest = app
        .ims_answer("ListUsersForGroup", &with(GOOD, "Marker", marker))
        .await;
    assert_eq!(rest["IsTruncated"], false);
    assert_eq!(rest["Users"]["User"][0][UPN], BOB);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("ListUsersForGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "ListUsersForGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "ListUsersForGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    app.ims_refuses("ListUsersForGroup", GOOD, &absent("Group"))
        .await;
    app.ims_answer("CreateGroup", GOOD).await;
    for (name, text) in [("MaxItems", "101"), ("MaxItems", "0"), ("Marker", "§")] {
        app.ims_refuses(
            "ListUsersForGroup",
            &with(GOOD, name, text),
            &incorrect(name),
        )
        .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_answer("CreateGroup", GOOD).await;
    let permission = Permission {
        action: "ListUsersForGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
