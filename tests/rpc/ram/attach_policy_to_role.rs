//! `AttachPolicyToRole`.

use rampart::model::catalog;
use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{On, Setup, TestApp, policy};
use crate::expect::{LATER, POLICY, Permission, ROLE, absent, exists, limit, together, with};
use crate::{on_both, on_each};

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
    attaches,
    what_is_attached_counts_at_once,
    attaches_every_system_policy,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_what_is_attached_already,
    holds_the_quotas,
    needs_permission_on_both,
    needs_permission_on_system_policies,
);
on_each!(one_of_64_attaches, one_of_64_gets_the_last_place);

/// Custom policies of these names.
async fn policies(app: &TestApp, names: &[&str]) {
    let document = policy("Allow", "ram:List*", "*");
    for name in names {
        let params = [("PolicyName", *name), ("PolicyDocument", document.as_str())];
        app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    }
}

async fn make(app: &TestApp) {
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    policies(app, &["Read"]).await;
}

async fn attached(app: &TestApp) -> serde_json::Value {
    let name = [("RoleName", "Reader")];
    let listed = app.answer(&app.root(), "ListPoliciesForRole", &name).await;
    listed["Policies"]["Policy"].clone()
}

async fn attaches(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.minute();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        ("RoleName", "READER"),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&app.root(), "AttachPolicyToRole", &params).await,
        json!({})
    );
    assert_eq!(app.xml("AttachPolicyToRole", SYSTEM).await, "");
    let listed = attached(&app).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["PolicyName"], "Read");
    assert_eq!(listed[0]["AttachDate"], LATER);
    assert_eq!(listed[1]["PolicyName"], "AliyunRAMFullAccess");
    app.end().await;
}

async fn what_is_attached_counts_at_once(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let bob = app
        .user("bob", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let caller = app.assume(&bob, "Reader", &[]).await.unwrap();
    app.ram(&caller, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.ram(&app.root(), "AttachPolicyToRole", GOOD).await.ok();
    app.ram(&caller, "ListRoles", &[]).await.ok();
    app.end().await;
}

async fn attaches_every_system_policy(on: On) {
    let quotas = Quotas {
        system_policies_per_principal: 100,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    make(&app).await;
    let mut known_policies = 0;
    for known in catalog::system_policies() {
        let params = with(SYSTEM, "PolicyName", known.name.as_str());
        app.ram(&app.root(), "AttachPolicyToRole", &params)
            .await
            .ok();
        known_policies += 1;
    }
    assert_eq!(
        attached(&app).await.as_array().unwrap().len(),
        known_policies
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_policy_type("AttachPolicyToRole", GOOD).await;
    app.checks_name("AttachPolicyToRole", GOOD, POLICY).await;
    app.checks_name("AttachPolicyToRole", GOOD, ROLE).await;
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
        ("PolicyName", "AdministratorAccess", "Policy"),
    ] {
        app.refuses(
            &root,
            "AttachPolicyToRole",
            &with(GOOD, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "AttachPolicyToRole", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn refuses_what_is_attached_already(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for params in [GOOD, SYSTEM] {
        app.ram(&root, "AttachPolicyToRole", params).await.ok();
        app.refuses(&root, "AttachPolicyToRole", params, &exists("Role.Policy"))
            .await;
    }
    app.refuses(
        &root,
        "AttachPolicyToRole",
        &with(GOOD, "PolicyName", "rEAD"),
        &exists("Role.Policy"),
    )
    .await;
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let quotas = Quotas {
        custom_policies_per_principal: 2,
        system_policies_per_principal: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    make(&app).await;
    policies(&app, &["b", "c"]).await;
    // Each type has a counter of its own.
    app.ram(&root, "AttachPolicyToRole", SYSTEM).await.ok();
    app.ram(&root, "AttachPolicyToRole", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToRole", &with(GOOD, "PolicyName", "b"))
        .await
        .ok();
    let full = limit("Role.Policy");
    app.refuses(
        &root,
        "AttachPolicyToRole",
        &with(GOOD, "PolicyName", "c"),
        &full,
    )
    .await;
    let system = with(SYSTEM, "PolicyName", "AdministratorAccess");
    app.refuses(&root, "AttachPolicyToRole", &system, &full)
        .await;
    app.refuses(&root, "AttachPolicyToRole", GOOD, &exists("Role.Policy"))
        .await;
    app.ram(&root, "DetachPolicyFromRole", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToRole", &with(GOOD, "PolicyName", "c"))
        .await
        .ok();
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "AttachPolicyToRole",
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
    app.needs(&Permission {
        action: "AttachPolicyToRole",
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

async fn one_of_64_attaches(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let (app, refused) = together(app, 64, "AttachPolicyToRole", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.Role.Policy");
    }
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        custom_policies_per_principal: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    make(&app).await;
    let names: Vec<String> = (0..64).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    policies(&app, &names).await;
    let params = &[
        ("PolicyType", "Custom"),
        ("PolicyName", "p#"),
        ("RoleName", "Reader"),
    ];
    let (app, refused) = together(app, 64, "AttachPolicyToRole", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Role.Policy");
    }
    app.end().await;
}
