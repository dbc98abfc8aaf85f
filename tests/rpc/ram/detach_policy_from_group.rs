//! `DetachPolicyFromGroup`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{GROUP, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyType", "Custom"),
    ("PolicyName", "Read"),
    ("GroupName", "Devs"),
];
const SYSTEM: &[(&str, &str)] = &[
    ("PolicyType", "System"),
    ("PolicyName", "AliyunRAMFullAccess"),
    ("GroupName", "Devs"),
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

/// The group, and a user in it.
async fn member(app: &TestApp) -> Credentials {
    let root = app.root();
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let caller = app.user("alice", &[]).await;
    let join = [("UserName", "alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &join).await.ok();
    caller
}

async fn policies(app: &TestApp) {
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn make(app: &TestApp) {
    member(app).await;
    policies(app).await;
}

async fn detaches(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "AttachPolicyToGroup", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToGroup", SYSTEM).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        ("GroupName", "DEVS"),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&root, "DetachPolicyFromGroup", &params).await,
        json!({})
    );
    let name = [("GroupName", "Devs")];
    let listed = app.answer(&root, "ListPoliciesForGroup", &name).await;
    let listed = &listed["Policies"]["Policy"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["PolicyName"], "AliyunRAMFullAccess");
    assert_eq!(app.xml("DetachPolicyFromGroup", SYSTEM).await, "");
    // What was detached can be attached again.
    app.ram(&root, "AttachPolicyToGroup", GOOD).await.ok();
    app.end().await;
}

async fn what_is_detached_counts_no_more(on: On) {
    let app = TestApp::start(on).await;
    let caller = member(&app).await;
    policies(&app).await;
    for params in [GOOD, SYSTEM] {
        app.ram(&app.root(), "AttachPolicyToGroup", params)
            .await
            .ok();
        app.ram(&caller, "ListRoles", &[]).await.ok();
        app.ram(&app.root(), "DetachPolicyFromGroup", params)
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
    app.checks_policy_type("DetachPolicyFromGroup", GOOD).await;
    app.checks_name("DetachPolicyFromGroup", GOOD, POLICY).await;
    app.checks_name("DetachPolicyFromGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for (name, value, entity) in [
        ("GroupName", "Nothing", "Group"),
        ("PolicyName", "Nothing", "Policy"),
        ("PolicyType", "System", "Policy"),
    ] {
        app.refuses(
            &root,
            "DetachPolicyFromGroup",
            &with(GOOD, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "DetachPolicyFromGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn refuses_what_is_not_attached(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let none = absent("Group.Policy");
    app.refuses(&root, "DetachPolicyFromGroup", GOOD, &none)
        .await;
    app.refuses(&root, "DetachPolicyFromGroup", SYSTEM, &none)
        .await;
    app.ram(&root, "AttachPolicyToGroup", GOOD).await.ok();
    app.ram(&root, "DetachPolicyFromGroup", GOOD).await.ok();
    app.refuses(&root, "DetachPolicyFromGroup", GOOD, &none)
        .await;
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToGroup", GOOD).await.ok();
    app.needs(&Permission {
        action: "DetachPolicyFromGroup",
        params: GOOD,
        resources: &[
            "1234567890123456:group/Devs",
            "1234567890123456:policy/Read",
        ],
        absent: &[
            ("PolicyType", "Custom"),
            ("PolicyName", "Nothing"),
            ("GroupName", "Nothing1"),
        ],
        absent_resources: &["1234567890123456:group/Nothing1"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.ram(&app.root(), "AttachPolicyToGroup", SYSTEM)
        .await
        .ok();
    app.needs(&Permission {
        action: "DetachPolicyFromGroup",
        params: SYSTEM,
        resources: &[
            "1234567890123456:group/Devs",
            "system:policy/AliyunRAMFullAccess",
        ],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
