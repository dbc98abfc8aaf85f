//! `GetAccessKeyLastUsed`.

use serde_json::{Value, json};

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::expect::{LATER, NOW, Name, Permission, USER, absent, missing, with, without};
use crate::on_both;

const OPTIONAL: Name = Name {
    required: false,
    ..USER
};

on_both!(
    tells_of_the_latest_use,
    stamps_are_written_behind,
    a_removed_key_has_none,
    is_about_the_caller_where_no_user_is_named,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

fn good(key: &Credentials) -> Vec<(&'static str, &str)> {
    vec![("UserName", "Alice"), ("UserAccessKeyId", &key.id)]
}

fn used(date: &str) -> Value {
    json!({"AccessKeyLastUsed": {"LastUsedDate": date}})
}

async fn tells_of_the_latest_use(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let params = good(&alice);
    let ask = || app.answer(&root, "GetAccessKeyLastUsed", &params);
    assert_eq!(ask().await, json!({"AccessKeyLastUsed": {}}));
    assert_eq!(
        app.xml("GetAccessKeyLastUsed", &params).await,
        "<AccessKeyLastUsed></AccessKeyLastUsed>"
    );
    // A signature that does not fit is no use of the key, nor is one of a key that may not sign.
    let forged = Credentials {
        secret: "forged".to_owned(),
        ..alice.clone()
    };
    app.sts(&forged, "GetCallerIdentity", &[])
        .await
        .refused(400, "SignatureDoesNotMatch");
    let disable = with(&params, "Status", "Inactive");
    app.ram(&root, "UpdateAccessKey", &disable).await.ok();
    app.sts(&alice, "GetCallerIdentity", &[])
        .await
        .refused(400, "InvalidAccessKeyId.Inactive");
    assert_eq!(ask().await, json!({"AccessKeyLastUsed": {}}));
    let enable = with(&params, "Status", "Active");
    app.ram(&root, "UpdateAccessKey", &enable).await.ok();
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(ask().await, used(NOW));
    app.minute();
    assert_eq!(ask().await, used(NOW));
    // One that is denied is a use.
    app.ram(&alice, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    assert_eq!(ask().await, used(LATER));
    assert_eq!(
        app.xml("GetAccessKeyLastUsed", &params).await,
        format!("<AccessKeyLastUsed><LastUsedDate>{LATER}</LastUsedDate></AccessKeyLastUsed>")
    );
    app.end().await;
}

async fn stamps_are_written_behind(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    let id = alice.id.parse().unwrap();
    let account = crate::app::ACCOUNT.parse().unwrap();
    let state = app.store.begin_read(account).await.unwrap().state();
    for _ in 0..100 {
        app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    }
    let written = async || {
        let mut snapshot = app.store.begin_read(account).await.unwrap();
        let written = snapshot.get_key_last_used(&id).await.unwrap();
        assert_eq!(snapshot.state(), state, "no decision rests on a stamp");
        written
    };
    assert_eq!(written().await, None);
    app.iam.tick().await;
    assert_eq!(written().await, None, "it is not time yet");
    let first = app.iam.clock.now();
    app.minute();
    app.iam.tick().await;
    assert_eq!(written().await, Some(first));
    // A clean stop leaves none behind; another server knows, and does not step back.
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    app.iam.stop().await;
    assert_eq!(written().await, Some(first + 60));
    let again = app.again(&Setup::on(on)).await;
    let answer = again
        .answer(&again.root(), "GetAccessKeyLastUsed", &good(&alice))
        .await;
    assert_eq!(answer, used(LATER));
    drop(again);
    app.end().await;
}

async fn a_removed_key_has_none(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let account = crate::app::ACCOUNT.parse().unwrap();
    let id = alice.id.parse().unwrap();
    let written = async || {
        let mut snapshot = app.store.begin_read(account).await.unwrap();
        snapshot.get_key_last_used(&id).await.unwrap()
    };
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    app.minute();
    app.iam.tick().await;
    assert!(written().await.is_some());
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    app.ram(&root, "DeleteAccessKey", &good(&alice)).await.ok();
    assert_eq!(written().await, None);
    // The stamp that comes behind finds no key.
    app.minute();
    app.iam.tick().await;
    assert_eq!(written().await, None);
    app.end().await;
}

async fn is_about_the_caller_where_no_user_is_named(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let own = [("UserAccessKeyId", root.id.as_str())];
    let answer = app.answer(&root, "GetAccessKeyLastUsed", &own).await;
    assert_eq!(answer, used(NOW));
    let allow = policy(
        "Allow",
        "ram:GetAccessKeyLastUsed",
        "acs:ram:*:*:user/Alice",
    );
    let alice = app.user("Alice", &[&allow]).await;
    let hers = [("UserAccessKeyId", alice.id.as_str())];
    let answer = app.answer(&alice, "GetAccessKeyLastUsed", &hers).await;
    assert_eq!(answer, used(NOW));
    // Of another owner's key nothing is known.
    app.refuses(
        &alice,
        "GetAccessKeyLastUsed",
        &own,
        &absent("User.AccessKey"),
    )
    .await;
    let may = policy("Allow", "sts:AssumeRole", "*");
    let bob = app.user("bob", &[&may]).await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&bob, "Admin", &[]).await.unwrap();
    app.refuses(
        &session,
        "GetAccessKeyLastUsed",
        &hers,
        &missing("UserName"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app.user("Alice", &[]).await;
    let good = good(&alice);
    app.checks_name("GetAccessKeyLastUsed", &good, OPTIONAL)
        .await;
    let name = "UserAccessKeyId";
    for params in [without(&good, name), with(&good, name, "")] {
        app.refuses(&root, "GetAccessKeyLastUsed", &params, &missing(name))
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
    app.refuses(&root, "GetAccessKeyLastUsed", &params, &absent("User"))
        .await;
    for id in ["LTAI5tNothing", &bob.id, &root.id, "no id", "é", "STS.N1"] {
        let params = with(&good(&alice), "UserAccessKeyId", id);
        app.refuses(
            &root,
            "GetAccessKeyLastUsed",
            &params,
            &absent("User.AccessKey"),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.user_of(&other, "Alice", &[]).await;
    app.refuses(
        &other,
        "GetAccessKeyLastUsed",
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
        action: "GetAccessKeyLastUsed",
        params: &good,
        resources: &["1234567890123456:user/Alice"],
        absent: &with(&good, "UserName", "Nobody1"),
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
