//! `DeleteVirtualMFADevice`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent, bad_format, missing};
use crate::on_both;

on_both!(deletes, refuses_bad_parameters, needs_permission,);

const GOOD: &[(&str, &str)] = &[("SerialNumber", "acs:ram::1234567890123456:mfa/phone")];

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    app.ims(&app.root(), "DeleteVirtualMFADevice", GOOD)
        .await
        .refused(409, "DeleteConflict.VirtualMFADevice.User");
    app.ims_answer("UnbindMFADevice", &[(UPN, ALICE)]).await;
    assert_eq!(
        app.ims_answer("DeleteVirtualMFADevice", GOOD).await,
        json!({})
    );
    app.ims_refuses("DeleteVirtualMFADevice", GOOD, &absent("VirtualMFADevice"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.device("phone").await;
    let name = "SerialNumber";
    app.ims_refuses("DeleteVirtualMFADevice", &[], &missing(name))
        .await;
    app.ims_refuses(
        "DeleteVirtualMFADevice",
        &[(name, "phone")],
        &bad_format(name),
    )
    .await;
    let foreign = [(name, "acs:ram::2222222222222222:mfa/phone")];
    app.ims_refuses(
        "DeleteVirtualMFADevice",
        &foreign,
        &absent("VirtualMFADevice"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.device("phone").await;
    let permission = Permission {
        action: "DeleteVirtualMFADevice",
        params: GOOD,
        resources: &["1234567890123456:mfa/phone"],
        absent: &[("SerialNumber", "acs:ram::1234567890123456:mfa/none")],
        absent_resources: &["1234567890123456:mfa/none"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
