//! `AddUserToGroup`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::expect::{GROUP, NOW, Permission, USER, absent, exists, limit, together, with};
use crate::{on_both, on_each};

const GOOD: &[(&str, &str)] = &[("UserName", "alice"), ("GroupName", "Devs")];

on_both!(
    adds,
    what_the_group_may_counts_at_once,
    what_is_denied_to_the_group_is_denied,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_who_is_in_it_already,
    holds_the_quota,
    needs_permission_on_both,
);
on_each!(one_of_64_joins, one_of_64_gets_the_last_place);

async fn make(app: &TestApp) -> Credentials {
    app.ram(&app.root(), "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    app.user("alice", &[]).await
}

/// A policy of the group.
async fn give(app: &TestApp, name: &str, document: &str) {
    let written = [("PolicyName", name), ("PolicyDocument", document)];
    app.ram(&app.root(), "CreatePolicy", &written).await.ok();
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", name),
        ("GroupName", "Devs"),
    ];
    app.ram(&app.root(), "AttachPolicyToGroup", &attach)
        .await
        .ok();
}

async fn adds(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.user("bob", &[]).await;
    let params = [
        ("UserName", "ALICE"),
        ("GroupName", "DEVS"),
        ("Surplus", "ignored"),
    ];
    let root = app.root();
    assert_eq!(
        app.answer(&root, "AddUserToGroup", &params).await,
        json!({})
    );
    let bob = with(GOOD, "UserName", "bob");
    assert_eq!(app.xml("AddUserToGroup", &bob).await, "");
    let listed = app
        .answer(&root, "ListUsersForGroup", &[("GroupName", "Devs")])
        .await;
    assert_eq!(
        listed["Users"]["User"],
        json!([
            {"UserName": "alice", "DisplayName": "", "JoinDate": NOW},
            {"UserName": "bob", "DisplayName": "", "JoinDate": NOW},
        ])
    );
    app.end().await;
}

async fn what_the_group_may_counts_at_once(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = make(&app).await;
    give(&app, "Read", &policy("Allow", "ram:ListRoles", "*")).await;
    let refused = app.ram(&alice, "ListRoles", &[]).await;
    refused.refused(403, "NoPermission");
    app.ram(&root, "AddUserToGroup", GOOD).await.ok();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    // What the group gets later counts too, system policies as well.
    let refused = app.ram(&alice, "ListUsers", &[]).await;
    refused.refused(403, "NoPermission");
    let system = [
        ("PolicyType", "System"),
        ("PolicyName", "AliyunRAMReadOnlyAccess"),
        ("GroupName", "Devs"),
    ];
    app.ram(&root, "AttachPolicyToGroup", &system).await.ok();
    app.ram(&alice, "ListUsers", &[]).await.ok();
    // A new default version of what it has.
    let version = [
        ("PolicyName", "Read"),
        (
            "PolicyDocument",
            &policy("Allow", "ram:CreateUser", "acs:ram:*:*:user/*"),
        ),
        ("SetAsDefault", "true"),
    ];
    app.ram(&root, "CreatePolicyVersion", &version).await.ok();
    app.ram(&alice, "CreateUser", &[("UserName", "made")])
        .await
        .ok();
    app.end().await;
}

async fn what_is_denied_to_the_group_is_denied(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let list = policy("Allow", "ram:List*", "*");
    let bob = app.user("bob", &[&list]).await;
    give(&app, "NoRoles", &policy("Deny", "ram:ListRoles", "*")).await;
    app.ram(&bob, "ListRoles", &[]).await.ok();
    app.ram(&root, "AddUserToGroup", &with(GOOD, "UserName", "bob"))
        .await
        .ok();
    app.ram(&bob, "ListUsers", &[]).await.ok();
    let denied = app.ram(&bob, "ListRoles", &[]).await;
    denied.refused(403, "NoPermission");
    // And the account is told whose policy it was.
    let message = denied.json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"].clone();
    let decode = [("EncodedDiagnosticMessage", message.as_str().unwrap())];
    let told = app.answer(&root, "DecodeDiagnosticMessage", &decode).await;
    let matched = &told["DecodedDiagnosticMessage"]["MatchedPolicies"][0];
    assert_eq!(matched["AttachedEntityType"], "Group", "{told}");
    assert_eq!(matched["PolicyIdentifier"], "NoRoles", "{told}");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name("AddUserToGroup", GOOD, USER).await;
    app.checks_name("AddUserToGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for (name, entity) in [("UserName", "User"), ("GroupName", "Group")] {
        let params = with(GOOD, name, "Nothing");
        app.refuses(&root, "AddUserToGroup", &params, &absent(entity))
            .await;
    }
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "AddUserToGroup", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_who_is_in_it_already(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "AddUserToGroup", GOOD).await.ok();
    for params in [GOOD, &[("UserName", "Alice"), ("GroupName", "dEVS")]] {
        app.refuses(&root, "AddUserToGroup", params, &exists("User.Group"))
            .await;
    }
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        groups_per_user: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    make(&app).await;
    for name in ["b", "c"] {
        app.ram(&root, "CreateGroup", &[("GroupName", name)])
            .await
            .ok();
    }
    let (b, c) = (with(GOOD, "GroupName", "b"), with(GOOD, "GroupName", "c"));
    app.ram(&root, "AddUserToGroup", GOOD).await.ok();
    app.ram(&root, "AddUserToGroup", &b).await.ok();
    app.refuses(&root, "AddUserToGroup", &c, &limit("User.Group"))
        .await;
    app.refuses(&root, "AddUserToGroup", &b, &exists("User.Group"))
        .await;
    app.ram(&root, "RemoveUserFromGroup", GOOD).await.ok();
    app.ram(&root, "AddUserToGroup", &c).await.ok();
    app.end().await;
}

async fn needs_permission_on_both(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "AddUserToGroup",
        params: GOOD,
        resources: &["1234567890123456:user/alice", "1234567890123456:group/Devs"],
        absent: &[("UserName", "Nobody1"), ("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}

async fn one_of_64_joins(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let (app, refused) = together(app, 64, "AddUserToGroup", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.User.Group");
    }
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        groups_per_user: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    make(&app).await;
    for number in 0..64 {
        let name = format!("g{number}");
        app.ram(&app.root(), "CreateGroup", &[("GroupName", &name)])
            .await
            .ok();
    }
    let params = &[("UserName", "alice"), ("GroupName", "g#")];
    let (app, refused) = together(app, 64, "AddUserToGroup", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.User.Group");
    }
    app.end().await;
}
