//! `GetUserMFAInfo`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{ALICE, BOB, Permission, UPN};
use crate::on_both;

on_both!(
    tells_which,
    is_for_the_caller_where_nobody_is_named,
    refuses_bad_parameters,
    needs_permission,
);

async fn tells_which(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    assert_eq!(
        app.ims_answer("GetUserMFAInfo", &[(UPN, ALICE)]).await,
        json!({"IsMFAEnable": true, "MFADevice": {
            "SerialNumber": "acs:ram::1234567890123456:mfa/phone", "Type": "VMFA",
        }})
    );
    app.ims_user(BOB).await;
    assert_eq!(
        app.ims_answer("GetUserMFAInfo", &[(UPN, BOB)]).await,
        json!({"IsMFAEnable": false, "MFADevice": {}})
    );
    app.end().await;
}

async fn is_for_the_caller_where_nobody_is_named(on: On) {
    let app = TestApp::start(on).await;
    let own = policy("Allow", "ram:GetUserMFAInfo", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&own]).await;
    app.bind_device("phone", "Alice").await;
    let info = app.ims(&alice, "GetUserMFAInfo", &[]).await.ok();
    assert_eq!(info["IsMFAEnable"], true);
    let info = app.ims_answer("GetUserMFAInfo", &[]).await;
    assert_eq!(info["IsMFAEnable"], false);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    app.checks_principal("GetUserMFAInfo", &[(UPN, ALICE)], false)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.bind_device("phone", "Alice").await;
    let permission = Permission {
        action: "GetUserMFAInfo",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
