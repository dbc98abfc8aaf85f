//! `AttachPolicyToGroup`.

use rampart::model::catalog;
use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::expect::{GROUP, LATER, POLICY, Permission, absent, exists, limit, together, with};
use crate::{on_both, on_each};

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

/// Custom policies of these names.
async fn policies(app: &TestApp, names: &[&str]) {
    let document = policy("Allow", "ram:List*", "*");
    for name in names {
        let params = [("PolicyName", *name), ("PolicyDocument", document.as_str())];
        app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    }
}

async fn make(app: &TestApp) {
    member(app).await;
    policies(app, &["Read"]).await;
}

async fn attached(app: &TestApp) -> serde_json::Value {
    let name = [("GroupName", "Devs")];
    let listed = app.answer(&app.root(), "ListPoliciesForGroup", &name).await;
    listed["Policies"]["Policy"].clone()
}

async fn attaches(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.minute();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        ("GroupName", "DEVS"),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&app.root(), "AttachPolicyToGroup", &params)
            .await,
        json!({})
    );
    assert_eq!(app.xml("AttachPolicyToGroup", SYSTEM).await, "");
    let listed = attached(&app).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["PolicyName"], "Read");
    assert_eq!(listed[0]["AttachDate"], LATER);
    assert_eq!(listed[1]["PolicyName"], "AliyunRAMFullAccess");
    app.end().await;
}

async fn what_is_attached_counts_at_once(on: On) {
    let app = TestApp::start(on).await;
    let caller = member(&app).await;
    policies(&app, &["Read"]).await;
    app.ram(&caller, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.ram(&app.root(), "AttachPolicyToGroup", GOOD).await.ok();
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
        app.ram(&app.root(), "AttachPolicyToGroup", &params)
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
    app.checks_policy_type("AttachPolicyToGroup", GOOD).await;
    app.checks_name("AttachPolicyToGroup", GOOD, POLICY).await;
    app.checks_name("AttachPolicyToGroup", GOOD, GROUP).await;
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
        ("PolicyName", "AdministratorAccess", "Policy"),
    ] {
        app.refuses(
            &root,
            "AttachPolicyToGroup",
            &with(GOOD, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "AttachPolicyToGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn refuses_what_is_attached_already(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for params in [GOOD, SYSTEM] {
        app.ram(&root, "AttachPolicyToGroup", params).await.ok();
        app.refuses(
            &root,
            "AttachPolicyToGroup",
            params,
            &exists("Group.Policy"),
        )
        .await;
    }
    app.refuses(
        &root,
        "AttachPolicyToGroup",
        &with(GOOD, "PolicyName", "rEAD"),
        &exists("Group.Policy"),
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
    app.ram(&root, "AttachPolicyToGroup", SYSTEM).await.ok();
    app.ram(&root, "AttachPolicyToGroup", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToGroup", &with(GOOD, "PolicyName", "b"))
        .await
        .ok();
    let full = limit("Group.Policy");
    app.refuses(
        &root,
        "AttachPolicyToGroup",
        &with(GOOD, "PolicyName", "c"),
        &full,
    )
    .await;
    let system = with(SYSTEM, "PolicyName", "AdministratorAccess");
    app.refuses(&root, "AttachPolicyToGroup", &system, &full)
        .await;
    app.refuses(&root, "AttachPolicyToGroup", GOOD, &exists("Group.Policy"))
        .await;
    app.ram(&root, "DetachPolicyFromGroup", GOOD).await.ok();
    app.ram(&root, "AttachPolicyToGroup", &with(GOOD, "PolicyName", "c"))
        .await
        .ok();
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "AttachPolicyToGroup",
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
    app.needs(&Permission {
        action: "AttachPolicyToGroup",
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

async fn one_of_64_attaches(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let (app, refused) = together(app, 64, "AttachPolicyToGroup", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.Group.Policy");
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
        ("GroupName", "Devs"),
    ];
    let (app, refused) = together(app, 64, "AttachPolicyToGroup", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Group.Policy");
    }
    app.end().await;
}
