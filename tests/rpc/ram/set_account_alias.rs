//! `SetAccountAlias`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{Permission, exists, missing, refusal, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("AccountAlias", "acme-9")];

on_both!(
    sets_and_replaces,
    refuses_bad_parameters,
    refuses_what_another_account_has,
    needs_permission,
);

async fn sets_and_replaces(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let surplus = with(GOOD, "Surplus", "ignored");
    assert_eq!(
        app.answer(&root, "SetAccountAlias", &surplus).await,
        json!({})
    );
    // Once more what it is already, then another.
    assert_eq!(app.xml("SetAccountAlias", GOOD).await, "");
    let longest = "a".repeat(63);
    for alias in ["abc", &longest, "9-9", ACCOUNT] {
        let params = with(GOOD, "AccountAlias", alias);
        app.ram(&root, "SetAccountAlias", &params).await.ok();
        let found = app.store.find_account(alias).await.unwrap().unwrap();
        assert_eq!(found.id.to_string(), ACCOUNT);
    }
    // What it was called before is free.
    assert_eq!(app.store.find_account("acme-9").await.unwrap(), None);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let name = "AccountAlias";
    for params in [without(GOOD, name), with(GOOD, name, "")] {
        app.refuses(&root, "SetAccountAlias", &params, &missing(name))
            .await;
    }
    let length = refusal(
        400,
        "InvalidParameter.AccountAlias.Length",
        "The parameter - \"AccountAlias\" MUST be in the range of 3 and 63.",
    );
    let long = "a".repeat(64);
    for text in ["ab", &long, "é"] {
        app.refuses(&root, "SetAccountAlias", &with(GOOD, name, text), &length)
            .await;
    }
    let format = refusal(
        400,
        "InvalidParameter.AccountAlias.Format",
        "The format of parameter - \"AccountAlias\" is incorrect.",
    );
    for text in [
        "-abc", "abc-", "a--b", "Abc", "a_b", "a.b", "a b", "ééé", "abc\n",
    ] {
        app.refuses(&root, "SetAccountAlias", &with(GOOD, name, text), &format)
            .await;
    }
    app.end().await;
}

async fn refuses_what_another_account_has(on: On) {
    let app = TestApp::start(on).await;
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "SetAccountAlias", GOOD).await.ok();
    app.refuses(
        &app.root(),
        "SetAccountAlias",
        GOOD,
        &exists("AccountAlias"),
    )
    .await;
    // Another's id is what that one goes by while it has no alias, be it there or not.
    for id in ["1000000000000002", "1000000000000003"] {
        let params = with(GOOD, "AccountAlias", id);
        app.refuses(
            &app.root(),
            "SetAccountAlias",
            &params,
            &exists("AccountAlias"),
        )
        .await;
    }
    app.ram(&other, "ClearAccountAlias", &[]).await.ok();
    app.ram(&app.root(), "SetAccountAlias", GOOD).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "SetAccountAlias",
        params: GOOD,
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
