//! `UpdateGroup`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{GROUP, LATER, NOW, Name, Permission, absent, exists, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs"), ("NewGroupName", "Ops")];

on_both!(
    changes_everything,
    leaves_what_is_not_sent,
    members_and_policies_follow,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_a_name_that_is_taken,
    needs_permission_on_both_names,
    needs_permission_on_the_one_name,
);

async fn make(app: &TestApp) -> serde_json::Value {
    let params = [("GroupName", "Devs"), ("Comments", "old")];
    app.answer(&app.root(), "CreateGroup", &params).await["Group"]["GroupId"].clone()
}

async fn changes_everything(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    app.minute();
    let comments = "文".repeat(128);
    let params = [
        ("GroupName", "DEVS"),
        ("NewGroupName", "Ops"),
        ("NewComments", comments.as_str()),
        ("Comments", "ignored"),
    ];
    let whole = json!({"Group": {
        "GroupId": id, "GroupName": "Ops", "Comments": comments,
        "CreateDate": NOW, "UpdateDate": LATER,
    }});
    assert_eq!(app.answer(&app.root(), "UpdateGroup", &params).await, whole);
    let named = [("GroupName", "ops")];
    assert_eq!(app.answer(&app.root(), "GetGroup", &named).await, whole);
    app.refuses(
        &app.root(),
        "GetGroup",
        &[("GroupName", "Devs")],
        &absent("Group"),
    )
    .await;
    // Only its case.
    let case = [("GroupName", "ops"), ("NewGroupName", "OPS")];
    let xml = app.xml("UpdateGroup", &case).await;
    assert!(xml.contains("<GroupName>OPS</GroupName>"), "{xml}");
    assert!(
        xml.ends_with(&format!("<UpdateDate>{LATER}</UpdateDate></Group>")),
        "{xml}"
    );
    app.end().await;
}

async fn leaves_what_is_not_sent(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let params = [
        ("GroupName", "Devs"),
        ("NewGroupName", ""),
        ("NewComments", ""),
    ];
    let updated = app.answer(&app.root(), "UpdateGroup", &params).await;
    assert_eq!(updated["Group"]["GroupName"], "Devs");
    assert_eq!(updated["Group"]["Comments"], "old");
    app.end().await;
}

async fn members_and_policies_follow(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let alice = app.user("alice", &[]).await;
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
    let join = [("UserName", "alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &join).await.ok();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    app.ram(&root, "UpdateGroup", GOOD).await.ok();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    let named = [("GroupName", "Ops")];
    let policies = app.answer(&root, "ListPoliciesForGroup", &named).await;
    assert_eq!(policies["Policies"]["Policy"][0]["PolicyName"], "Read");
    let users = app.answer(&root, "ListUsersForGroup", &named).await;
    assert_eq!(users["Users"]["User"][0]["UserName"], "alice");
    // Another of the old name has nothing of it.
    make(&app).await;
    let named = [("GroupName", "Devs")];
    let users = app.answer(&root, "ListUsersForGroup", &named).await;
    assert_eq!(users["Users"]["User"], json!([]));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("UpdateGroup", GOOD, GROUP).await;
    let new = Name {
        param: "NewGroupName",
        required: false,
        ..GROUP
    };
    app.checks_name("UpdateGroup", GOOD, new).await;
    app.checks_text("UpdateGroup", GOOD, "NewComments", 128)
        .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "UpdateGroup", GOOD, &absent("Group"))
        .await;
    make(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "UpdateGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "CreateGroup", &[("GroupName", "Ops")])
        .await
        .ok();
    for name in ["Ops", "oPS"] {
        let params = with(GOOD, "NewGroupName", name);
        app.refuses(&root, "UpdateGroup", &params, &exists("Group"))
            .await;
    }
    app.end().await;
}

async fn needs_permission_on_both_names(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "UpdateGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs", "1234567890123456:group/Ops"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_the_one_name(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "UpdateGroup",
        params: &[("GroupName", "Devs"), ("NewComments", "new")],
        resources: &["1234567890123456:group/Devs"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
