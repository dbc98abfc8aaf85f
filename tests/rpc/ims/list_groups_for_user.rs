//! `ListGroupsForUser`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, LATER, Permission, UPN};
use crate::on_both;

on_both!(shows_every_member, refuses_bad_parameters, needs_permission,);

async fn shows_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let params = [
        ("GroupName", "Devs"),
        ("DisplayName", "D"),
        ("Comments", "c & d"),
    ];
    let group = app.ims_answer("CreateGroup", &params).await;
    app.minute();
    app.ims_answer("AddUserToGroup", &[(UPN, ALICE), ("GroupName", "Devs")])
        .await;
    assert_eq!(
        app.ims_answer("ListGroupsForUser", &[(UPN, ALICE)]).await,
        json!({"Groups": {"Group": [{
            "GroupId": group["Group"]["GroupId"], "GroupName": "Devs", "DisplayName": "D",
            "Comments": "c & d", "JoinDate": LATER,
        }]}})
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("ListGroupsForUser", &[(UPN, ALICE)], true)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "ListGroupsForUser",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
