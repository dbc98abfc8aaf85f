//! `UpdatePolicyDescription`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, missing, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("NewDescription", "new")];

on_both!(
    changes_the_description_alone,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn make(app: &TestApp) {
    let document = policy("Allow", "ram:ListRoles", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
        ("Description", "old"),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn changes_the_description_alone(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let alice = app.user("alice", &[]).await;
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("UserName", "alice"),
    ];
    app.ram(&root, "AttachPolicyToUser", &attach).await.ok();
    let version = [
        ("PolicyName", "Read"),
        ("PolicyDocument", &policy("Allow", "ram:ListUsers", "*")),
        ("SetAsDefault", "true"),
    ];
    app.ram(&root, "CreatePolicyVersion", &version).await.ok();
    app.minute();
    let description = "文".repeat(1024);
    let params = [
        ("PolicyName", "READ"),
        ("NewDescription", description.as_str()),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&root, "UpdatePolicyDescription", &params).await,
        json!({"Policy": {
            "PolicyName": "Read", "PolicyType": "Custom", "Description": description,
            "DefaultVersion": "v2", "CreateDate": NOW, "UpdateDate": LATER,
        }})
    );
    let read = [("PolicyName", "Read"), ("PolicyType", "Custom")];
    let read = app.answer(&root, "GetPolicy", &read).await;
    assert_eq!(read["Policy"]["Description"], description);
    assert_eq!(read["Policy"]["AttachmentCount"], 1);
    app.ram(&alice, "ListUsers", &[]).await.ok();
    let refused = app.ram(&alice, "ListRoles", &[]).await;
    refused.refused(403, "NoPermission");
    assert_eq!(
        app.xml("UpdatePolicyDescription", GOOD).await,
        format!(
            "<Policy><PolicyName>Read</PolicyName><PolicyType>Custom</PolicyType>\
             <Description>new</Description><DefaultVersion>v2</DefaultVersion>\
             <CreateDate>{NOW}</CreateDate><UpdateDate>{LATER}</UpdateDate></Policy>"
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.checks_name("UpdatePolicyDescription", GOOD, POLICY)
        .await;
    app.checks_text("UpdatePolicyDescription", GOOD, "NewDescription", 1024)
        .await;
    let name = "NewDescription";
    for params in [without(GOOD, name), with(GOOD, name, "")] {
        app.refuses(&root, "UpdatePolicyDescription", &params, &missing(name))
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let system = with(GOOD, "PolicyName", "AdministratorAccess");
    for params in [GOOD, &system] {
        app.refuses(&root, "UpdatePolicyDescription", params, &absent("Policy"))
            .await;
    }
    make(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "UpdatePolicyDescription", GOOD, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "UpdatePolicyDescription",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("NewDescription", "new")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
