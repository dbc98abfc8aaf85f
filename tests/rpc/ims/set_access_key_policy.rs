//! `SetAccessKeyPolicy`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, BOB, Permission, UPN, absent, incorrect, missing, too_long, with, without,
};
use crate::on_both;

on_both!(
    answers_every_member,
    takes_it_away,
    refuses_bad_parameters,
    needs_permission,
);

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

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("AccessKeyPolicy", POLICY),
    ];
    let expected = json!({"AccessKeyId": key, "AccessKeyPolicy": POLICY});
    assert_eq!(
        app.ims_answer("SetAccessKeyPolicy", &params).await,
        expected
    );
    assert_eq!(
        app.ims_answer("GetAccessKeyPolicy", &params[..2]).await,
        expected
    );
    // Of the account's own keys, where no user is named.
    let root = app.root();
    let own = [
        ("UserAccessKeyId", &*root.id),
        (
            "AccessKeyPolicy",
            r#"{"Status":"Inactive","Statements":[]}"#,
        ),
    ];
    app.ims_answer("SetAccessKeyPolicy", &own).await;
    app.end().await;
}

async fn takes_it_away(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let good = [(UPN, ALICE), ("UserAccessKeyId", &*key)];
    app.ims_answer(
        "SetAccessKeyPolicy",
        &with(&good, "AccessKeyPolicy", POLICY),
    )
    .await;
    let none = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;
    app.ims_answer("SetAccessKeyPolicy", &with(&good, "AccessKeyPolicy", none))
        .await;
    app.ims_refuses("GetAccessKeyPolicy", &good, &absent("AccessKeyPolicy"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let good = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("AccessKeyPolicy", POLICY),
    ];
    app.checks_principal("SetAccessKeyPolicy", &good, false)
        .await;
    for name in ["UserAccessKeyId", "AccessKeyPolicy"] {
        app.ims_refuses("SetAccessKeyPolicy", &without(&good, name), &missing(name))
            .await;
    }
    let name = "AccessKeyPolicy";
    for text in [
        "{",
        r#"{"Status":"Active"}"#,
        r#"{"Status":"On","Statements":[]}"#,
    ] {
        app.ims_refuses(
            "SetAccessKeyPolicy",
            &with(&good, name, text),
            &incorrect(name),
        )
        .await;
    }
    let long = format!("{POLICY}{}", " ".repeat(8192));
    app.ims_refuses(
        "SetAccessKeyPolicy",
        &with(&good, name, &long),
        &too_long(name),
    )
    .await;
    let root = app.root();
    for id in [root.id.as_str(), "LTAInobody"] {
        let params = with(&good, "UserAccessKeyId", id);
        app.ims_refuses("SetAccessKeyPolicy", &params, &absent("User.AccessKey"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let key = key(&app).await;
    let params = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*key),
        ("AccessKeyPolicy", POLICY),
    ];
    let nobody = with(&params, UPN, BOB);
    let permission = Permission {
        action: "SetAccessKeyPolicy",
        params: &params,
        resources: &["1234567890123456:user/Alice"],
        absent: &nobody,
        absent_resources: &["1234567890123456:user/bob"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
