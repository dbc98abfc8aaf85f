//! `GetUser`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{ALICE, BOB, NOW, Permission, UPN, absent, incorrect};
use crate::on_both;

on_both!(
    reads_every_member,
    takes_one_way_of_naming,
    refuses_what_does_not_exist,
    decides_on_the_user_that_was_found,
    needs_permission,
);

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    let tags = [
        ("ResourceType", "user"),
        ("ResourceId.1", id.as_str()),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "blue"),
    ];
    app.ims_answer("TagResources", &tags).await;
    let key = app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let expected = json!({"User": {
        "UserId": id, "UserName": "Alice", "UserPrincipalName": ALICE, "DisplayName": "Shown",
        "MobilePhone": "", "Email": "", "Comments": "", "CreateDate": NOW, "UpdateDate": NOW,
        "ProvisionType": "Manual", "Tags": {"Tag": [{"TagKey": "team", "TagValue": "blue"}]},
    }});
    for (name, text) in [
        (UPN, ALICE),
        (UPN, "ALICE@1234567890123456.OnAliyun.com"),
        ("UserId", &id),
        ("UserAccessKeyId", &key),
    ] {
        assert_eq!(app.ims_answer("GetUser", &[(name, text)]).await, expected);
    }
    let xml = app.ims_xml("GetUser", &[("UserId", &id)]).await;
    assert!(xml.contains("<UserName>Alice</UserName>"), "{xml}");
    app.end().await;
}

async fn takes_one_way_of_naming(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    let key = app.root().id;
    let [upn, id, key] = [(UPN, ALICE), ("UserId", &*id), ("UserAccessKeyId", &*key)];
    for params in [
        &[][..],
        &[upn, id],
        &[upn, key],
        &[id, key],
        &[upn, id, key],
    ] {
        app.ims_refuses("GetUser", params, &incorrect("UserId"))
            .await;
    }
    for text in ["x", "12345", "3000000000000000000"] {
        app.ims_refuses("GetUser", &[("UserId", text)], &incorrect("UserId"))
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.checks_principal("GetUser", &[(UPN, ALICE)], false)
        .await;
    app.ims_refuses(
        "GetUser",
        &[("UserId", "299999999999999999")],
        &absent("User"),
    )
    .await;
    // The account's own key is no user's.
    for key in [app.root().id.as_str(), "LTAInobody", "no id"] {
        app.ims_refuses(
            "GetUser",
            &[("UserAccessKeyId", key)],
            &absent("User.AccessKey"),
        )
        .await;
    }
    app.end().await;
}

async fn decides_on_the_user_that_was_found(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    let own = policy("Allow", "ram:GetUser", "acs:ram:*:*:user/Alice");
    let reader = app.user("reader", &[&own]).await;
    let read = |params: Vec<(&'static str, String)>| {
        let (app, reader) = (&app, &reader);
        async move {
            let params: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
            app.ims(reader, "GetUser", &params).await
        }
    };
    let answer = read(vec![("UserAccessKeyId", alice.id.clone())]).await.ok();
    let id = answer["User"]["UserId"].as_str().unwrap().to_owned();
    read(vec![("UserId", id)]).await.ok();
    read(vec![(UPN, ALICE.to_owned())]).await.ok();
    // What is not there, or is another, is denied alike.
    for (name, value) in [
        ("UserAccessKeyId", reader.id.clone()),
        ("UserAccessKeyId", "LTAInobody".to_owned()),
        ("UserId", "299999999999999999".to_owned()),
        (UPN, BOB.to_owned()),
    ] {
        let denied = read(vec![(name, value)]).await;
        denied.refused(403, "NoPermission");
        let shown = if name == UPN { "bob" } else { "*" };
        assert_eq!(
            denied.message(),
            format!(
                "You are not authorized to do this action. Resource: \
                 acs:ram:*:1234567890123456:user/{shown} Action: ram:GetUser"
            )
        );
    }
    // Tags of the user count.
    let tagged = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*",
        "Condition":{"StringEquals":{"acs:ResourceTag/team":"blue"}}}]}"#;
    let by_tag = app.user("bytag", &[tagged]).await;
    app.ims(&by_tag, "GetUser", &[(UPN, ALICE)])
        .await
        .refused(403, "NoPermission");
    let tags = [
        ("ResourceType", "user"),
        ("ResourcePrincipalName.1", ALICE),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "blue"),
    ];
    app.ims_answer("TagResources", &tags).await;
    app.ims(&by_tag, "GetUser", &[(UPN, ALICE)]).await.ok();
    app.ram(&by_tag, "GetUser", &[("UserName", "Alice")])
        .await
        .ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "GetUser",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
