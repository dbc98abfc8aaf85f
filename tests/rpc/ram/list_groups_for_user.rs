//! `ListGroupsForUser`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{LATER, NOW, Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "alice")];

on_both!(
    lists_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for name in ["alice", "bob"] {
        app.user(name, &[]).await;
    }
    let none = json!({"Groups": {"Group": []}});
    assert_eq!(app.answer(&root, "ListGroupsForUser", GOOD).await, none);
    assert_eq!(
        app.xml("ListGroupsForUser", GOOD).await,
        "<Groups></Groups>"
    );
    let mut ids = Vec::new();
    for (name, comments) in [("Ops", ""), ("devs", "爱"), ("others", "")] {
        let params = [("GroupName", name), ("Comments", comments)];
        let made = app.answer(&root, "CreateGroup", &params).await;
        ids.push(made["Group"]["GroupId"].clone());
    }
    for (user, group) in [("alice", "devs"), ("bob", "others")] {
        let params = [("UserName", user), ("GroupName", group)];
        app.ram(&root, "AddUserToGroup", &params).await.ok();
    }
    app.minute();
    let params = [("UserName", "alice"), ("GroupName", "ops")];
    app.ram(&root, "AddUserToGroup", &params).await.ok();
    let named = [("UserName", "ALICE"), ("Surplus", "x")];
    assert_eq!(
        app.answer(&root, "ListGroupsForUser", &named).await,
        json!({"Groups": {"Group": [
            {"GroupId": ids[1], "GroupName": "devs", "Comments": "爱", "JoinDate": NOW},
            {"GroupId": ids[0], "GroupName": "Ops", "Comments": "", "JoinDate": LATER},
        ]}})
    );
    assert_eq!(
        app.xml("ListGroupsForUser", &[("UserName", "bob")]).await,
        format!(
            "<Groups><Group><GroupId>{}</GroupId><GroupName>others</GroupName>\
             <Comments></Comments><JoinDate>{NOW}</JoinDate></Group></Groups>",
            ids[2].as_str().unwrap()
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("ListGroupsForUser", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "ListGroupsForUser", GOOD, &absent("User"))
        .await;
    app.user("alice", &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "ListGroupsForUser", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.user("alice", &[]).await;
    app.needs(&Permission {
        action: "ListGroupsForUser",
        params: GOOD,
        resources: &["1234567890123456:user/alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
