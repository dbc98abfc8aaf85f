//! `DeleteLoginProfile`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent};
use crate::on_both;

on_both!(deletes, refuses_bad_parameters, needs_permission,);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    let alice = [(UPN, ALICE)];
    assert_eq!(
        app.ims_answer("DeleteLoginProfile", &alice).await,
        json!({})
    );
    app.ims_refuses("DeleteLoginProfile", &alice, &absent("User.LoginProfile"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_answer(
        "CreateLoginProfile",
        &[(UPN, ALICE), ("Password", "some-password")],
    )
    .await;
    app.checks_principal("DeleteLoginProfile", &[(UPN, ALICE)], true)
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
        action: "DeleteLoginProfile",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
