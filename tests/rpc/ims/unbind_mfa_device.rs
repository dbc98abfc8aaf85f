//! `UnbindMFADevice`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent};
use crate::on_both;

on_both!(unbinds, refuses_bad_parameters, needs_permission,);

async fn unbinds(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    assert_eq!(
        app.ims_answer("UnbindMFADevice", &[(UPN, ALICE)]).await,
        json!({"MFADevice": {"SerialNumber": "acs:ram::1234567890123456:mfa/phone"}})
    );
    app.ims_refuses(
        "UnbindMFADevice",
        &[(UPN, ALICE)],
        &absent("User.MFADevice"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    app.checks_principal("UnbindMFADevice", &[(UPN, ALICE)], true)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    let permission = Permission {
        action: "UnbindMFADevice",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
