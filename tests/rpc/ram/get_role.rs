//! `GetRole`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::expect::{NOW, Permission, ROLE, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader")];

on_both!(
    reads_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    writes_a_refusal_in_xml,
    needs_permission,
);

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let whole = json!({"Role": {
        "RoleId": role["RoleId"],
        "RoleName": "Reader",
        "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
        "Description": "",
        "AssumeRolePolicyDocument": trust(r#"{"RAM":"*"}"#),
        "MaxSessionDuration": 3600,
        "CreateDate": NOW,
        "UpdateDate": NOW,
    }});
    app.minute();
    for name in ["Reader", "reader", "READER"] {
        let params = [("RoleName", name), ("Surplus", "ignored")];
        assert_eq!(app.answer(&app.root(), "GetRole", &params).await, whole);
    }
    let document = trust(r#"{"RAM":"*"}"#).replace('"', "&quot;");
    assert_eq!(
        app.xml("GetRole", GOOD).await,
        format!(
            "<Role><RoleId>{}</RoleId><RoleName>Reader</RoleName>\
             <Arn>acs:ram::{ACCOUNT}:role/Reader</Arn><Description></Description>\
             <AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>\
             <MaxSessionDuration>3600</MaxSessionDuration><CreateDate>{NOW}</CreateDate>\
             <UpdateDate>{NOW}</UpdateDate></Role>",
            role["RoleId"].as_str().unwrap()
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("GetRole", GOOD, ROLE).await;
    // Names of service-linked roles may hold it.
    app.refuses(
        &app.root(),
        "GetRole",
        &[("RoleName", "a_b")],
        &absent("Role"),
    )
    .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "GetRole", GOOD, &absent("Role"))
        .await;
    // Another account's role is none of this one's.
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetRole", GOOD, &absent("Role")).await;
    app.end().await;
}

async fn writes_a_refusal_in_xml(on: On) {
    let app = TestApp::start(on).await;
    let params = [("RoleName", "Reader"), ("Format", "XML")];
    let reply = app.rpc(&app.root(), Product::Ram, "GetRole", &params).await;
    let id = reply.headers["x-acs-request-id"].to_str().unwrap();
    assert_eq!(
        (reply.status.as_u16(), &reply.headers["content-type"]),
        (404, &"text/xml;charset=utf-8".parse().unwrap())
    );
    assert_eq!(
        reply.text,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><RequestId>{id}</RequestId>\
             <HostId>127.0.0.1</HostId><Code>EntityNotExist.Role</Code>\
             <Message>The role does not exist.</Message>\
             <Recommend>https://api.aliyun.com/troubleshoot?q=EntityNotExist.Role&amp;product=Ram&amp;requestId={id}\
             </Recommend></Error>"
        )
    );
    let nobody = app.user("nobody", &[]).await;
    let reply = app.rpc(&nobody, Product::Ram, "GetRole", &params).await;
    assert!(
        reply.text.contains(
            "<AccessDeniedDetail><AuthAction>ram:GetRole</AuthAction>\
             <AuthPrincipalType>SubUser</AuthPrincipalType>"
        ),
        "{}",
        reply.text
    );
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.needs(&Permission {
        action: "GetRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
