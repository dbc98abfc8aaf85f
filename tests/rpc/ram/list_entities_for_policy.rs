//! `ListEntitiesForPolicy`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, policy, trust};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyType", "Custom"), ("PolicyName", "Read")];
const SYSTEM: &[(&str, &str)] = &[
    ("PolicyType", "System"),
    ("PolicyName", "AliyunRAMFullAccess"),
];

on_both!(
    lists_every_member,
    lists_system_policies,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
    needs_permission_on_system_policies,
);

async fn make(app: &TestApp) {
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let none = json!({"Groups": {"Group": []}, "Users": {"User": []}, "Roles": {"Role": []}});
    assert_eq!(app.answer(&root, "ListEntitiesForPolicy", GOOD).await, none);
    assert_eq!(
        app.xml("ListEntitiesForPolicy", GOOD).await,
        "<Groups></Groups><Users></Users><Roles></Roles>"
    );
    let user = [
        ("UserName", "Alice"),
        ("DisplayName", "爱丽丝"),
        ("Comments", "not shown"),
    ];
    let user = app.answer(&root, "CreateUser", &user).await["User"]["UserId"].clone();
    app.user("bob", &[]).await;
    let group = [("GroupName", "Devs"), ("Comments", "爱")];
    app.ram(&root, "CreateGroup", &group).await.ok();
    let role = [
        ("RoleName", "Reader"),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
        ("Description", "reads"),
    ];
    let role = app.answer(&root, "CreateRole", &role).await["Role"]["RoleId"].clone();
    let to_user = [GOOD, &[("UserName", "alice")]].concat();
    app.ram(&root, "AttachPolicyToUser", &to_user).await.ok();
    let to_group = [GOOD, &[("GroupName", "devs")]].concat();
    app.ram(&root, "AttachPolicyToGroup", &to_group).await.ok();
    app.minute();
    let to_role = [GOOD, &[("RoleName", "reader")]].concat();
    app.ram(&root, "AttachPolicyToRole", &to_role).await.ok();
    for name in ["Read", "READ"] {
        let params = [&with(GOOD, "PolicyName", name)[..], &[("Surplus", "x")]].concat();
        assert_eq!(
            app.answer(&root, "ListEntitiesForPolicy", &params).await,
            json!({
                "Groups": {"Group": [{
                    "GroupName": "Devs", "Comments": "爱", "AttachDate": NOW,
                }]},
                "Users": {"User": [{
                    "UserId": user, "UserName": "Alice", "DisplayName": "爱丽丝",
                    "AttachDate": NOW,
                }]},
                "Roles": {"Role": [{
                    "RoleId": role, "RoleName": "Reader", "Description": "reads",
                    "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"), "AttachDate": LATER,
                }]},
            })
        );
    }
    assert_eq!(
        app.xml("ListEntitiesForPolicy", GOOD).await,
        format!(
            "<Groups><Group><GroupName>Devs</GroupName><Comments>爱</Comments>\
             <AttachDate>{NOW}</AttachDate></Group></Groups><Users><User><UserId>{}</UserId><UserName>Alice</UserName>\
             <DisplayName>爱丽丝</DisplayName><AttachDate>{NOW}</AttachDate></User></Users>\
             <Roles><Role><RoleId>{}</RoleId><RoleName>Reader</RoleName>\
             <Arn>acs:ram::{ACCOUNT}:role/Reader</Arn><Description>reads</Description>\
             <AttachDate>{LATER}</AttachDate></Role></Roles>",
            user.as_str().unwrap(),
            role.as_str().unwrap()
        )
    );
    app.end().await;
}

async fn lists_system_policies(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for name in ["b", "A", "c"] {
        app.ram(&root, "CreateUser", &[("UserName", name)])
            .await
            .ok();
        let attach = [SYSTEM, &[("UserName", name)]].concat();
        app.ram(&root, "AttachPolicyToUser", &attach).await.ok();
    }
    let listed = app.answer(&root, "ListEntitiesForPolicy", SYSTEM).await;
    let names: Vec<&str> = listed["Users"]["User"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["UserName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["A", "b", "c"]);
    // Of another account's users nothing is told.
    let other = app.add_account("1000000000000002").await;
    let listed = app.answer(&other, "ListEntitiesForPolicy", SYSTEM).await;
    assert_eq!(listed["Users"], json!({"User": []}));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("ListEntitiesForPolicy", GOOD, POLICY).await;
    app.checks_policy_type("ListEntitiesForPolicy", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "ListEntitiesForPolicy", GOOD, &absent("Policy"))
        .await;
    make(&app).await;
    let system = with(GOOD, "PolicyType", "System");
    app.refuses(&root, "ListEntitiesForPolicy", &system, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "ListEntitiesForPolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyType", "Custom"), ("PolicyName", "Nothing")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListEntitiesForPolicy",
        params: SYSTEM,
        resources: &["system:policy/AliyunRAMFullAccess"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
