//! Attaching.

use rampart::model::catalog;
use rampart::model::quotas::Quotas;
use serde_json::json;

use super::{Subject, policies};
use crate::app::{On, Setup, TestApp};
use crate::expect::{LATER, POLICY, Permission, absent, exists, limit, refusal, together, with};

/// The tests of one operation, for its subject.
macro_rules! attach_tests {
    ($subject:expr) => {
        $crate::tests!(&$subject, [attachments::attach]: on_both: attaches, what_is_attached_counts_at_once, attaches_every_system_policy, refuses_bad_parameters, refuses_what_does_not_exist, refuses_what_is_attached_already, holds_the_quotas, needs_permission_on_both, needs_permission_on_system_policies);
        $crate::tests!(&$subject, [attachments::attach]: on_each: one_of_64_attaches, one_of_64_gets_the_last_place);
    };
}
pub(crate) use attach_tests;

async fn attached(app: &TestApp, of: &Subject) -> serde_json::Value {
    let name = [(of.parameter, of.name)];
    let listed = app.answer(&app.root(), of.list, &name).await;
    listed["Policies"]["Policy"].clone()
}

pub(crate) async fn attaches(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.minute();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "READ"),
        (of.parameter, of.upper),
        ("Surplus", "ignored"),
    ];
    assert_eq!(app.answer(&app.root(), of.attach, &params).await, json!({}));
    assert_eq!(app.xml(of.attach, of.system).await, "");
    let listed = attached(&app, of).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["PolicyName"], "Read");
    assert_eq!(listed[0]["AttachDate"], LATER);
    assert_eq!(listed[1]["PolicyName"], "AliyunRAMFullAccess");
    app.end().await;
}

pub(crate) async fn what_is_attached_counts_at_once(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let caller = of.make(&app).await;
    app.ram(&caller, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.ram(&app.root(), of.attach, of.custom).await.ok();
    app.ram(&caller, "ListRoles", &[]).await.ok();
    app.end().await;
}

pub(crate) async fn attaches_every_system_policy(on: On, of: &Subject) {
    let quotas = Quotas {
        system_policies_per_principal: 1000,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    of.make(&app).await;
    let mut known_policies = 0;
    for known in catalog::system_policies() {
        let params = with(of.system, "PolicyName", known.name.as_str());
        app.ram(&app.root(), of.attach, &params).await.ok();
        known_policies += 1;
    }
    assert_eq!(
        attached(&app, of).await.as_array().unwrap().len(),
        known_policies
    );
    app.end().await;
}

pub(crate) async fn refuses_bad_parameters(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.checks_policy_type(of.attach, of.custom).await;
    app.checks_name(of.attach, of.custom, POLICY).await;
    app.checks_name(of.attach, of.custom, of.rules).await;
    // There are no resource groups: a policy is attached for the whole account or not at all.
    let none = refusal(
        404,
        "EntityNotExists.ResourceGroup",
        "The resource group does not exist.",
    );
    let group = with(of.custom, "ResourceGroupId", "rg-1");
    app.refuses(&app.root(), of.attach, &group, &none).await;
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
        ("PolicyName", "AdministratorAccess", "Policy"),
    ] {
        app.refuses(
            &root,
            of.attach,
            &with(of.custom, name, value),
            &absent(entity),
        )
        .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, of.attach, of.custom, &absent(of.kind))
        .await;
    app.end().await;
}

pub(crate) async fn refuses_what_is_attached_already(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let root = app.root();
    of.make(&app).await;
    for params in [of.custom, of.system] {
        app.ram(&root, of.attach, params).await.ok();
        app.refuses(&root, of.attach, params, &exists(of.policy))
            .await;
    }
    app.refuses(
        &root,
        of.attach,
        &with(of.custom, "PolicyName", "rEAD"),
        &exists(of.policy),
    )
    .await;
    app.end().await;
}

pub(crate) async fn holds_the_quotas(on: On, of: &Subject) {
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
    of.make(&app).await;
    policies(&app, &["b", "c"]).await;
    // Each type has a counter of its own.
    app.ram(&root, of.attach, of.system).await.ok();
    app.ram(&root, of.attach, of.custom).await.ok();
    app.ram(&root, of.attach, &with(of.custom, "PolicyName", "b"))
        .await
        .ok();
    let full = limit(of.policy);
    app.refuses(&root, of.attach, &with(of.custom, "PolicyName", "c"), &full)
        .await;
    let system = with(of.system, "PolicyName", "AdministratorAccess");
    app.refuses(&root, of.attach, &system, &full).await;
    app.refuses(&root, of.attach, of.custom, &exists(of.policy))
        .await;
    app.ram(&root, of.detach, of.custom).await.ok();
    app.ram(&root, of.attach, &with(of.custom, "PolicyName", "c"))
        .await
        .ok();
    app.end().await;
}

pub(crate) async fn needs_permission_on_both(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    app.needs(&Permission {
        action: of.attach,
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
    app.needs(&Permission {
        action: of.attach,
        params: of.system,
        resources: &[of.resource, "system:policy/AliyunRAMFullAccess"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}

pub(crate) async fn one_of_64_attaches(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make(&app).await;
    let (app, refused) = together(app, 64, of.attach, of.custom).await;
    for reply in refused {
        reply.refused(409, &format!("EntityAlreadyExists.{}", of.policy));
    }
    app.end().await;
}

pub(crate) async fn one_of_64_gets_the_last_place(on: On, of: &Subject) {
    let quotas = Quotas {
        custom_policies_per_principal: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    of.make(&app).await;
    let names: Vec<String> = (0..64).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    policies(&app, &names).await;
    let (app, refused) = together(app, 64, of.attach, of.numbered).await;
    for reply in refused {
        reply.refused(409, &format!("LimitExceeded.{}", of.policy));
    }
    app.end().await;
}
