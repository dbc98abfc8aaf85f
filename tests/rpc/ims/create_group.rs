//! `CreateGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, bad_chars, exists, missing, too_long, with, without};
use crate::on_both;

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    needs_permission,
);

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        ("GroupName", "Devs"),
        ("DisplayName", "The 林"),
        ("Comments", "c & d"),
    ];
    let answer = app.ims_answer("CreateGroup", &params).await;
    let id = answer["Group"]["GroupId"].as_str().unwrap();
    assert_eq!(
        answer,
        json!({"Group": {
            "GroupId": id, "GroupName": "Devs", "DisplayName": "The 林", "Comments": "c & d",
            "CreateDate": NOW, "UpdateDate": NOW,
        }})
    );
    let xml = app.ims_xml("CreateGroup", &[("GroupName", "bare")]).await;
    assert!(xml.contains("<DisplayName></DisplayName>"), "{xml}");
    // It is the group of RAM.
    let group = app.answer(&app.root(), "GetGroup", GOOD).await;
    assert_eq!(group["Group"]["GroupId"], id);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("CreateGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "CreateGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "CreateGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    let long = "d".repeat(25);
    let params = with(GOOD, "DisplayName", &long);
    app.ims_refuses("CreateGroup", &params, &too_long("DisplayName"))
        .await;
    let long = "d".repeat(129);
    let params = with(GOOD, "Comments", &long);
    app.ims_refuses("CreateGroup", &params, &too_long("Comments"))
        .await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    app.ims_answer("CreateGroup", GOOD).await;
    app.ims_refuses("CreateGroup", &[("GroupName", "dEVS")], &exists("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "CreateGroup",
        params: GOOD,
        resources: &["1234567890123456:group/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
