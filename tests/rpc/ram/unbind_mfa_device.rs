//! `UnbindMFADevice`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    unbinds,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

/// Alice, with a device.
async fn start(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    app.bind_device("Phone", "Alice").await;
    app
}

async fn unbinds(on: On) {
    let app = start(on).await;
    let root = app.root();
    let params = [("UserName", "ALICE"), ("Surplus", "ignored")];
    assert_eq!(
        app.answer(&root, "UnbindMFADevice", &params).await,
        json!({"MFADevice": {"SerialNumber": "acs:ram::1234567890123456:mfa/Phone"}})
    );
    // The device is there still, bound to nobody.
    let devices = app.answer(&root, "ListVirtualMFADevices", &[]).await;
    let devices = &devices["VirtualMFADevices"]["VirtualMFADevice"];
    assert_eq!(devices[0]["User"], json!({}));
    app.bind_device("second", "Alice").await;
    assert_eq!(
        app.xml("UnbindMFADevice", GOOD).await,
        "<MFADevice><SerialNumber>acs:ram::1234567890123456:mfa/second</SerialNumber></MFADevice>"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    app.checks_name("UnbindMFADevice", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = start(on).await;
    let root = app.root();
    let nobody = [("UserName", "Nobody")];
    app.refuses(&root, "UnbindMFADevice", &nobody, &absent("User"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "UnbindMFADevice", GOOD, &absent("User"))
        .await;
    app.ram(&root, "UnbindMFADevice", GOOD).await.ok();
    app.refuses(&root, "UnbindMFADevice", GOOD, &absent("User.MFADevice"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "UnbindMFADevice",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
