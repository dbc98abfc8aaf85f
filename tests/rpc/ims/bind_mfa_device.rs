//! `BindMFADevice`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Authenticator, Permission, UPN, exists, missing, with, without};
use crate::on_both;

on_both!(binds, refuses_bad_parameters, needs_permission,);

fn good<'a>(device: &'a Authenticator, codes: &'a [String; 2]) -> Vec<(&'static str, &'a str)> {
    vec![
        (UPN, ALICE),
        ("SerialNumber", &device.serial_number),
        ("AuthenticationCode1", &codes[0]),
        ("AuthenticationCode2", &codes[1]),
    ]
}

async fn start(on: On) -> (TestApp, Authenticator, [String; 2]) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let params = [("VirtualMFADeviceName", "phone")];
    let device = Authenticator::of(&app.ims_answer("CreateVirtualMFADevice", &params).await);
    let now = app.iam.clock.now();
    let codes = [device.code(now - 30), device.code(now)];
    (app, device, codes)
}

async fn binds(on: On) {
    let (app, device, codes) = start(on).await;
    let good = good(&device, &codes);
    assert_eq!(app.ims_answer("BindMFADevice", &good).await, json!({}));
    let info = app.ims_answer("GetUserMFAInfo", &[(UPN, ALICE)]).await;
    assert_eq!(info["MFADevice"]["SerialNumber"], device.serial_number);
    app.ims_refuses("BindMFADevice", &good, &exists("VirtualMFADevice.User"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let (app, device, codes) = start(on).await;
    let good = good(&device, &codes);
    app.checks_principal("BindMFADevice", &good, true).await;
    for name in ["SerialNumber", "AuthenticationCode1", "AuthenticationCode2"] {
        app.ims_refuses("BindMFADevice", &without(&good, name), &missing(name))
            .await;
    }
    let root = app.root();
    app.ims(
        &root,
        "BindMFADevice",
        &with(&good, "AuthenticationCode1", "12345"),
    )
    .await
    .refused(400, "InvalidParameter.AuthenticationCode.Format");
    let wrong = with(&good, "AuthenticationCode2", &codes[0]);
    app.ims(&root, "BindMFADevice", &wrong)
        .await
        .refused(403, "CheckAuthenticationCodeFail");
    app.end().await;
}

async fn needs_permission(on: On) {
    let (app, device, codes) = start(on).await;
    let good = good(&device, &codes);
    let permission = Permission {
        action: "BindMFADevice",
        params: &good,
        resources: &["1234567890123456:user/Alice"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
