//! `SetDefaultDomain`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent, bad_format, exists, missing, too_long};
use crate::on_both;

on_both!(sets_it, refuses_bad_parameters, needs_permission,);

const NAME: &str = "DefaultDomainName";

async fn sets_it(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    assert_eq!(
        app.ims_answer("SetDefaultDomain", &[(NAME, "Acme.onaliyun.com")])
            .await,
        json!({NAME: "acme.onaliyun.com"})
    );
    let alias = app.answer(&app.root(), "GetAccountAlias", &[]).await;
    assert_eq!(alias["AccountAlias"], "acme");
    // Users are shown and found by it, and go on to be found by the account's id.
    for text in [ALICE, "alice@acme.onaliyun.com"] {
        let user = app.ims_answer("GetUser", &[(UPN, text)]).await;
        assert_eq!(user["User"][UPN], "Alice@acme.onaliyun.com");
    }
    app.ims_answer("SetDefaultDomain", &[(NAME, "other.onaliyun.com")])
        .await;
    app.ims_refuses(
        "GetUser",
        &[(UPN, "alice@acme.onaliyun.com")],
        &absent("User"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_refuses("SetDefaultDomain", &[], &missing(NAME))
        .await;
    let long = format!("{}.onaliyun.com", "a".repeat(52));
    app.ims_refuses("SetDefaultDomain", &[(NAME, &*long)], &too_long(NAME))
        .await;
    for text in [
        "acme",
        "acme.example.com",
        "ab.onaliyun.com",
        "-a-.onaliyun.com",
        ".onaliyun.com",
    ] {
        app.ims_refuses("SetDefaultDomain", &[(NAME, text)], &bad_format(NAME))
            .await;
    }
    let other = app.add_account("2222222222222222").await;
    app.ims(&other, "SetDefaultDomain", &[(NAME, "taken.onaliyun.com")])
        .await
        .ok();
    for text in ["taken.onaliyun.com", "2222222222222222.onaliyun.com"] {
        app.ims_refuses("SetDefaultDomain", &[(NAME, text)], &exists("AccountAlias"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "SetDefaultDomain",
        params: &[(NAME, "acme.onaliyun.com")],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
