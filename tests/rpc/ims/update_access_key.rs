//! `UpdateAccessKey`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, BOB, LATER, Permission, UPN, absent, incorrect, missing, with, without,
};
use crate::on_both;

on_both!(
    lets_a_key_sign_or_not,
    refuses_bad_parameters,
    needs_permission,
);

/// A key of Alice.
async fn key(app: &TestApp) -> String {
    app.ims_user(ALICE).await;
    let answer = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    answer["AccessKey"]["AccessKeyId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn lets_a_key_sign_or_not(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    app.minute();
    let params = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("Status", "Inactive"),
    ];
    assert_eq!(app.ims_answer("UpdateAccessKey", &params).await, json!({}));
    let keys = app.ims_answer("ListAccessKeys", &[(UPN, ALICE)]).await;
    let listed = &keys["AccessKeys"]["AccessKey"][0];
    assert_eq!(
        (&listed["Status"], &listed["UpdateDate"]),
        (&json!("Inactive"), &json!(LATER))
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let good = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("Status", "Active"),
    ];
    app.checks_principal("UpdateAccessKey", &good, false).await;
    let name = "UserAccessKeyId";
    for params in [without(&good, name), with(&good, name, "")] {
        app.ims_refuses("UpdateAccessKey", &params, &missing(name))
            .await;
    }
    let root = app.root();
    for id in [root.id.as_str(), "LTAInobody", "§"] {
        app.ims_refuses(
            "UpdateAccessKey",
            &with(&good, name, id),
            &absent("User.AccessKey"),
        )
        .await;
    }
    // Root's own, where no user is named: Alice's key is not among them.
    app.ims_refuses(
        "UpdateAccessKey",
        &without(&good, UPN),
        &absent("User.AccessKey"),
    )
    .await;
    for text in ["active", "Off"] {
        app.ims_refuses(
            "UpdateAccessKey",
            &with(&good, "Status", text),
            &incorrect("Status"),
        )
        .await;
    }
    app.ims_refuses(
        "UpdateAccessKey",
        &without(&good, "Status"),
        &missing("Status"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("Status", "Inactive"),
    ];
    let nobody = with(&params, UPN, BOB);
    let permission = Permission {
        action: "UpdateAccessKey",
        params: &params,
        resources: &["1234567890123456:user/Alice"],
        absent: &nobody,
        absent_resources: &["1234567890123456:user/bob"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
