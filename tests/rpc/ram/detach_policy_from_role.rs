//! `DetachPolicyFromRole`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{POLICY, Permission, ROLE, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyType", "Custom"),
    ("PolicyName", "Read"),
    ("RoleName", "Reader"),
];
const SYSTEM: &[(&str, &str)] = &[
    ("PolicyType", "System"),
    ("PolicyName", "AliyunRAMFullAccess"),
    ("RoleName", "Reader"),
];

on_both!(
    detaches,
    what_is_detached_counts_no_more,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_what_is_not_attached,
    needs_permission_on_both,
    needs_permission_on_system_policies,
);

async fn policies(app: &TestApp) {
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn make(app: &TestApp) {
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    policies(app).await;
}

async fn detaches(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "AttachPolicyToRole", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToRole", SYSTEM).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        ("RoleName", "READER"),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&root, "DetachPolicyFromRole", &params).await,
        json!({})
    );
    let name = [("RoleName", "Reader")];
    let listed = app.answer(&root, "ListPoliciesForRole", &name).await;
    let listed = &listed["Policies"]["Policy"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["PolicyName"], "AliyunRAMFullAccess");
    assert_eq!(app.xml("DetachPolicyFromRole", SYSTEM).await, "");
    // What was detached can be attached again.
    app.ram(&root, "AttachPolicyToRole", GOOD).await.ok();
    app.end().await;
}

async fn what_is_detached_counts_no_more(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let bob = app
        .user("bob", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let caller = app.assume(&bob, "Reader", &[]).await.unwrap();
    for params in [GOOD, SYSTEM] {
        app.ram(&app.root(), "AttachPolicyToRole", params)
            .await
            .ok();
        app.ram(&caller, "ListRoles", &[]).await.ok();
        app.ram(&app.root(), "DetachPolicyFromRole", params)
            .await
            .ok();
        app.ram(&caller, "ListRoles", &[])
            .await
            .refused(403, "NoPermission");
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_policy_type("DetachPolicyFromRole", GOOD).await;
    app.checks_name("DetachPolicyFromRole", GOOD, POLICY).await;
    app.checks_name("DetachPolicyFromRole", GOOD, ROLE).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for (name, value, entity) in [
        ("RoleName", "Nothing", "Role"),
        ("PolicyName", "Nothing", "Policy"),
        ("PolicyType", "System", "Policy"),
    ] {
        app.refuses(
            &root,
            "DetachPolicyFromRole",
            &with(GOOD, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DetachPolicyFromRole", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn refuses_what_is_not_attached(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let none = absent("Role.Policy");
    app.refuses(&root, "DetachPolicyFromRole", GOOD, &none)
        .await;
    app.refuses(&root, "DetachPolicyFromRole", SYSTEM, &none)
        .await;
    app.ram(&root, "AttachPolicyToRole", GOOD).await.ok();
    app.ram(&root, "DetachPolicyFromRole", GOOD).await.ok();
    app.refuses(&root, "DetachPolicyFromRole", GOOD, &none)
        .await;
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToRole", GOOD).await.ok();
    app.needs(&Permission {
        action: "DetachPolicyFromRole",
        params: GOOD,
        resources: &[
            "1234567890123456:role/Reader",
            "1234567890123456:policy/Read",
        ],
        absent: &[
            ("PolicyType", "Custom"),
            ("PolicyName", "Nothing"),
            ("RoleName", "Nobody1"),
        ],
        absent_resources: &["1234567890123456:role/Nobody1"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToRole", SYSTEM)
        .await
        .ok();
    app.needs(&Permission {
        action: "DetachPolicyFromRole",
        params: SYSTEM,
        resources: &[
            "1234567890123456:role/Reader",
            "system:policy/AliyunRAMFullAccess",
        ],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
