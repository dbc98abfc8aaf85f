//! `UpdateLoginProfile`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{
    Permission, USER, absent, incorrect, refusal, too_long, too_weak, with, without,
};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice"), ("Password", "another-password")];

on_both!(
    changes_what_is_named,
    the_password_is_another,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn start(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", &[("UserName", "Alice")])
        .await
        .ok();
    let login = with(GOOD, "Password", "some-password");
    app.ram(&root, "CreateLoginProfile", &login).await.ok();
    app
}

async fn changes_what_is_named(on: On) {
    let app = start(on).await;
    let root = app.root();
    let user = [("UserName", "Alice")];
    for (name, value, expected) in [
        ("PasswordResetRequired", "true", (true, false)),
        ("MFABindRequired", "True", (true, true)),
        ("Password", "third-password", (true, true)),
        ("PasswordResetRequired", "false", (false, true)),
        ("Surplus", "ignored", (false, true)),
    ] {
        let params = [("UserName", "ALICE"), (name, value)];
        let answer = app.answer(&root, "UpdateLoginProfile", &params).await;
        assert_eq!(answer, json!({}));
        let profile = app.answer(&root, "GetLoginProfile", &user).await;
        let profile = &profile["LoginProfile"];
        assert_eq!(profile["PasswordResetRequired"], expected.0, "{name}");
        assert_eq!(profile["MFABindRequired"], expected.1, "{name}");
    }
    assert_eq!(app.xml("UpdateLoginProfile", &user).await, "");
    app.end().await;
}

async fn the_password_is_another(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let allow = policy("Allow", "ram:ChangePassword", "*");
    let alice = app.user("Alice", &[&allow]).await;
    let login = with(GOOD, "Password", "some-password");
    app.ram(&root, "CreateLoginProfile", &login).await.ok();
    app.ram(&root, "UpdateLoginProfile", GOOD).await.ok();
    let change = |old| [("OldPassword", old), ("NewPassword", "a-new-password")];
    let wrong = refusal(
        400,
        "InvalidParameter.OldPassword.Incorrect",
        "The parameter - \"OldPassword\" is incorrect.",
    );
    app.refuses(&alice, "ChangePassword", &change("some-password"), &wrong)
        .await;
    app.ram(&alice, "ChangePassword", &change("another-password"))
        .await
        .ok();
    // An administrator may give one that the user had before.
    let reuse = [("PasswordReusePrevention", "24")];
    app.ram(&root, "SetPasswordPolicy", &reuse).await.ok();
    app.ram(&root, "UpdateLoginProfile", GOOD).await.ok();
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    let root = app.root();
    let action = "UpdateLoginProfile";
    let flag = [("UserName", "Alice"), ("MFABindRequired", "true")];
    app.checks_name(action, &flag, USER).await;
    let name = "Password";
    let long = "p".repeat(129);
    app.refuses(&root, action, &with(GOOD, name, &long), &too_long(name))
        .await;
    app.refuses(&root, action, &with(GOOD, name, "short"), &too_weak(name))
        .await;
    for name in ["PasswordResetRequired", "MFABindRequired"] {
        app.refuses(&root, action, &with(GOOD, name, "yes"), &incorrect(name))
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = start(on).await;
    let root = app.root();
    let action = "UpdateLoginProfile";
    let nobody = with(GOOD, "UserName", "Nobody");
    app.refuses(&root, action, &nobody, &absent("User")).await;
    let user = [("UserName", "Alice")];
    app.ram(&root, "DeleteLoginProfile", &user).await.ok();
    for params in [GOOD.to_vec(), without(GOOD, "Password")] {
        app.refuses(&root, action, &params, &absent("User.LoginProfile"))
            .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, action, GOOD, &absent("User")).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "UpdateLoginProfile",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &with(GOOD, "UserName", "Nobody1"),
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
