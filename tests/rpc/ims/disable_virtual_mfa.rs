//! `DisableVirtualMFA`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent};
use crate::on_both;

on_both!(
    unbinds_and_removes,
    refuses_bad_parameters,
    needs_permission,
);

async fn unbinds_and_removes(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    assert_eq!(
        app.ims_answer("DisableVirtualMFA", &[(UPN, ALICE)]).await,
        json!({})
    );
    let devices = app.ims_answer("ListVirtualMFADevices", &[]).await;
    assert_eq!(devices["VirtualMFADevices"]["VirtualMFADevice"], json!([]));
    app.ims_refuses(
        "DisableVirtualMFA",
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
    app.checks_principal("DisableVirtualMFA", &[(UPN, ALICE)], true)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    let permission = Permission {
        action: "DisableVirtualMFA",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
