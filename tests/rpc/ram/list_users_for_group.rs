//! `ListUsersForGroup`.

use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{GROUP, LATER, NOW, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

on_both!(
    lists_every_member,
    pages,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn join(app: &TestApp, user: &str, group: &str) {
    let params = [("UserName", user), ("GroupName", group)];
    app.ram(&app.root(), "AddUserToGroup", &params).await.ok();
}

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for name in ["Devs", "others"] {
        app.ram(&root, "CreateGroup", &[("GroupName", name)])
            .await
            .ok();
    }
    let none = json!({"IsTruncated": false, "Users": {"User": []}});
    assert_eq!(app.answer(&root, "ListUsersForGroup", GOOD).await, none);
    for (name, display) in [("b", ""), ("A", "爱"), ("c", "")] {
        let params = [("UserName", name), ("DisplayName", display)];
        app.ram(&root, "CreateUser", &params).await.ok();
    }
    join(&app, "b", "Devs").await;
    join(&app, "c", "others").await;
    app.minute();
    join(&app, "A", "Devs").await;
    let named = [("GroupName", "DEVS"), ("Surplus", "x")];
    assert_eq!(
        app.answer(&root, "ListUsersForGroup", &named).await,
        json!({"IsTruncated": false, "Users": {"User": [
            {"UserName": "A", "DisplayName": "爱", "JoinDate": LATER},
            {"UserName": "b", "DisplayName": "", "JoinDate": NOW},
        ]}})
    );
    assert_eq!(
        app.xml("ListUsersForGroup", &with(GOOD, "MaxItems", "1"))
            .await,
        format!(
            "<IsTruncated>true</IsTruncated><Marker>YQ</Marker><Users><User>\
             <UserName>A</UserName><DisplayName>爱</DisplayName><JoinDate>{LATER}</JoinDate>\
             </User></Users>"
        )
    );
    app.end().await;
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateGroup", GOOD).await.ok();
    let mut made: Vec<String> = ["-", ".", "0", "9", "@", "_"].map(str::to_owned).into();
    made.extend((0..19).map(|n| format!("{}ser{n:02}", if n % 2 == 0 { "u" } else { "U" })));
    for name in made.iter().rev() {
        app.ram(&root, "CreateUser", &[("UserName", name)])
            .await
            .ok();
        join(&app, name, "Devs").await;
    }
    for (items, expected) in [("10", vec![10, 10, 5]), ("25", vec![25]), ("", vec![25])] {
        let params = with(GOOD, "MaxItems", items);
        let (all, lengths) = app
            .pages("ListUsersForGroup", &params, ("Users", "User"))
            .await;
        let names: Vec<&str> = all
            .iter()
            .map(|user: &Value| user["UserName"].as_str().unwrap())
            .collect();
        assert_eq!(
            (names, lengths),
            (made.iter().map(String::as_str).collect(), expected)
        );
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateGroup", GOOD).await.ok();
    app.checks_name("ListUsersForGroup", GOOD, GROUP).await;
    app.checks_pages("ListUsersForGroup", GOOD, 1000).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "ListUsersForGroup", GOOD, &absent("Group"))
        .await;
    app.ram(&app.root(), "CreateGroup", GOOD).await.ok();
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "ListUsersForGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateGroup", GOOD).await.ok();
    app.needs(&Permission {
        action: "ListUsersForGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    })
    .await;
    app.end().await;
}
