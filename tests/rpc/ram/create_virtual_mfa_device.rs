//! `CreateVirtualMFADevice`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::model::quotas::Quotas;

use crate::app::{On, Setup, TestApp};
use crate::expect::{Name, Permission, exists, limit};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("VirtualMFADeviceName", "Phone-1.a")];
const NAME: Name = Name {
    param: "VirtualMFADeviceName",
    longest: 64,
    bad: &["a b", "a_b", "a@b", "a/b", "a:b", "ré"],
    required: true,
};

on_both!(
    makes_one,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quota,
    needs_permission,
);

async fn makes_one(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let params = [GOOD, &[("Surplus", "ignored")]].concat();
    let answer = app.answer(&root, "CreateVirtualMFADevice", &params).await;
    let device = answer["VirtualMFADevice"].as_object().unwrap();
    assert_eq!(device.len(), 3);
    assert_eq!(
        device["SerialNumber"],
        "acs:ram::1234567890123456:mfa/Phone-1.a"
    );
    let seed = device["Base32StringSeed"].as_str().unwrap();
    assert_eq!(seed.len(), 64);
    let is_base32 = |b: u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b);
    assert!(seed.bytes().all(is_base32), "{seed}");
    let png = STANDARD.decode(device["QRCodePNG"].as_str().unwrap());
    assert!(png.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    // Another has another seed, and the store holds neither.
    let other = [("VirtualMFADeviceName", "other")];
    let xml = app.xml("CreateVirtualMFADevice", &other).await;
    assert!(
        xml.starts_with(
            "<VirtualMFADevice><SerialNumber>acs:ram::1234567890123456:mfa/other</SerialNumber>\
             <Base32StringSeed>"
        ),
        "{xml}"
    );
    assert!(xml.ends_with("</QRCodePNG></VirtualMFADevice>"), "{xml}");
    assert!(!xml.contains(seed));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("CreateVirtualMFADevice", GOOD, NAME).await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateVirtualMFADevice", GOOD).await.ok();
    for name in ["Phone-1.a", "PHONE-1.A"] {
        let params = [("VirtualMFADeviceName", name)];
        app.refuses(
            &root,
            "CreateVirtualMFADevice",
            &params,
            &exists("VirtualMFADevice"),
        )
        .await;
    }
    // In another account the name is free.
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "CreateVirtualMFADevice", GOOD).await.ok();
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        virtual_mfa_devices: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    app.ram(&root, "CreateVirtualMFADevice", GOOD).await.ok();
    let second = [("VirtualMFADeviceName", "second")];
    app.refuses(
        &root,
        "CreateVirtualMFADevice",
        &second,
        &limit("VirtualMFADevice"),
    )
    .await;
    app.refuses(
        &root,
        "CreateVirtualMFADevice",
        GOOD,
        &exists("VirtualMFADevice"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "CreateVirtualMFADevice",
        params: GOOD,
        resources: &["1234567890123456:mfa/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
