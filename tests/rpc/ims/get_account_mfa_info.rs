//! `GetAccountMFAInfo`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(has_none, needs_permission,);

async fn has_none(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.ims_answer("GetAccountMFAInfo", &[]).await,
        json!({"IsMFAEnable": false})
    );
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GetAccountMFAInfo",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
