//! `DetachPolicyFromUser`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{POLICY, Permission, USER, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyType", "Custom"),
    ("PolicyName", "Read"),
    ("UserName", "alice"),
];
const SYSTEM: &[(&str, &str)] = &[
    ("PolicyType", "System"),
    ("PolicyName", "AliyunRAMFullAccess"),
    ("UserName", "alice"),
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
    app.user("alice", &[]).await;
    policies(app).await;
}

async fn detaches(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "AttachPolicyToUser", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToUser", SYSTEM).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        ("UserName", "ALICE"),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&root, "DetachPolicyFromUser", &params).await,
        json!({})
    );
    let name = [("UserName", "alice")];
    let listed = app.answer(&root, "ListPoliciesForUser", &name).await;
    let listed = &listed["Policies"]["Policy"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["PolicyName"], "AliyunRAMFullAccess");
    assert_eq!(app.xml("DetachPolicyFromUser", SYSTEM).await, "");
    // What was detached can be attached again.
    app.ram(&root, "AttachPolicyToUser", GOOD).await.ok();
    app.end().await;
}

async fn what_is_detached_counts_no_more(on: On) {
    let app = TestApp::start(on).await;
    let caller = app.user("alice", &[]).await;
    policies(&app).await;
    for params in [GOOD, SYSTEM] {
        app.ram(&app.root(), "AttachPolicyToUser", params)
            .await
            .ok();
        app.ram(&caller, "ListRoles", &[]).await.ok();
        app.ram(&app.root(), "DetachPolicyFromUser", params)
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
    app.checks_policy_type("DetachPolicyFromUser", GOOD).await;
    app.checks_name("DetachPolicyFromUser", GOOD, POLICY).await;
    app.checks_name("DetachPolicyFromUser", GOOD, USER).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for (name, value, entity) in [
        ("UserName", "Nothing", "User"),
        ("PolicyName", "Nothing", "Policy"),
        ("PolicyType", "System", "Policy"),
    ] {
        app.refuses(
            &root,
            "DetachPolicyFromUser",
            &with(GOOD, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DetachPolicyFromUser", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_what_is_not_attached(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let none = absent("User.Policy");
    app.refuses(&root, "DetachPolicyFromUser", GOOD, &none)
        .await;
    app.refuses(&root, "DetachPolicyFromUser", SYSTEM, &none)
        .await;
    app.ram(&root, "AttachPolicyToUser", GOOD).await.ok();
    app.ram(&root, "DetachPolicyFromUser", GOOD).await.ok();
    app.refuses(&root, "DetachPolicyFromUser", GOOD, &none)
        .await;
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToUser", GOOD).await.ok();
    app.needs(&Permission {
        action: "DetachPolicyFromUser",
        params: GOOD,
        resources: &[
            "1234567890123456:user/alice",
            "1234567890123456:policy/Read",
        ],
        absent: &[
            ("PolicyType", "Custom"),
            ("PolicyName", "Nothing"),
            ("UserName", "Nobody1"),
        ],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToUser", SYSTEM)
        .await
        .ok();
    app.needs(&Permission {
        action: "DetachPolicyFromUser",
        params: SYSTEM,
        resources: &[
            "1234567890123456:user/alice",
            "system:policy/AliyunRAMFullAccess",
        ],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
