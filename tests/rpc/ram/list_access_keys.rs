//! `ListAccessKeys`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::expect::{LATER, NOW, Name, Permission, USER, absent, missing};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];
const OPTIONAL: Name = Name {
    required: false,
    ..USER
};

on_both!(
    lists_every_member,
    is_about_the_caller_where_no_user_is_named,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    let none = json!({"AccessKeys": {"AccessKey": []}});
    assert_eq!(app.answer(&root, "ListAccessKeys", GOOD).await, none);
    assert_eq!(
        app.xml("ListAccessKeys", GOOD).await,
        "<AccessKeys></AccessKeys>"
    );
    let first =
        app.answer(&root, "CreateAccessKey", GOOD).await["AccessKey"]["AccessKeyId"].clone();
    let disable = [
        ("UserName", "Alice"),
        ("UserAccessKeyId", first.as_str().unwrap()),
        ("Status", "Inactive"),
    ];
    app.ram(&root, "UpdateAccessKey", &disable).await.ok();
    app.minute();
    let second =
        app.answer(&root, "CreateAccessKey", GOOD).await["AccessKey"]["AccessKeyId"].clone();
    for name in ["Alice", "ALICE"] {
        let params = [("UserName", name), ("Surplus", "ignored")];
        assert_eq!(
            app.answer(&root, "ListAccessKeys", &params).await,
            json!({"AccessKeys": {"AccessKey": [
                {"AccessKeyId": first, "Status": "Inactive", "CreateDate": NOW},
                {"AccessKeyId": second, "Status": "Active", "CreateDate": LATER},
            ]}})
        );
    }
    assert_eq!(
        app.xml("ListAccessKeys", GOOD).await,
        format!(
            "<AccessKeys><AccessKey><AccessKeyId>{}</AccessKeyId><Status>Inactive</Status>\
             <CreateDate>{NOW}</CreateDate></AccessKey><AccessKey><AccessKeyId>{}</AccessKeyId>\
             <Status>Active</Status><CreateDate>{LATER}</CreateDate></AccessKey></AccessKeys>",
            first.as_str().unwrap(),
            second.as_str().unwrap()
        )
    );
    app.end().await;
}

async fn is_about_the_caller_where_no_user_is_named(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let listed = app.answer(&root, "ListAccessKeys", &[]).await;
    assert_eq!(
        listed["AccessKeys"]["AccessKey"][0]["AccessKeyId"],
        format!("LTAI{ACCOUNT}")
    );
    let allow = policy("Allow", "ram:ListAccessKeys", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&allow]).await;
    let listed = app
        .answer(&alice, "ListAccessKeys", &[("UserName", "")])
        .await;
    assert_eq!(
        listed["AccessKeys"]["AccessKey"][0]["AccessKeyId"],
        alice.id
    );
    assert_eq!(
        listed["AccessKeys"]["AccessKey"].as_array().unwrap().len(),
        1
    );
    let bob = app
        .user("bob", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&bob, "Admin", &[]).await.unwrap();
    app.refuses(&session, "ListAccessKeys", &[], &missing("UserName"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("ListAccessKeys", GOOD, OPTIONAL).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "ListAccessKeys", GOOD, &absent("User"))
        .await;
    app.user("Alice", &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "ListAccessKeys", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.user("Alice", &[]).await;
    app.needs(&Permission {
        action: "ListAccessKeys",
        params: GOOD,
        resources: &["1234567890123456:user/Alice"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
