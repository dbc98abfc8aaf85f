//! `GetUserMFAInfo`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, USER, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    reads_every_member,
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

async fn reads_every_member(on: On) {
    let app = start(on).await;
    for name in ["Alice", "ALICE"] {
        let params = [("UserName", name), ("Surplus", "ignored")];
        assert_eq!(
            app.answer(&app.root(), "GetUserMFAInfo", &params).await,
            json!({"MFADevice": {
                "SerialNumber": "acs:ram::1234567890123456:mfa/Phone",
                "Type": "VMFA",
            }})
        );
    }
    assert_eq!(
        app.xml("GetUserMFAInfo", GOOD).await,
        "<MFADevice><SerialNumber>acs:ram::1234567890123456:mfa/Phone</SerialNumber>\
         <Type>VMFA</Type></MFADevice>"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = start(on).await;
    app.checks_name("GetUserMFAInfo", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = start(on).await;
    let root = app.root();
    let nobody = [("UserName", "Nobody")];
    app.refuses(&root, "GetUserMFAInfo", &nobody, &absent("User"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetUserMFAInfo", GOOD, &absent("User"))
        .await;
    app.ram(&root, "UnbindMFADevice", GOOD).await.ok();
    app.refuses(&root, "GetUserMFAInfo", GOOD, &absent("User.MFADevice"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = start(on).await;
    app.needs(&Permission {
        action: "GetUserMFAInfo",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
