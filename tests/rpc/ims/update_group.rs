//! `UpdateGroup`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{
    LATER, NOW, Permission, absent, bad_chars, exists, missing, too_long, with, without,
};
use crate::on_both;

on_both!(
    changes_what_is_sent,
    refuses_bad_parameters,
    t16_needs_permission_on_both_names,
    needs_permission,
);

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

async fn changes_what_is_sent(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    app.minute();
    let params = [
        ("GroupName", "Devs"),
        ("NewGroupName", "Ops"),
        ("NewDisplayName", "E"),
        ("NewComments", "e"),
    ];
    assert_eq!(
        app.ims_answer("UpdateGroup", &params).await,
        json!({"Group": {
            "GroupId": id, "GroupName": "Ops", "DisplayName": "E", "Comments": "e",
            "CreateDate": NOW, "UpdateDate": LATER,
        }})
    );
    // RAM's call leaves the display name as it is.
    let params = [("GroupName", "Ops"), ("NewComments", "f")];
    app.ram(&app.root(), "UpdateGroup", &params).await.ok();
    let group = app.ims_answer("GetGroup", &[("GroupName", "Ops")]).await;
    assert_eq!(group["Group"]["DisplayName"], "E");
    assert_eq!(group["Group"]["Comments"], "f");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for params in [without(GOOD, "GroupName"), with(GOOD, "GroupName", "")] {
        app.ims_refuses("UpdateGroup", &params, &missing("GroupName"))
            .await;
    }
    app.ims_refuses(
        "UpdateGroup",
        &with(GOOD, "GroupName", "a b"),
        &bad_chars("GroupName"),
    )
    .await;
    let long = "g".repeat(65);
    app.ims_refuses(
        "UpdateGroup",
        &with(GOOD, "GroupName", &long),
        &too_long("GroupName"),
    )
    .await;
    app.ims_refuses("UpdateGroup", GOOD, &absent("Group")).await;
    make(&app).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Ops")]).await;
    let taken = with(GOOD, "NewGroupName", "OPS");
    app.ims_refuses("UpdateGroup", &taken, &exists("Group"))
        .await;
    let long = "d".repeat(25);
    let params = with(GOOD, "NewDisplayName", &long);
    app.ims_refuses("UpdateGroup", &params, &too_long("NewDisplayName"))
        .await;
    app.end().await;
}

async fn t16_needs_permission_on_both_names(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    for (user, resource) in [("old", "group/Devs"), ("new", "group/Ops")] {
        let allow = policy(
            "Allow",
            "ram:UpdateGroup",
            &format!("acs:ram:*:*:{resource}"),
        );
        let caller = app.user(user, &[&allow]).await;
        app.ims(&caller, "UpdateGroup", &with(GOOD, "NewGroupName", "Ops"))
            .await
            .refused(403, "NoPermission");
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let permission = Permission {
        action: "UpdateGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
