//! `UpdateLoginProfile`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, LATER, Permission, UPN, absent, incorrect, too_weak};
use crate::on_both;

on_both!(
    changes_what_is_sent,
    refuses_bad_parameters,
    needs_permission,
);

async fn changes_what_is_sent(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    app.minute();
    let params = [
        (UPN, ALICE),
        ("Password", "another-password"),
        ("PasswordResetRequired", "true"),
        ("MFABindRequired", "true"),
        ("Status", "Inactive"),
    ];
    let expected = json!({"LoginProfile": {
        "UserPrincipalName": ALICE, "Status": "Inactive", "PasswordStatus": "NotInitial",
        "PasswordResetRequired": true, "MFABindRequired": true, "UpdateDate": LATER,
        "AutoDisableLoginStatus": "true",
    }});
    assert_eq!(
        app.ims_answer("UpdateLoginProfile", &params).await,
        expected
    );
    assert_eq!(
        app.ims_answer("UpdateLoginProfile", &[(UPN, ALICE)]).await,
        expected
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_refuses(
        "UpdateLoginProfile",
        &[(UPN, ALICE)],
        &absent("User.LoginProfile"),
    )
    .await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    app.checks_principal("UpdateLoginProfile", &[(UPN, ALICE)], true)
        .await;
    let weak = [(UPN, ALICE), ("Password", "short")];
    app.ims_refuses("UpdateLoginProfile", &weak, &too_weak("Password"))
        .await;
    let status = [(UPN, ALICE), ("Status", "Closed")];
    app.ims_refuses("UpdateLoginProfile", &status, &incorrect("Status"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    let permission = Permission {
        action: "UpdateLoginProfile",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
