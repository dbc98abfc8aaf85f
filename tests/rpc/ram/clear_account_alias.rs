//! `ClearAccountAlias`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(clears, needs_permission);

async fn clears(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alias = [("AccountAlias", "acme")];
    app.ram(&root, "SetAccountAlias", &alias).await.ok();
    let other = app.add_account("1000000000000002").await;
    let theirs = [("AccountAlias", "other")];
    app.ram(&other, "SetAccountAlias", &theirs).await.ok();
    assert_eq!(
        app.answer(&root, "ClearAccountAlias", &[("Surplus", "x")])
            .await,
        json!({})
    );
    let none = json!({"AccountAlias": ""});
    assert_eq!(app.answer(&root, "GetAccountAlias", &[]).await, none);
    assert_eq!(
        app.answer(&other, "GetAccountAlias", &[]).await,
        json!({"AccountAlias": "other"})
    );
    // One that has none, and the alias is free for another.
    assert_eq!(app.xml("ClearAccountAlias", &[]).await, "");
    app.ram(&other, "SetAccountAlias", &alias).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ClearAccountAlias",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
