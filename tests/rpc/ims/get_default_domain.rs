//! `GetDefaultDomain`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(tells_it, needs_permission,);

async fn tells_it(on: On) {
    let app = TestApp::start(on).await;
    let domain = async || app.ims_answer("GetDefaultDomain", &[]).await;
    let by_id = json!({"DefaultDomainName": "1234567890123456.onaliyun.com"});
    assert_eq!(domain().await, by_id);
    let root = app.root();
    app.ram(&root, "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    assert_eq!(
        domain().await,
        json!({"DefaultDomainName": "acme.onaliyun.com"})
    );
    app.ram(&root, "ClearAccountAlias", &[]).await.ok();
    assert_eq!(domain().await, by_id);
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GetDefaultDomain",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
