//! `CreateVirtualMFADevice`.

use rampart::ops::declare::Product;

use crate::app::{On, TestApp};
use crate::expect::{Permission, bad_chars, exists, missing, too_long};
use crate::on_both;

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    needs_permission,
);

const GOOD: &[(&str, &str)] = &[("VirtualMFADeviceName", "Phone-1")];

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let answer = app.ims_answer("CreateVirtualMFADevice", GOOD).await;
    let device = &answer["VirtualMFADevice"];
    assert_eq!(
        device["SerialNumber"],
        "acs:ram::1234567890123456:mfa/Phone-1"
    );
    assert_eq!(device["Base32StringSeed"].as_str().unwrap().len(), 64);
    assert!(device["QRCodePNG"].as_str().unwrap().starts_with("iVBOR"));
    assert_eq!(device.as_object().unwrap().len(), 3);
    let taken = [("VirtualMFADeviceName", "PHONE-1")];
    app.ims_refuses(
        "CreateVirtualMFADevice",
        &taken,
        &exists("VirtualMFADevice"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let name = "VirtualMFADeviceName";
    app.ims_refuses("CreateVirtualMFADevice", &[], &missing(name))
        .await;
    for text in ["a.b", "a_b", "a b"] {
        app.ims_refuses("CreateVirtualMFADevice", &[(name, text)], &bad_chars(name))
            .await;
    }
    let long = "a".repeat(65);
    app.ims_refuses("CreateVirtualMFADevice", &[(name, &*long)], &too_long(name))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "CreateVirtualMFADevice",
        params: GOOD,
        resources: &["1234567890123456:mfa/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
