//! `ListVirtualMFADevices`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission};
use crate::on_both;

on_both!(lists_every_member, needs_permission);

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let none = json!({"VirtualMFADevices": {"VirtualMFADevice": []}});
    assert_eq!(app.answer(&root, "ListVirtualMFADevices", &[]).await, none);
    let user = [("UserName", "Alice"), ("DisplayName", "A")];
    let alice = app.answer(&root, "CreateUser", &user).await;
    let id = alice["User"]["UserId"].as_str().unwrap();
    app.device("spare").await;
    app.bind_device("Phone", "Alice").await;
    let params = [("Surplus", "ignored")];
    let answer = app.answer(&root, "ListVirtualMFADevices", &params).await;
    assert_eq!(
        answer,
        json!({"VirtualMFADevices": {"VirtualMFADevice": [
            {
                "SerialNumber": "acs:ram::1234567890123456:mfa/Phone",
                "ActivateDate": NOW,
                "User": {"UserId": id, "UserName": "Alice", "DisplayName": "A"},
            },
            {
                "SerialNumber": "acs:ram::1234567890123456:mfa/spare",
                "User": {},
            },
        ]}})
    );
    assert_eq!(
        app.xml("ListVirtualMFADevices", &[]).await,
        format!(
            "<VirtualMFADevices><VirtualMFADevice>\
             <SerialNumber>acs:ram::1234567890123456:mfa/Phone</SerialNumber>\
             <ActivateDate>{NOW}</ActivateDate><User><UserId>{id}</UserId>\
             <UserName>Alice</UserName><DisplayName>A</DisplayName></User></VirtualMFADevice>\
             <VirtualMFADevice><SerialNumber>acs:ram::1234567890123456:mfa/spare</SerialNumber>\
             <User></User></VirtualMFADevice></VirtualMFADevices>"
        )
    );
    let other = app.add_account("1000000000000002").await;
    assert_eq!(app.answer(&other, "ListVirtualMFADevices", &[]).await, none);
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListVirtualMFADevices",
        params: &[],
        resources: &["1234567890123456:mfa/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
