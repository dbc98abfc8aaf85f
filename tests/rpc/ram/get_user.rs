//! `GetUser`.

use rampart::policy::ids::AccountId;
use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{LATER, NOW, Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    reads_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn make(app: &TestApp) -> serde_json::Value {
    let params = [
        ("UserName", "Alice"),
        ("DisplayName", "A"),
        ("MobilePhone", "86-18600001234"),
        ("Email", "alice@example.com"),
        ("Comments", "c"),
    ];
    app.answer(&app.root(), "CreateUser", &params).await["User"]["UserId"].clone()
}

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    let mut whole = json!({"User": {
        "UserId": id,
        "UserName": "Alice",
        "DisplayName": "A",
        "MobilePhone": "86-18600001234",
        "Email": "alice@example.com",
        "Comments": "c",
        "CreateDate": NOW,
        "UpdateDate": NOW,
    }});
    for name in ["Alice", "alice", "ALICE"] {
        let params = [("UserName", name), ("Surplus", "ignored")];
        assert_eq!(app.answer(&app.root(), "GetUser", &params).await, whole);
    }
    assert_eq!(
        app.xml("GetUser", GOOD).await,
        format!(
            "<User><UserId>{}</UserId><UserName>Alice</UserName><DisplayName>A</DisplayName>\
             <MobilePhone>86-18600001234</MobilePhone><Email>alice@example.com</Email>\
             <Comments>c</Comments><CreateDate>{NOW}</CreateDate><UpdateDate>{NOW}</UpdateDate>\
             </User>",
            id.as_str().unwrap()
        )
    );
    // One who has logged on.
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut guard = app.iam.begin_write(account).await.unwrap();
    let name = "Alice".parse().unwrap();
    let mut user = guard.tx().get_user(&name).await.unwrap().unwrap();
    user.last_login_at = Some(app.iam.clock.now() + 60);
    guard.tx().update_user(&user).await.unwrap();
    guard.commit().await.unwrap();
    whole["User"]["LastLoginDate"] = LATER.into();
    assert_eq!(app.answer(&app.root(), "GetUser", GOOD).await, whole);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("GetUser", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "GetUser", GOOD, &absent("User"))
        .await;
    make(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetUser", GOOD, &absent("User")).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "GetUser",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
