//! Who may take a role within one account: both sides are asked, and either can forbid.

use serde_json::Value;

use super::{ARN, GOOD, IDENTITY, TEXT, TRUST, denied, refuses, taker};
use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, root_of, trust};
use crate::expect::refusal;
use crate::on_both;

on_both!(
    both_sides_must_allow,
    principals_are_matched,
    the_callers_side_is_asked_on_the_role,
    a_system_policy_gives_the_callers_half,
    root_may_not,
    a_missing_role_is_told_to_those_who_may,
    a_deny_names_the_caller,
);

const SECOND: &str = r#""Effect":"Deny","Action":"sts:AssumeRole","Principal":"#;

/// A trust policy that lets everyone but one.
fn all_but(principal: &str) -> String {
    trust(r#"{"RAM":"*"}"#).replace(
        r#"{"RAM":"*"}}]"#,
        &format!(r#"{{"RAM":"*"}}}},{{{SECOND}{principal}}}]"#),
    )
}

async fn make(app: &TestApp, name: &str, document: &str) {
    let params = [("RoleName", name), ("AssumeRolePolicyDocument", document)];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
}

async fn both_sides_must_allow(on: On) {
    let app = TestApp::start(on).await;
    let user = |name: &str| format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:user/{name}"}}"#);
    make(&app, "allows", &trust(r#"{"RAM":"*"}"#)).await;
    make(&app, "silent", &trust(&user("somebody"))).await;
    make(&app, "forbids", &all_but(r#"{"RAM":"*"}"#)).await;
    let allow = policy("Allow", "sts:AssumeRole", "*");
    let deny = policy("Deny", "sts:AssumeRole", "*");
    let allows = app.user("allows", &[&allow]).await;
    let silent = app.user("silent", &[&policy("Allow", "ram:*", "*")]).await;
    let forbids = app.user("forbids", &[&allow, &deny]).await;

    app.assume(&allows, "allows", &[]).await.unwrap();
    let cases: [(&Credentials, &str, [&str; 2]); 8] = [
        (&allows, "silent", ["Implicit", TRUST]),
        (&allows, "forbids", ["Explicit", TRUST]),
        (&silent, "allows", ["Implicit", IDENTITY]),
        (&silent, "silent", ["Implicit", IDENTITY]),
        // One without permission learns nothing of the role, not even what its trust forbids.
        (&silent, "forbids", ["Implicit", IDENTITY]),
        (&forbids, "allows", ["Explicit", IDENTITY]),
        (&forbids, "silent", ["Explicit", IDENTITY]),
        (&forbids, "forbids", ["Explicit", IDENTITY]),
    ];
    for (caller, role, [kind, by]) in cases {
        denied(&app, caller, role, &[], ["AssumeRole", kind, by]).await;
    }
    // Being named is not enough.
    make(&app, "named", &trust(&user("silent"))).await;
    denied(
        &app,
        &silent,
        "named",
        &[],
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    app.end().await;
}

async fn principals_are_matched(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let account = format!("acs:ram::{ACCOUNT}:");
    let cases = [
        (r#"{"RAM":"*"}"#.to_owned(), true),
        (r#"{"RAM":"acs:ram::*:root"}"#.to_owned(), true),
        (format!(r#"{{"RAM":"{account}root"}}"#), true),
        (format!(r#"{{"RAM":["{account}root"]}}"#), true),
        (format!(r#"{{"RAM":"{account}user/alice"}}"#), true),
        (format!(r#"{{"RAM":"{account}user/ALICE"}}"#), true),
        (format!(r#"{{"RAM":"{account}user/*"}}"#), true),
        (
            format!(r#"{{"RAM":["{account}user/bob","{account}user/alice"]}}"#),
            true,
        ),
        (
            format!(r#"{{"Service":"ecs.aliyuncs.com","RAM":"{account}user/alice"}}"#),
            true,
        ),
        (format!(r#"{{"RAM":"{account}user/bob"}}"#), false),
        (format!(r#"{{"RAM":"{account}role/alice"}}"#), false),
        (format!(r#"{{"RAM":"{account}role/*"}}"#), false),
        (
            r#"{"RAM":"acs:ram::1000000000000002:root"}"#.to_owned(),
            false,
        ),
        (
            r#"{"RAM":"acs:ram::1000000000000002:user/alice"}"#.to_owned(),
            false,
        ),
        (r#"{"Service":"ecs.aliyuncs.com"}"#.to_owned(), false),
        (
            r#"{"Service":["ecs.aliyuncs.com","sts.aliyuncs.com"]}"#.to_owned(),
            false,
        ),
        (
            format!(r#"{{"Federated":"{account}saml-provider/idp"}}"#),
            false,
        ),
    ];
    for (number, (principal, allowed)) in cases.into_iter().enumerate() {
        let name = format!("role{number}");
        app.role(&name, &principal, &[]).await;
        if allowed {
            app.assume(&alice, &name, &[]).await.unwrap();
        } else {
            denied(&app, &alice, &name, &[], ["AssumeRole", "Implicit", TRUST]).await;
        }
    }
    app.end().await;
}

async fn a_deny_names_the_caller(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let bob = app.user("bob", &[&policy("Allow", "sts:*", "*")]).await;
    let document = all_but(&format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:user/Alice"}}"#));
    make(&app, "Reader", &document).await;
    app.assume(&bob, "Reader", &[]).await.unwrap();
    denied(
        &app,
        &alice,
        "Reader",
        &[],
        ["AssumeRole", "Explicit", TRUST],
    )
    .await;
    let refused = app.sts(&alice, "AssumeRole", GOOD).await.json();
    let detail = &refused["AccessDeniedDetail"];
    let who = app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(detail["AuthPrincipalType"], "SubUser");
    assert_eq!(detail["AuthPrincipalDisplayName"], who["UserId"]);
    assert_eq!(detail["AuthPrincipalOwnerId"], ACCOUNT);
    app.end().await;
}

async fn the_callers_side_is_asked_on_the_role(on: On) {
    let app = TestApp::start(on).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    for (number, (resource, allowed)) in [
        ("acs:ram:*:1234567890123456:role/Reader", true),
        ("acs:ram::1234567890123456:role/Reader", true),
        ("acs:ram:*:*:role/reader", true),
        ("acs:ram:*:1234567890123456:role/*", true),
        ("acs:ram:*:1234567890123456:role/Writer", false),
        ("acs:ram:*:1000000000000002:role/Reader", false),
        ("acs:ram:cn-hangzhou:1234567890123456:role/Reader", false),
        ("acs:sts:*:1234567890123456:role/Reader", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user{number}");
        let caller = app
            .user(&name, &[&policy("Allow", "sts:AssumeRole", resource)])
            .await;
        let taken = app.assume(&caller, "READER", &[]).await;
        assert_eq!(taken.is_ok(), allowed, "{resource}");
    }
    app.end().await;
}

async fn a_system_policy_gives_the_callers_half(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("alice", &[]).await;
    let attach = [
        ("PolicyType", "System"),
        ("PolicyName", "AliyunSTSAssumeRoleAccess"),
        ("UserName", "alice"),
    ];
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.role("Service", r#"{"Service":"ecs.aliyuncs.com"}"#, &[])
        .await;
    denied(
        &app,
        &alice,
        "Reader",
        &[],
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    app.ram(&app.root(), "AttachPolicyToUser", &attach)
        .await
        .ok();
    app.assume(&alice, "Reader", &[]).await.unwrap();
    denied(
        &app,
        &alice,
        "Service",
        &[],
        ["AssumeRole", "Implicit", TRUST],
    )
    .await;
    app.end().await;
}

async fn root_may_not(on: On) {
    let app = TestApp::start(on).await;
    app.add_account("1000000000000002").await;
    let principal = format!(r#"{{"RAM":["*","acs:ram::{ACCOUNT}:root"]}}"#);
    app.role("Reader", &principal, &[]).await;
    let text = "Roles may not be assumed by root accounts.";
    let expected = refusal(403, "NoPermission", text);
    for root in [app.root(), root_of("1000000000000002")] {
        refuses(&app, &root, GOOD, &expected).await;
        // Whether there is such a role is not told.
        let params = [
            ("RoleArn", "acs:ram::1234567890123456:role/None"),
            ("RoleSessionName", "ab"),
        ];
        refuses(&app, &root, &params, &expected).await;
    }
    app.end().await;
}

async fn a_missing_role_is_told_to_those_who_may(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let deny = policy("Deny", "sts:AssumeRole", ARN);
    let bob = app.user("bob", &[&policy("Allow", "*", "*"), &deny]).await;
    let carol = app.user("carol", &[]).await;
    let none = refusal(404, "EntityNotExist.Role", "The specified Role not exists.");
    refuses(&app, &alice, GOOD, &none).await;
    let refused = refusal(403, "NoPermission", TEXT);
    let body = |mut json: Value| {
        json["RequestId"] = Value::Null;
        json["Recommend"] = Value::Null;
        // Sealed: of two that say the same only the length is the same.
        let message = &mut json["AccessDeniedDetail"]["EncodedDiagnosticMessage"];
        *message = message.as_str().unwrap().len().into();
        json
    };
    for caller in [&bob, &carol] {
        refuses(&app, caller, GOOD, &refused).await;
    }
    let missing = [
        body(app.sts(&bob, "AssumeRole", GOOD).await.json()),
        body(app.sts(&carol, "AssumeRole", GOOD).await.json()),
    ];
    // The same answers once there is one.
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let there = [
        body(app.sts(&bob, "AssumeRole", GOOD).await.json()),
        body(app.sts(&carol, "AssumeRole", GOOD).await.json()),
    ];
    assert_eq!(missing, there);
    app.assume(&alice, "Reader", &[]).await.unwrap();
    app.end().await;
}
