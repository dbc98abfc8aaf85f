//! `CreateLoginProfile`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, BOB, NOW, Permission, UPN, exists, incorrect, missing, too_weak, with, without,
};
use crate::on_both;

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    asks_for_what_the_policy_says,
    needs_permission,
);

const GOOD: &[(&str, &str)] = &[(UPN, ALICE), ("Password", "some-password")];

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let params = [
        GOOD,
        &[
            ("PasswordResetRequired", "True"),
            ("MFABindRequired", "true"),
            ("Status", "Inactive"),
        ],
    ];
    assert_eq!(
        app.ims_answer("CreateLoginProfile", &params.concat()).await,
        json!({"LoginProfile": {
            "UserPrincipalName": ALICE, "Status": "Inactive", "PasswordStatus": "InitialValid",
            "PasswordResetRequired": true, "MFABindRequired": true, "UpdateDate": NOW,
        }})
    );
    app.ims_refuses("CreateLoginProfile", GOOD, &exists("User.LoginProfile"))
        .await;
    // Those of RAM are open.
    app.ims_user(BOB).await;
    let bob = [("UserName", "bob"), ("Password", "some-password")];
    app.ram(&app.root(), "CreateLoginProfile", &bob).await.ok();
    let login = app.ims_answer("GetLoginProfile", &[(UPN, BOB)]).await;
    assert_eq!(login["LoginProfile"]["Status"], "Active");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("CreateLoginProfile", GOOD, true).await;
    let name = "Password";
    app.ims_refuses("CreateLoginProfile", &without(GOOD, name), &missing(name))
        .await;
    app.ims_refuses(
        "CreateLoginProfile",
        &with(GOOD, name, "short"),
        &too_weak(name),
    )
    .await;
    for (name, text) in [
        ("Status", "active"),
        ("PasswordResetRequired", "yes"),
        ("MFABindRequired", "1"),
    ] {
        app.ims_refuses(
            "CreateLoginProfile",
            &with(GOOD, name, text),
            &incorrect(name),
        )
        .await;
    }
    app.end().await;
}

async fn asks_for_what_the_policy_says(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let policy = [
        ("MinimumPasswordDifferentCharacter", "5"),
        ("PasswordNotContainUserName", "true"),
    ];
    app.ims_answer("SetPasswordPolicy", &policy).await;
    for text in ["ababababab", "xyz-ALICE-12345"] {
        let params = with(GOOD, "Password", text);
        app.ims_refuses("CreateLoginProfile", &params, &too_weak("Password"))
            .await;
    }
    app.ims_answer("CreateLoginProfile", GOOD).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "CreateLoginProfile",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
