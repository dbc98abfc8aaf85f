//! `UpdateRole`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::expect::{LATER, NOW, Permission, ROLE, absent, bad_type, refusal, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "Reader"), ("NewDescription", "new")];

on_both!(
    changes_everything,
    leaves_what_is_not_sent,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn changes_everything(on: On) {
    let app = TestApp::start(on).await;
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.minute();
    let document = format!("\r\n {} \t", trust(r#"{"Service":"ecs.aliyuncs.com"}"#));
    let description = "文".repeat(1024);
    let params = [
        ("RoleName", "READER"),
        ("NewAssumeRolePolicyDocument", document.as_str()),
        ("NewDescription", &description),
        ("NewMaxSessionDuration", "43200"),
        ("Description", "ignored"),
    ];
    let updated = app.answer(&app.root(), "UpdateRole", &params).await;
    let whole = json!({"Role": {
        "RoleId": role["RoleId"],
        "RoleName": "Reader",
        "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
        "Description": description,
        "AssumeRolePolicyDocument": document,
        "MaxSessionDuration": 43200,
        "CreateDate": NOW,
        "UpdateDate": LATER,
    }});
    assert_eq!(updated, whole);
    let read = app
        .answer(&app.root(), "GetRole", &[("RoleName", "Reader")])
        .await;
    assert_eq!(read, whole);
    app.end().await;
}

async fn leaves_what_is_not_sent(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let made = [
        ("RoleName", "Reader"),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
        ("Description", "old"),
        ("MaxSessionDuration", "7200"),
        ("Tag.1.Key", "k"),
    ];
    app.ram(&root, "CreateRole", &made).await.ok();
    let before = app.answer(&root, "GetRole", &made[..1]).await;
    app.minute();
    // Empty text counts as absent.
    let empty = [
        ("RoleName", "Reader"),
        ("NewAssumeRolePolicyDocument", ""),
        ("NewDescription", ""),
        ("NewMaxSessionDuration", ""),
    ];
    for params in [&empty[..1], &empty[..]] {
        let mut after = app.answer(&root, "UpdateRole", params).await;
        assert_eq!(after["Role"]["UpdateDate"], LATER);
        after["Role"]["UpdateDate"] = NOW.into();
        assert_eq!(after, before);
    }
    let listed = app.answer(&root, "ListRoles", &[]).await;
    let tags = json!({"Tag": [{"TagKey": "k", "TagValue": ""}]});
    assert_eq!(listed["Roles"]["Role"][0]["Tags"], tags);
    let xml = app
        .xml("UpdateRole", &with(GOOD, "NewDescription", "a<b"))
        .await;
    assert!(xml.contains("<Description>a&lt;b</Description>"), "{xml}");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.checks_name("UpdateRole", GOOD, ROLE).await;
    app.checks_document("UpdateRole", GOOD, "NewAssumeRolePolicyDocument")
        .await;
    app.checks_text("UpdateRole", GOOD, "NewDescription", 1024)
        .await;
    let range = refusal(
        400,
        "InvalidParameter.MaxSessionDuration",
        "The parameter - \"MaxSessionDuration\" MUST be in the range of 3600 and 43200.",
    );
    let name = "NewMaxSessionDuration";
    for (seconds, expected) in [
        ("3599", range.clone()),
        ("43201", range),
        ("an hour", bad_type(name)),
    ] {
        app.refuses(
            &app.root(),
            "UpdateRole",
            &with(GOOD, name, seconds),
            &expected,
        )
        .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "UpdateRole", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.needs(&Permission {
        action: "UpdateRole",
        params: GOOD,
        resources: &["1234567890123456:role/Reader"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
