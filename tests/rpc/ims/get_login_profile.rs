//! `GetLoginProfile`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, NOW, Permission, UPN, absent};
use crate::on_both;

on_both!(
    reads_every_member,
    tells_how_the_first_password_ages,
    refuses_bad_parameters,
    needs_permission,
);

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    assert_eq!(
        app.ims_answer("GetLoginProfile", &[(UPN, ALICE)]).await,
        json!({"LoginProfile": {
            "UserPrincipalName": ALICE, "Status": "Active", "PasswordStatus": "InitialValid",
            "PasswordResetRequired": false, "MFABindRequired": false, "UpdateDate": NOW,
            "AutoDisableLoginStatus": "true", "LastLoginTime": "",
        }})
    );
    app.end().await;
}

async fn tells_how_the_first_password_ages(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    let status = async || {
        let login = app.ims_answer("GetLoginProfile", &[(UPN, ALICE)]).await;
        login["LoginProfile"]["PasswordStatus"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    app.clock.advance(14 * 86_400 - 1);
    assert_eq!(status().await, "InitialValid");
    app.clock.advance(1);
    assert_eq!(status().await, "InitialExpired");
    for (days, expected) in [
        ("15", "InitialValid"),
        ("0", "InitialValid"),
        ("1", "InitialExpired"),
    ] {
        app.ims_answer("SetPasswordPolicy", &[("InitialPasswordAge", days)])
            .await;
        assert_eq!(status().await, expected, "{days}");
    }
    // Another one is not the first any more, unless it opens a closed login.
    let another = [(UPN, ALICE), ("Password", "another-password")];
    app.ims_answer("UpdateLoginProfile", &another).await;
    assert_eq!(status().await, "NotInitial");
    app.ims_answer(
        "UpdateLoginProfile",
        &[(UPN, ALICE), ("Status", "Inactive")],
    )
    .await;
    let opened = [
        (UPN, ALICE),
        ("Password", "third-password"),
        ("Status", "Active"),
    ];
    app.ims_answer("UpdateLoginProfile", &opened).await;
    assert_eq!(status().await, "InitialValid");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("GetLoginProfile", &[(UPN, ALICE)], true)
        .await;
    app.ims_refuses(
        "GetLoginProfile",
        &[(UPN, ALICE)],
        &absent("User.LoginProfile"),
    )
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
        action: "GetLoginProfile",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
