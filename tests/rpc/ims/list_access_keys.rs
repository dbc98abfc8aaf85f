//! `ListAccessKeys`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, NOW, Permission, UPN};
use crate::on_both;

on_both!(
    shows_every_member,
    is_for_the_caller_where_nobody_is_named,
    refuses_bad_parameters,
    needs_permission,
);

async fn shows_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let key = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    assert_eq!(
        app.ims_answer("ListAccessKeys", &[(UPN, ALICE)]).await,
        json!({"AccessKeys": {"AccessKey": [{
            "AccessKeyId": key["AccessKey"]["AccessKeyId"], "Status": "Active",
            "CreateDate": NOW, "UpdateDate": NOW,
        }]}})
    );
    app.end().await;
}

async fn is_for_the_caller_where_nobody_is_named(on: On) {
    let app = TestApp::start(on).await;
    let keys = app.ims_answer("ListAccessKeys", &[]).await;
    assert_eq!(
        keys["AccessKeys"]["AccessKey"][0]["AccessKeyId"],
        app.root().id
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("ListAccessKeys", &[(UPN, ALICE)], false)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "ListAccessKeys",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
