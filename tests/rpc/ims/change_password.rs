//! `ChangePassword`.

use crate::app::{On, TestApp, policy};
use crate::expect::{ALICE, UPN, missing, without};
use crate::on_both;

on_both!(changes_the_callers, refuses_others_and_bad_passwords,);

async fn changes_the_callers(on: On) {
    let app = TestApp::start(on).await;
    let allow = policy("Allow", "ram:ChangePassword", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&allow]).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    let params = [
        ("OldPassword", "some-password"),
        ("NewPassword", "another-password"),
    ];
    app.ims(&alice, "ChangePassword", &params).await.ok();
    let login = app.ims_answer("GetLoginProfile", &[(UPN, ALICE)]).await;
    assert_eq!(login["LoginProfile"]["PasswordStatus"], "NotInitial");
    app.ims(&alice, "ChangePassword", &params)
        .await
        .refused(400, "InvalidParameter.OldPassword.Incorrect");
    app.end().await;
}

async fn refuses_others_and_bad_passwords(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    let params = [
        ("OldPassword", "some-password"),
        ("NewPassword", "another-password"),
    ];
    app.ims(&app.root(), "ChangePassword", &params)
        .await
        .refused(400, "NotSupport.Account");
    app.ims(&alice, "ChangePassword", &params)
        .await
        .refused(403, "NoPermission");
    for name in ["OldPassword", "NewPassword"] {
        app.ims_refuses("ChangePassword", &without(&params, name), &missing(name))
            .await;
    }
    app.end().await;
}
