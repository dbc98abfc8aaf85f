//! `CreateLoginProfile`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    NOW, Permission, USER, absent, exists, incorrect, missing, too_long, too_weak, with, without,
};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice"), ("Password", "some-password")];

on_both!(
    creates,
    refuses_bad_parameters,
    asks_for_what_the_policy_says,
    refuses_what_does_not_exist_or_is_there,
    needs_permission,
);

async fn start(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", &[("UserName", "Alice")])
        .await
        .ok();
    app
}

async fn creates(on: On) {
    let app = start(on).await;
    let root = app.root();
    let params = with(GOOD, "UserName", "ALICE");
    let params = [
        &params[..],
        &[("PasswordResetRequired", "True"), ("Surplus", "ignored")],
    ]
    .concat();
    assert_eq!(
        app.answer(&root, "CreateLoginProfile", &params).await,
        json!({"LoginProfile": {
            "UserName": "Alice",
            "PasswordResetRequired": true,
            "MFABindRequired": false,
            "CreateDate": NOW,
        }})
    );
    let delete = [("UserName", "Alice")];
    app.ram(&root, "DeleteLoginProfile", &delete).await.ok();
    let params = with(GOOD, "MFABindRequired", "true");
    assert_eq!(
        app.xml("CreateLoginProfile", &params).await,
        format!(
            "<LoginProfile><UserName>Alice</UserName>\
             <PasswordResetRequired>false</PasswordResetRequired>\
             <MFABindRequired>true</MFABindRequired><CreateDate>{NOW}</CreateDate></LoginProfile>"
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    let root = app.root();
    let action = "CreateLoginProfile";
    app.checks_name(action, GOOD, USER).await;
    let name = "Password";
    for params in [without(GOOD, name), with(GOOD, name, "")] {
        app.refuses(&root, action, &params, &missing(name)).await;
    }
    let long = "é".repeat(129);
    app.refuses(&root, action, &with(GOOD, name, &long), &too_long(name))
        .await;
    for name in ["PasswordResetRequired", "MFABindRequired"] {
        app.refuses(&root, action, &with(GOOD, name, "yes"), &incorrect(name))
            .await;
    }
    let longest = "é".repeat(128);
    app.ram(&root, action, &with(GOOD, "Password", &longest))
        .await
        .ok();
    app.end().await;
}

async fn asks_for_what_the_policy_says(on: On) {
    let app = start(on).await;
    let root = app.root();
    let short = with(GOOD, "Password", "seven-7");
    app.refuses(&root, "CreateLoginProfile", &short, &too_weak("Password"))
        .await;
    let policy = [
        ("MinimumPasswordLength", "10"),
        ("RequireLowercaseCharacters", "true"),
        ("RequireUppercaseCharacters", "true"),
        ("RequireNumbers", "true"),
        ("RequireSymbols", "true"),
    ];
    app.ram(&root, "SetPasswordPolicy", &policy).await.ok();
    for weak in [
        "aB3-aaaaa",
        "AB3-AAAAAA",
        "ab3-aaaaaa",
        "aBc-aaaaaa",
        "aB3caaaaaa",
    ] {
        let params = with(GOOD, "Password", weak);
        app.refuses(&root, "CreateLoginProfile", &params, &too_weak("Password"))
            .await;
    }
    let good = with(GOOD, "Password", "aB3-aaaaaa");
    app.ram(&root, "CreateLoginProfile", &good).await.ok();
    app.end().await;
}

async fn refuses_what_does_not_exist_or_is_there(on: On) {
    let app = start(on).await;
    let root = app.root();
    let nobody = with(GOOD, "UserName", "Nobody");
    app.refuses(&root, "CreateLoginProfile", &nobody, &absent("User"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "CreateLoginProfile", GOOD, &absent("User"))
        .await;
    app.ram(&root, "CreateLoginProfile", GOOD).await.ok();
    // Also with a password that would not do.
    for params in [GOOD.to_vec(), with(GOOD, "Password", "x")] {
        app.refuses(
            &root,
            "CreateLoginProfile",
            &params,
            &exists("User.LoginProfile"),
        )
        .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "CreateLoginProfile",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &with(GOOD, "UserName", "Nobody1"),
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
