//! `DeleteAccessKey`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, Permission, UPN, absent, missing, with, without};
use crate::on_both;

on_both!(deletes, refuses_bad_parameters, needs_permission,);

/// A key of Alice.
async fn key(app: &TestApp) -> String {
    app.ims_user(ALICE).await;
    let answer = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    answer["AccessKey"]["AccessKeyId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    assert_eq!(app.ims_answer("DeleteAccessKey", &params).await, json!({}));
    app.ims_refuses("DeleteAccessKey", &params, &absent("User.AccessKey"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let good = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    app.checks_principal("DeleteAccessKey", &good, false).await;
    let name = "UserAccessKeyId";
    for params in [without(&good, name), with(&good, name, "")] {
        app.ims_refuses("DeleteAccessKey", &params, &missing(name))
            .await;
    }
    let root = app.root();
    for id in [root.id.as_str(), "LTAInobody", "§"] {
        app.ims_refuses(
            "DeleteAccessKey",
            &with(&good, name, id),
            &absent("User.AccessKey"),
        )
        .await;
    }
    // Root's own, where no user is named: Alice's key is not among them.
    app.ims_refuses(
        "DeleteAccessKey",
        &without(&good, UPN),
        &absent("User.AccessKey"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    let nobody = with(&params, UPN, BOB);
    let permission = Permission {
        action: "DeleteAccessKey",
        params: &params,
        resources: &["1234567890123456:user/Alice"],
        absent: &nobody,
        absent_resources: &["1234567890123456:user/bob"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
