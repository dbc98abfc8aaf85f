//! `GenerateCredentialReport`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{LATER, Permission};
use crate::on_both;

on_both!(makes_it_anew, needs_permission,);

async fn makes_it_anew(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.ims_answer("GenerateCredentialReport", &[]).await,
        json!({"State": "COMPLETED"})
    );
    app.minute();
    app.ims_answer("GenerateCredentialReport", &[]).await;
    let report = app.ims_answer("GetCredentialReport", &[]).await;
    assert_eq!(report["GeneratedTime"], LATER);
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GenerateCredentialReport",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
