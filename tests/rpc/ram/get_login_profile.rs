//! `GetLoginProfile`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    reads_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn start(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    let login = [
        ("UserName", "Alice"),
        ("Password", "some-password"),
        ("MFABindRequired", "true"),
    ];
    app.ram(&app.root(), "CreateLoginProfile", &login)
        .await
        .ok();
    app
}

async fn reads_every_member(on: On) {
    let app = start(on).await;
    app.minute();
    for name in ["Alice", "ALICE"] {
        let params = [("UserName", name), ("Surplus", "ignored")];
        assert_eq!(
            app.answer(&app.root(), "GetLoginProfile", &params).await,
            json!({"LoginProfile": {
                "UserName": "Alice",
                "PasswordResetRequired": false,
                "MFABindRequired": true,
                "CreateDate": NOW,
            }})
        );
    }
    let xml = app.xml("GetLoginProfile", GOOD).await;
    assert!(xml.contains("<MFABindRequired>true</MFABindRequired>"));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    app.checks_name("GetLoginProfile", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = start(on).await;
    let root = app.root();
    let nobody = [("UserName", "Nobody")];
    app.refuses(&root, "GetLoginProfile", &nobody, &absent("User"))
        .await;
    app.ram(&root, "DeleteLoginProfile", GOOD).await.ok();
    app.refuses(&root, "GetLoginProfile", GOOD, &absent("User.LoginProfile"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetLoginProfile", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "GetLoginProfile",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
