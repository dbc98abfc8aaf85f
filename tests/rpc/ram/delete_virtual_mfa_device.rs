//! `DeleteVirtualMFADevice`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, absent, bad_format, conflict, missing};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("SerialNumber", "acs:ram::1234567890123456:mfa/Phone")];

on_both!(
    deletes,
    refuses_bad_parameters,
    t06_refuses_what_does_not_exist_or_is_anothers,
    refuses_while_it_is_bound,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.device("Phone").await;
    let params = [
        ("SerialNumber", "acs:ram::1234567890123456:mfa/PHONE"),
        ("Surplus", "ignored"),
    ];
    let answer = app.answer(&root, "DeleteVirtualMFADevice", &params).await;
    assert_eq!(answer, json!({}));
    let missing = absent("VirtualMFADevice");
    app.refuses(&root, "DeleteVirtualMFADevice", GOOD, &missing)
        .await;
    app.device("phone").await;
    assert_eq!(app.xml("DeleteVirtualMFADevice", GOOD).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.device("Phone").await;
    let (action, name) = ("DeleteVirtualMFADevice", "SerialNumber");
    for params in [&[][..], &[(name, "")]] {
        app.refuses(&root, action, params, &missing(name)).await;
    }
    for text in [
        "Phone",
        "mfa/Phone",
        "acs:ram::1234567890123456:mfa/",
        "acs:ram::1234567890123456:mfa/a_b",
        "acs:ram::1234567890123456:mfa/*",
        "acs:ram::1234567890123456:user/Phone",
        "acs:ram:*:1234567890123456:mfa/Phone",
        "acs:ram::123:mfa/Phone",
    ] {
        app.refuses(&root, action, &[(name, text)], &bad_format(name))
            .await;
    }
    app.end().await;
}

async fn t06_refuses_what_does_not_exist_or_is_anothers(on: On) {
    let app = TestApp::start(on).await;
    let (action, root) = ("DeleteVirtualMFADevice", app.root());
    app.refuses(&root, action, GOOD, &absent("VirtualMFADevice"))
        .await;
    app.device("Phone").await;
    // Neither another account's device, by its own number, nor one's own by another account's.
    let other = app.add_account("1000000000000002").await;
    let name = [("VirtualMFADeviceName", "Theirs")];
    app.ram(&other, "CreateVirtualMFADevice", &name).await.ok();
    app.refuses(&other, action, GOOD, &absent("VirtualMFADevice"))
        .await;
    for number in [
        "acs:ram::1000000000000002:mfa/Theirs",
        "acs:ram::1000000000000002:mfa/Phone",
    ] {
        let params = [("SerialNumber", number)];
        app.refuses(&root, action, &params, &absent("VirtualMFADevice"))
            .await;
    }
    app.end().await;
}

async fn refuses_while_it_is_bound(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let user = [("UserName", "Alice")];
    app.ram(&root, "CreateUser", &user).await.ok();
    app.bind_device("Phone", "Alice").await;
    let bound = conflict("VirtualMFADevice.User");
    app.refuses(&root, "DeleteVirtualMFADevice", GOOD, &bound)
        .await;
    app.ram(&root, "UnbindMFADevice", &user).await.ok();
    app.ram(&root, "DeleteVirtualMFADevice", GOOD).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.device("Phone").await;
    app.needs(&Permission {
        action: "DeleteVirtualMFADevice",
        params: GOOD,
        resources: &["1234567890123456:mfa/Phone"],
        absent: &[("SerialNumber", "acs:ram::1000000000000002:mfa/Other")],
        absent_resources: &["1234567890123456:mfa/Other"],
    })
    .await;
    app.end().await;
}
