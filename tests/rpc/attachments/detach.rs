//! Detaching.

use serde_json::json;

use super::Subject;
use crate::app::{On, TestApp};
use crate::expect::{POLICY, Permission, absent, refusal, with};

/// The tests of one operation, for its subject.
macro_rules! detach_tests {
    ($subject:expr) => {
        $crate::tests!(&$subject, [attachments::detach]: on_both: detaches, what_is_detached_counts_no_more, refuses_bad_parameters, refuses_what_does_not_exist, refuses_what_is_not_attached, needs_permission_on_both, needs_permission_on_system_policies);
    };
}
pub(crate) use detach_tests;

pub(crate) async fn detaches(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let root = app.root();
    of.make(&app).await;
    app.ram(&root, of.attach, of.custom).await.ok();
    app.ram(&root, of.attach, of.system).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        (of.parameter, of.upper),
        ("Surplus", "ignored"),
    ];
    assert_eq!(app.answer(&root, of.detach, &params).await, json!({}));
    let name = [(of.parameter, of.name)];
    let listed = app.answer(&root, of.list, &name).await;
    let listed = &listed["Policies"]["Policy"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["PolicyName"], "AliyunRAMFullAccess");
    assert_eq!(app.xml(of.detach, of.system).await, "");
    // What was detached can be attached again.
    app.ram(&root, of.attach, of.custom).await.ok();
    app.end().await;
}

pub(crate) async fn what_is_detached_counts_no_more(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let caller = of.make(&app).await;
    for params in [of.custom, of.system] {
        app.ram(&app.root(), of.attach, params).await.ok();
        app.ram(&caller, "ListRoles", &[]).await.ok();
        app.ram(&app.root(), of.detach, params).await.ok();
        app.ram(&caller, "ListRoles", &[])
            .await
            .refused(403, "NoPermission");
    }
    app.end().await;
}

pub(crate) async fn refuses_bad_parameters(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.checks_policy_type(of.detach, of.custom).await;
    app.checks_name(of.detach, of.custom, POLICY).await;
    app.checks_name(of.detach, of.custom, of.rules).await;
    // There are no resource groups: a policy is attached for the whole account or not at all.
    let none = refusal(
        404,
        "EntityNotExists.ResourceGroup",
        "The resource group does not exist.",
    );
    let group = with(of.custom, "ResourceGroupId", "rg-1");
    app.refuses(&app.root(), of.detach, &group, &none).await;
    app.end().await;
}

pub(crate) async fn refuses_what_does_not_exist(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let root = app.root();
    of.make(&app).await;
    for (name, value, entity) in [
        (of.parameter, "Nothing", of.kind),
        ("PolicyName", "Nothing", "Policy"),
        ("PolicyType", "System", "Policy"),
    ] {
        app.refuses(
            &root,
            of.detach,
            &with(of.custom, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, of.detach, of.custom, &absent(of.kind))
        .await;
    app.end().await;
}

pub(crate) async fn refuses_what_is_not_attached(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let root = app.root();
    of.make(&app).await;
    let none = absent(of.policy);
    app.refuses(&root, of.detach, of.custom, &none).await;
    app.refuses(&root, of.detach, of.system, &none).await;
    app.ram(&root, of.attach, of.custom).await.ok();
    app.ram(&root, of.detach, of.custom).await.ok();
    app.refuses(&root, of.detach, of.custom, &none).await;
    app.end().await;
}

pub(crate) async fn needs_permission_on_both(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.ram(&app.root(), of.attach, of.custom).await.ok();
    app.needs(&Permission {
        action: of.detach,
        params: of.custom,
        resources: &[of.resource, "1234567890123456:policy/Read"],
        absent: &[
            ("PolicyType", "Custom"),
            ("PolicyName", "Nothing"),
            (of.parameter, "Nobody1"),
        ],
        absent_resources: &[of.nobody],
    })
    .await;
    app.end().await;
}

pub(crate) async fn needs_permission_on_system_policies(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.ram(&app.root(), of.attach, of.system).await.ok();
    app.needs(&Permission {
        action: of.detach,
        params: of.system,
        resources: &[of.resource, "system:policy/AliyunRAMFullAccess"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
