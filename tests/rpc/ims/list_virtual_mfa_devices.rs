//! `ListVirtualMFADevices`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, NOW, Permission, incorrect};
use crate::on_both;

on_both!(
    shows_every_member_and_pages,
    refuses_bad_parameters,
    needs_permission,
);

async fn shows_every_member_and_pages(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.bind_device("a", "Alice").await;
    app.device("b").await;
    let page = app
        .ims_answer("ListVirtualMFADevices", &[("MaxItems", "1")])
        .await;
    let marker = page["Marker"].as_str().unwrap();
    assert_eq!(
        page,
        json!({"IsTruncated": true, "Marker": marker, "VirtualMFADevices": {"VirtualMFADevice": [{
            "SerialNumber": "acs:ram::1234567890123456:mfa/a", "ActivateDate": NOW,
            "User": {"UserId": id, "UserPrincipalName": ALICE, "DisplayName": "Shown"},
        }]}})
    );
    assert_eq!(
        app.ims_answer("ListVirtualMFADevices", &[("Marker", marker)])
            .await,
        json!({"IsTruncated": false, "VirtualMFADevices": {"VirtualMFADevice": [{
            "SerialNumber": "acs:ram::1234567890123456:mfa/b", "User": {},
        }]}})
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for (name, text) in [("MaxItems", "0"), ("MaxItems", "101"), ("Marker", "§")] {
        app.ims_refuses("ListVirtualMFADevices", &[(name, text)], &incorrect(name))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "ListVirtualMFADevices",
        params: &[],
        resources: &["1234567890123456:mfa/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
