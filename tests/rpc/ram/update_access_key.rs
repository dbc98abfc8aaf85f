//! `UpdateAccessKey`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{Name, Permission, USER, absent, incorrect, missing, with, without};
use crate::on_both;

const OPTIONAL: Name = Name {
    required: false,
    ..USER
};

on_both!(
    a_disabled_key_does_not_sign,
    is_about_the_caller_where_no_user_is_named,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

fn good(key: &Credentials) -> Vec<(&'static str, &str)> {
    vec![
        ("UserName", "Alice"),
        ("UserAccessKeyId", &key.id),
        ("Status", "Inactive"),
    ]
}

async fn a_disabled_key_does_not_sign(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let params = with(&good(&alice), "UserName", "ALICE");
    let params = [&params[..], &[("Surplus", "ignored")]].concat();
    assert_eq!(
        app.answer(&root, "UpdateAccessKey", &params).await,
        json!({})
    );
    let refused = app.sts(&alice, "GetCallerIdentity", &[]).await;
    refused.refused(400, "InvalidAccessKeyId.Inactive");
    assert_eq!(refused.message(), "Specified access key is disabled.");
    // Once more what it is already, and back.
    app.ram(&root, "UpdateAccessKey", &params).await.ok();
    let active = with(&params, "Status", "Active");
    assert_eq!(app.xml("UpdateAccessKey", &active).await, "");
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

async fn is_about_the_caller_where_no_user_is_named(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    // The account's own key, also the one that signs.
    let own = [
        ("UserAccessKeyId", root.id.as_str()),
        ("Status", "Inactive"),
    ];
    let second = app.answer(&root, "CreateAccessKey", &[]).await;
    let text = |member: &str| second["AccessKey"][member].as_str().unwrap().to_owned();
    let second = Credentials {
        id: text("AccessKeyId"),
        secret: text("AccessKeySecret"),
        token: None,
    };
    app.ram(&root, "UpdateAccessKey", &own).await.ok();
    app.ram(&root, "ListUsers", &[])
        .await
        .refused(400, "InvalidAccessKeyId.Inactive");
    app.ram(&second, "UpdateAccessKey", &with(&own, "Status", "Active"))
        .await
        .ok();

    let allow = policy("Allow", "ram:UpdateAccessKey", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&allow]).await;
    let own = [("UserAccessKeyId", alice.id.as_str()), ("Status", "Active")];
    app.ram(&alice, "UpdateAccessKey", &own).await.ok();
    // Of another owner's key nothing is known.
    let theirs = [
        ("UserAccessKeyId", root.id.as_str()),
        ("Status", "Inactive"),
    ];
    app.refuses(
        &alice,
        "UpdateAccessKey",
        &theirs,
        &absent("User.AccessKey"),
    )
    .await;
    app.refuses(&root, "UpdateAccessKey", &own, &absent("User.AccessKey"))
        .await;
    let may = policy("Allow", "sts:AssumeRole", "*");
    let bob = app.user("bob", &[&may]).await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&bob, "Admin", &[]).await.unwrap();
    app.refuses(&session, "UpdateAccessKey", &own, &missing("UserName"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let good = good(&alice);
    app.checks_name("UpdateAccessKey", &good, OPTIONAL).await;
    let name = "UserAccessKeyId";
    for params in [without(&good, name), with(&good, name, "")] {
        app.refuses(&root, "UpdateAccessKey", &params, &missing(name))
            .await;
    }
    let name = "Status";
    for params in [without(&good, name), with(&good, name, "")] {
        app.refuses(&root, "UpdateAccessKey", &params, &missing(name))
            .await;
    }
    for word in ["active", "INACTIVE", "Disabled"] {
        app.refuses(
            &root,
            "UpdateAccessKey",
            &with(&good, name, word),
            &incorrect(name),
        )
        .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let bob = app.user("bob", &[]).await;
    let params = with(&good(&alice), "UserName", "Nobody");
    app.refuses(&root, "UpdateAccessKey", &params, &absent("User"))
        .await;
    let long = "a".repeat(200);
    for id in [
        "LTAI5tNothing",
        &bob.id,
        &root.id,
        "no id",
        "é",
        "STS.N1",
        &long,
    ] {
        let params = with(&good(&alice), "UserAccessKeyId", id);
        app.refuses(&root, "UpdateAccessKey", &params, &absent("User.AccessKey"))
            .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.user_of(&other, "Alice", &[]).await;
    app.refuses(
        &other,
        "UpdateAccessKey",
        &good(&alice),
        &absent("User.AccessKey"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    let good = good(&alice);
    app.needs(&Permission {
        action: "UpdateAccessKey",
        params: &good,
        resources: &["1234567890123456:user/Alice"],
        absent: &with(&good, "UserName", "Nobody1"),
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    let missing = with(&good, "UserAccessKeyId", "LTAI5tNothing");
    let stranger = app.user("stranger", &[]).await;
    let resource = "acs:ram:*:1234567890123456:user/Alice";
    app.denies(
        &stranger,
        ("UpdateAccessKey", &missing),
        resource,
        "ImplicitDeny",
    )
    .await;
    app.end().await;
}
