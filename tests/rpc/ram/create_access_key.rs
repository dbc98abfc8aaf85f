//! `CreateAccessKey`.

use rampart::model::quotas::Quotas;
use serde_json::{Value, json};

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy};
use crate::expect::{NOW, Name, Permission, USER, absent, limit, missing, together};
use crate::{on_both, on_each};

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];
const OPTIONAL: Name = Name {
    required: false,
    ..USER
};

on_both!(
    issues_a_key_that_signs,
    tells_the_secret_once,
    is_about_the_caller_where_no_user_is_named,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    holds_the_quotas,
    needs_permission,
    needs_permission_for_oneself_too,
);
on_each!(one_of_64_gets_the_last_place);

fn credentials(made: &Value) -> Credentials {
    let text = |member: &str| made["AccessKey"][member].as_str().unwrap().to_owned();
    Credentials {
        id: text("AccessKeyId"),
        secret: text("AccessKeySecret"),
        token: None,
    }
}

async fn issues_a_key_that_signs(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    let params = [("UserName", "ALICE"), ("Surplus", "ignored")];
    let made = app.answer(&root, "CreateAccessKey", &params).await;
    let key = credentials(&made);
    assert!(
        key.id.len() == 24 && key.id.starts_with("LTAI5t"),
        "{}",
        key.id
    );
    assert_eq!(key.secret.len(), 30);
    assert!(key.secret.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(
        made,
        json!({"AccessKey": {
            "AccessKeyId": key.id,
            "AccessKeySecret": key.secret,
            "Status": "Active",
            "CreateDate": NOW,
        }})
    );
    let who = app.sts(&key, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(who["Arn"], format!("acs:ram::{ACCOUNT}:user/Alice"));
    app.end().await;
}

async fn tells_the_secret_once(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    let xml = app.xml("CreateAccessKey", GOOD).await;
    let between = |from: &str, to: &str| {
        let (_, rest) = xml.split_once(from).unwrap();
        rest.split_once(to).unwrap().0.to_owned()
    };
    let id = between("<AccessKeyId>", "</AccessKeyId>");
    let secret = between("<AccessKeySecret>", "</AccessKeySecret>");
    assert_eq!(
        xml,
        format!(
            "<AccessKey><AccessKeyId>{id}</AccessKeyId><Status>Active</Status>\
             <CreateDate>{NOW}</CreateDate><AccessKeySecret>{secret}</AccessKeySecret></AccessKey>"
        )
    );
    let listed = app.ram(&root, "ListAccessKeys", GOOD).await;
    assert!(!listed.text.contains(&secret));
    let state = app.state().await.join("\n");
    assert!(state.contains(&id) && !state.contains(&secret));
    app.end().await;
}

async fn is_about_the_caller_where_no_user_is_named(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    // Of root, the account's own.
    let key = credentials(&app.answer(&root, "CreateAccessKey", &[]).await);
    let who = app.sts(&key, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(who["IdentityType"], "Account");
    // Of a user, his. Empty text counts as absent.
    let allow = policy("Allow", "ram:CreateAccessKey", "acs:ram:*:*:user/bob");
    let bob = app.user("Bob", &[&allow]).await;
    let made = app
        .answer(&bob, "CreateAccessKey", &[("UserName", "")])
        .await;
    let who = app
        .sts(&credentials(&made), "GetCallerIdentity", &[])
        .await
        .ok();
    assert_eq!(who["Arn"], format!("acs:ram::{ACCOUNT}:user/Bob"));
    // A session is of no user.
    let may = policy("Allow", "sts:AssumeRole", "*");
    let carol = app.user("carol", &[&may]).await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&carol, "Admin", &[]).await.unwrap();
    app.refuses(&session, "CreateAccessKey", &[], &missing("UserName"))
        .await;
    app.ram(&session, "CreateAccessKey", &[("UserName", "carol")])
        .await
        .ok();
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    app.checks_name("CreateAccessKey", GOOD, OPTIONAL).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "CreateAccessKey", GOOD, &absent("User"))
        .await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "CreateAccessKey", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    let full = limit("User.AccessKey");
    let first = app.answer(&root, "CreateAccessKey", GOOD).await;
    app.ram(&root, "CreateAccessKey", GOOD).await.ok();
    app.refuses(&root, "CreateAccessKey", GOOD, &full).await;
    // A disabled key counts; a deleted one does not.
    let key = credentials(&first).id;
    let key = [("UserName", "Alice"), ("UserAccessKeyId", key.as_str())];
    let disable = [&key[..], &[("Status", "Inactive")]].concat();
    app.ram(&root, "UpdateAccessKey", &disable).await.ok();
    app.refuses(&root, "CreateAccessKey", GOOD, &full).await;
    app.ram(&root, "DeleteAccessKey", &key).await.ok();
    app.ram(&root, "CreateAccessKey", GOOD).await.ok();
    // The account itself has one already.
    app.ram(&root, "CreateAccessKey", &[]).await.ok();
    app.refuses(&root, "CreateAccessKey", &[], &full).await;
    app.end().await;

    let quotas = Quotas {
        access_keys_per_user: 1,
        access_keys_per_account: 3,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    app.user("Alice", &[]).await;
    app.refuses(&root, "CreateAccessKey", GOOD, &full).await;
    app.ram(&root, "CreateAccessKey", &[]).await.ok();
    app.ram(&root, "CreateAccessKey", &[]).await.ok();
    app.refuses(&root, "CreateAccessKey", &[], &full).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ram(&app.root(), "CreateUser", GOOD).await.ok();
    app.needs(&Permission {
        action: "CreateAccessKey",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_for_oneself_too(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    let resource = "acs:ram:*:1234567890123456:user/Alice";
    app.denies(&alice, ("CreateAccessKey", &[]), resource, "ImplicitDeny")
        .await;
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let app = TestApp::start(on).await;
    app.user("Alice", &[]).await;
    let (app, refused) = together(app, 64, "CreateAccessKey", GOOD).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.User.AccessKey");
    }
    app.end().await;
}
