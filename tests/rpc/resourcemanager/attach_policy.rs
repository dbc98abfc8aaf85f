//! `AttachPolicy`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use super::{RM, full};
use crate::app::{ACCOUNT, On, Setup, TestApp, policy};
use crate::expect::{Permission, absent, exists, limit, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyName", "Read"),
    ("PolicyType", "Custom"),
    ("PrincipalName", "Ann@1234567890123456.onaliyun.com"),
    ("PrincipalType", "IMSUser"),
    ("ResourceGroupId", ACCOUNT),
];
const KINDS: [(&str, &str, &str); 3] = [
    ("IMSUser", "User", "ListPoliciesForUser"),
    ("IMSGroup", "Group", "ListPoliciesForGroup"),
    ("ServiceRole", "Role", "ListPoliciesForRole"),
];

on_both!(
    attaches_to_each_kind,
    knows_the_alias,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_what_is_attached_already,
    holds_the_quotas,
    needs_permission_on_policy_and_users,
    needs_permission_on_policy_and_groups,
    needs_permission_on_policy_and_roles,
    is_decided_by_whom_the_role_trusts,
);

async fn attaches_to_each_kind(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for (kind, name, list) in KINDS {
        let principal = full(kind, "aNN");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        assert_eq!(app.rm("AttachPolicy", &params).await, json!({}));
        let system = with(
            &with(&params, "PolicyType", "System"),
            "PolicyName",
            "AliyunRAMFullAccess",
        );
        assert_eq!(app.rm_xml("AttachPolicy", &system).await, "");
        let name = format!("{name}Name");
        let listed = app.answer(&app.root(), list, &[(&name, "Ann")]).await;
        let names: Vec<&str> = listed["Policies"]["Policy"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["PolicyName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Read", "AliyunRAMFullAccess"]);
    }
    app.end().await;
}

async fn knows_the_alias(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.ram(&app.root(), "SetAccountAlias", &[("AccountAlias", "acme")])
        .await
        .ok();
    app.rm(
        "AttachPolicy",
        &with(GOOD, "PrincipalName", "Ann@acme.onaliyun.com"),
    )
    .await;
    app.rm_refuses("AttachPolicy", GOOD, &exists("User.Policy"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_checks_grant("AttachPolicy", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for (kind, entity, _) in KINDS {
        let principal = full(kind, "nobody");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        app.rm_refuses("AttachPolicy", &params, &absent(entity))
            .await;
    }
    for (name, value) in [("PolicyName", "Nothing"), ("PolicyType", "System")] {
        app.rm_refuses("AttachPolicy", &with(GOOD, name, value), &absent("Policy"))
            .await;
    }
    app.end().await;
}

async fn refuses_what_is_attached_already(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for (kind, entity, _) in KINDS {
        let principal = full(kind, "Ann");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        app.rm("AttachPolicy", &params).await;
        app.rm_refuses(
            "AttachPolicy",
            &params,
            &exists(&format!("{entity}.Policy")),
        )
        .await;
    }
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let quotas = Quotas {
        custom_policies_per_principal: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    app.rm_furnish().await;
    for (kind, entity, _) in KINDS {
        let principal = full(kind, "Ann");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        app.rm("AttachPolicy", &params).await;
        let more = with(&params, "PolicyName", "Write");
        app.rm_refuses("AttachPolicy", &more, &limit(&format!("{entity}.Policy")))
            .await;
    }
    app.end().await;
}

async fn needs(on: On, kind: &str, resource: &str) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    let (ann, nobody) = (full(kind, "Ann"), full(kind, "nobody1"));
    let params = with(&with(GOOD, "PrincipalType", kind), "PrincipalName", &ann);
    let absent = with(
        &with(&params, "PrincipalName", &nobody),
        "PolicyName",
        "Nothing",
    );
    app.rm_needs(&Permission {
        action: "AttachPolicy",
        params: &params,
        resources: &["1234567890123456:policy/Read", resource],
        absent: &absent,
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_policy_and_users(on: On) {
    needs(on, "IMSUser", "acs:ims:*:1234567890123456:user/*").await;
}

async fn needs_permission_on_policy_and_groups(on: On) {
    needs(on, "IMSGroup", "acs:ims:*:1234567890123456:group/*").await;
}

async fn needs_permission_on_policy_and_roles(on: On) {
    needs(on, "ServiceRole", "1234567890123456:role/*").await;
}

async fn is_decided_by_whom_the_role_trusts(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.role("Machine", r#"{"Service":"ecs.aliyuncs.com"}"#, &[])
        .await;
    let deny = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:AttachPolicy","Resource":"*","Condition":{"StringEquals":{"ram:TrustedPrincipalTypes":"Service"}}}]}"#;
    let caller = app
        .user("caller", &[&policy("Allow", "*", "*"), deny])
        .await;
    let of = |name| {
        with(
            &with(GOOD, "PrincipalType", "ServiceRole"),
            "PrincipalName",
            name,
        )
    };
    let (ann, machine) = (full("ServiceRole", "Ann"), full("ServiceRole", "Machine"));
    app.rpc(&caller, RM, "AttachPolicy", &of(&ann)).await.ok();
    app.rpc(&caller, RM, "AttachPolicy", &of(&machine))
        .await
        .refused(403, "NoPermission");
    app.end().await;
}
