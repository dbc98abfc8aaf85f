//! `CreateUser`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    ALICE, NOW, Permission, UPN, bad_chars, bad_format, exists, incorrect, missing, too_long, with,
    without,
};
use crate::on_both;

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    is_the_user_of_ram,
    needs_permission,
    t16_needs_the_tags_that_it_sets,
);

const GOOD: &[(&str, &str)] = &[(UPN, ALICE), ("DisplayName", "Alice A.")];

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        (UPN, ALICE),
        ("DisplayName", "Älice"),
        ("MobilePhone", "86-18600001234"),
        ("Email", "alice@example.com"),
        ("Comments", "c & d"),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "blue"),
        ("UserName", "ignored"),
    ];
    let answer = app.ims_answer("CreateUser", &params).await;
    let id = answer["User"]["UserId"].as_str().unwrap().to_owned();
    assert_eq!((id.len(), &id[..1]), (18, "2"), "{id}");
    assert_eq!(
        answer,
        json!({"User": {
            "UserId": id, "UserPrincipalName": ALICE, "DisplayName": "Älice",
            "MobilePhone": "86-18600001234", "Email": "alice@example.com", "Comments": "c & d",
            "CreateDate": NOW, "UpdateDate": NOW, "ProvisionType": "Manual",
            "Tags": {"Tag": [{"TagKey": "team", "TagValue": "blue"}]},
        }})
    );
    // By the alias too, and then it is shown so.
    app.ram(&app.root(), "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    let params = [(UPN, "bob@ACME.onaliyun.com"), ("DisplayName", "b")];
    let xml = app.ims_xml("CreateUser", &params).await;
    assert!(
        xml.contains("<UserPrincipalName>bob@acme.onaliyun.com</UserPrincipalName>"),
        "{xml}"
    );
    assert!(xml.contains("<MobilePhone></MobilePhone>"), "{xml}");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let action = "CreateUser";
    for name in [UPN, "DisplayName"] {
        for params in [without(GOOD, name), with(GOOD, name, "")] {
            app.ims_refuses(action, &params, &missing(name)).await;
        }
    }
    for text in ["Alice", "a b@1234567890123456.onaliyun.com", "Alice@."] {
        app.ims_refuses(action, &with(GOOD, UPN, text), &bad_chars(UPN))
            .await;
    }
    let long = format!("{}@1234567890123456.onaliyun.com", "a".repeat(65));
    app.ims_refuses(action, &with(GOOD, UPN, &long), &too_long(UPN))
        .await;
    // Not of this account.
    for domain in [
        "example.com",
        "2222222222222222.onaliyun.com",
        "acme.onaliyun.com",
    ] {
        let text = format!("Alice@{domain}");
        app.ims_refuses(action, &with(GOOD, UPN, &text), &incorrect(UPN))
            .await;
    }
    let name = "DisplayName";
    let params = with(
        GOOD,
        name,
        "林林林林林林林林林林林林林林林林林林林林林林林林林",
    );
    app.ims_refuses(action, &params, &too_long(name)).await;
    app.ims_refuses(action, &with(GOOD, name, "a\u{7}"), &bad_chars(name))
        .await;
    let comments = "c".repeat(129);
    let params = with(GOOD, "Comments", &comments);
    app.ims_refuses(action, &params, &too_long("Comments"))
        .await;
    for (name, text) in [("MobilePhone", "18600001234"), ("Email", "alice")] {
        app.ims_refuses(action, &with(GOOD, name, text), &bad_format(name))
            .await;
    }
    let tagged = with(GOOD, "Tag.1.Key", "acs:x");
    app.ims_refuses(action, &tagged, &incorrect("TagKey")).await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ims(&root, "CreateUser", GOOD).await.ok();
    for text in [ALICE, "aLICE@1234567890123456.onaliyun.com"] {
        app.ims_refuses("CreateUser", &with(GOOD, UPN, text), &exists("User"))
            .await;
    }
    app.end().await;
}

async fn is_the_user_of_ram(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let id = app.ims_user(ALICE).await;
    let user = app.answer(&root, "GetUser", &[("UserName", "alice")]).await;
    assert_eq!(user["User"]["UserId"], id.as_str());
    assert_eq!(user["User"]["UserName"], "Alice");
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "CreateUser",
        params: GOOD,
        resources: &["1234567890123456:user/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}

async fn t16_needs_the_tags_that_it_sets(on: On) {
    let app = TestApp::start(on).await;
    let asks = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:CreateUser","Resource":"*",
        "Condition":{"StringEquals":{"acs:RequestTag/team":"blue"}}}]}"#;
    let maker = app.user("maker", &[asks]).await;
    app.ims(&maker, "CreateUser", GOOD)
        .await
        .refused(403, "NoPermission");
    let tagged = [GOOD, &[("Tag.1.Key", "team"), ("Tag.1.Value", "blue")]].concat();
    app.ims(&maker, "CreateUser", &tagged).await.ok();
    app.end().await;
}
