//! `DeleteAccessKey`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{Name, Permission, USER, absent, missing, with, without};
use crate::on_both;

const OPTIONAL: Name = Name {
    required: false,
    ..USER
};

on_both!(
    a_deleted_key_does_not_sign,
    is_about_the_caller_where_no_user_is_named,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

fn good(key: &Credentials) -> Vec<(&'static str, &str)> {
    vec![("UserName", "Alice"), ("UserAccessKeyId", &key.id)]
}

async fn a_deleted_key_does_not_sign(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let params = with(&good(&alice), "UserName", "ALICE");
    let params = [&params[..], &[("Surplus", "ignored")]].concat();
    assert_eq!(
        app.answer(&root, "DeleteAccessKey", &params).await,
        json!({})
    );
    let refused = app.sts(&alice, "GetCallerIdentity", &[]).await;
    refused.refused(404, "InvalidAccessKeyId.NotFound");
    assert_eq!(refused.message(), "Specified access key is not found.");
    app.refuses(
        &root,
        "DeleteAccessKey",
        &good(&alice),
        &absent("User.AccessKey"),
    )
    .await;
    let made = app
        .answer(&root, "CreateAccessKey", &[("UserName", "Alice")])
        .await;
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap();
    let params = [("UserName", "Alice"), ("UserAccessKeyId", id)];
    assert_eq!(app.xml("DeleteAccessKey", &params).await, "");
    app.end().await;
}

async fn is_about_the_caller_where_no_user_is_named(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let allow = policy("Allow", "ram:DeleteAccessKey", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&allow]).await;
    // Of another owner's key nothing is known.
    let theirs = [("UserAccessKeyId", root.id.as_str())];
    app.refuses(
        &alice,
        "DeleteAccessKey",
        &theirs,
        &absent("User.AccessKey"),
    )
    .await;
    let own = [("UserAccessKeyId", alice.id.as_str())];
    app.refuses(&root, "DeleteAccessKey", &own, &absent("User.AccessKey"))
        .await;
    let may = policy("Allow", "sts:AssumeRole", "*");
    let bob = app.user("bob", &[&may]).await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&bob, "Admin", &[]).await.unwrap();
    app.refuses(&session, "DeleteAccessKey", &own, &missing("UserName"))
        .await;
    // The key that signs, too.
    app.ram(&alice, "DeleteAccessKey", &own).await.ok();
    app.ram(&alice, "ListUsers", &[])
        .await
        .refused(404, "InvalidAccessKeyId.NotFound");
    app.ram(&root, "DeleteAccessKey", &theirs).await.ok();
    app.ram(&root, "ListUsers", &[])
        .await
        .refused(404, "InvalidAccessKeyId.NotFound");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let good = good(&alice);
    app.checks_name("DeleteAccessKey", &good, OPTIONAL).await;
    let name = "UserAccessKeyId";
    for params in [without(&good, name), with(&good, name, "")] {
        app.refuses(&root, "DeleteAccessKey", &params, &missing(name))
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
    app.refuses(&root, "DeleteAccessKey", &params, &absent("User"))
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
        app.refuses(&root, "DeleteAccessKey", &params, &absent("User.AccessKey"))
            .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.user_of(&other, "Alice", &[]).await;
    app.refuses(
        &other,
        "DeleteAccessKey",
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
        action: "DeleteAccessKey",
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
        ("DeleteAccessKey", &missing),
        resource,
        "ImplicitDeny",
    )
    .await;
    app.end().await;
}
