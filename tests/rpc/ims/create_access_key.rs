//! `CreateAccessKey`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{ALICE, NOW, Permission, UPN, limit};
use crate::on_both;

on_both!(
    answers_every_member,
    is_for_the_caller_where_nobody_is_named,
    refuses_bad_parameters,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let answer = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    let key = &answer["AccessKey"];
    assert_eq!(
        answer,
        json!({"AccessKey": {
            "AccessKeyId": key["AccessKeyId"], "AccessKeySecret": key["AccessKeySecret"],
            "Status": "Active", "CreateDate": NOW,
        }})
    );
    let credentials = Credentials {
        id: key["AccessKeyId"].as_str().unwrap().to_owned(),
        secret: key["AccessKeySecret"].as_str().unwrap().to_owned(),
        token: None,
    };
    let who = app.sts(&credentials, "GetCallerIdentity", &[]).await.ok();
    assert!(
        who["Arn"].as_str().unwrap().ends_with(":user/Alice"),
        "{who}"
    );
    app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    app.ims_refuses("CreateAccessKey", &[(UPN, ALICE)], &limit("User.AccessKey"))
        .await;
    app.end().await;
}

async fn is_for_the_caller_where_nobody_is_named(on: On) {
    let app = TestApp::start(on).await;
    let own = policy("Allow", "ram:CreateAccessKey", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&own]).await;
    app.ims(&alice, "CreateAccessKey", &[]).await.ok();
    let keys = app.ims_answer("ListAccessKeys", &[(UPN, ALICE)]).await;
    assert_eq!(keys["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 2);
    // A session has none of its own.
    let everything = policy("Allow", "*", "*");
    let taker = app.user("taker", &[&everything]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&everything]).await;
    let session = app.assume(&taker, "Taken", &[]).await.unwrap();
    app.ims(&session, "CreateAccessKey", &[])
        .await
        .refused(400, "MissingUserPrincipalName");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("CreateAccessKey", &[(UPN, ALICE)], false)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "CreateAccessKey",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
