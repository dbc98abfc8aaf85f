//! `GetAccountAlias`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(reads_it, is_the_accounts_own, needs_permission);

async fn reads_it(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    assert_eq!(
        app.answer(&root, "GetAccountAlias", &[]).await,
        json!({"AccountAlias": ""})
    );
    assert_eq!(
        app.xml("GetAccountAlias", &[]).await,
        "<AccountAlias></AccountAlias>"
    );
    app.ram(&root, "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    assert_eq!(
        app.answer(&root, "GetAccountAlias", &[("Surplus", "x")])
            .await,
        json!({"AccountAlias": "acme"})
    );
    assert_eq!(
        app.xml("GetAccountAlias", &[]).await,
        "<AccountAlias>acme</AccountAlias>"
    );
    app.end().await;
}

async fn is_the_accounts_own(on: On) {
    let app = TestApp::start(on).await;
    let other = app.add_account("1000000000000002").await;
    app.ram(&app.root(), "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    assert_eq!(
        app.answer(&other, "GetAccountAlias", &[]).await,
        json!({"AccountAlias": ""})
    );
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "GetAccountAlias",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
