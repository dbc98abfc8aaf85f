//! `GetGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, absent, bad_chars, missing, too_long, with, without};
use crate::on_both;

on_both!(reads_every_member, refuses_bad_parameters, needs_permission,);

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

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    assert_eq!(
        app.ims_answer("GetGroup", &[("GroupName", "dEVS")]).await,
        json!({"Group": {
            "GroupId": id, "GroupName": "Devs", "DisplayName": "D", "Comments": "c & d",
            "CreateDate": NOW, "UpdateDate": NOW,
        }})
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("GetGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "GetGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "GetGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    app.ims_refuses("GetGroup", GOOD, &absent("Group")).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let permission = Permission {
        action: "GetGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
