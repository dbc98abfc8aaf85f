//! `GetAccessKeyPolicy`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, Permission, UPN, absent, missing, with, without};
use crate::on_both;

on_both!(reads_it, refuses_bad_parameters, needs_permission,);

const POLICY: &str = r#"{ "Status": "Active", "Statements":
    [{"Type":"ClassicWhiteList","IPList":["192.0.2.0/24"]}] }"#;

/// A key of Alice.
async fn key(app: &TestApp) -> String {
    app.ims_user(ALICE).await;
    let answer = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    answer["AccessKey"]["AccessKeyId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn reads_it(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    app.ims_refuses("GetAccessKeyPolicy", &params, &absent("AccessKeyPolicy"))
        .await;
    app.ims_answer(
        "SetAccessKeyPolicy",
        &with(&params, "AccessKeyPolicy", POLICY),
    )
    .await;
    assert_eq!(
        app.ims_answer("GetAccessKeyPolicy", &params).await,
        json!({"AccessKeyId": key, "AccessKeyPolicy": POLICY})
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let good = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    app.checks_principal("GetAccessKeyPolicy", &good, false)
        .await;
    let name = "UserAccessKeyId";
    app.ims_refuses("GetAccessKeyPolicy", &without(&good, name), &missing(name))
        .await;
    let others = with(&good, name, "LTAInobody");
    app.ims_refuses("GetAccessKeyPolicy", &others, &absent("User.AccessKey"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    app.ims_answer(
        "SetAccessKeyPolicy",
        &with(&params, "AccessKeyPolicy", POLICY),
    )
    .await;
    let nobody = with(&params, UPN, BOB);
    let permission = Permission {
        action: "GetAccessKeyPolicy",
        params: &params,
        resources: &["1234567890123456:user/Alice"],
        absent: &nobody,
        absent_resources: &["1234567890123456:user/bob"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
