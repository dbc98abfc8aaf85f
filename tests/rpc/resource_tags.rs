//! `acs:ResourceTag/…` in decisions: each resource of a call is decided on with its own tags.

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::Pairs;
use crate::on_both;

on_both!(
    a_role_and_a_policy_have_their_own,
    an_allow_by_tag_reaches_what_has_it,
    a_deny_by_tag_is_heeded_at_once,
    a_session_policy_can_ask_for_them,
    the_denial_says_which,
);

const RED: &str = r#"{"StringEquals":{"acs:ResourceTag/team":"red"}}"#;

fn conditional(effect: &str, action: &str, condition: &str) -> String {
    policy(effect, action, "*").replacen(
        r#""Resource""#,
        &format!(r#""Condition":{condition},"Resource""#),
        1,
    )
}

async fn tag(app: &TestApp, kind: &str, name: &str, team: &str) {
    let names = format!(r#"["{name}"]"#);
    let tag = format!(r#"[{{"Key":"team","Value":"{team}"}}]"#);
    let params = [
        ("ResourceType", kind),
        ("ResourceNames", names.as_str()),
        ("Tag", tag.as_str()),
    ];
    app.ram(&app.root(), "TagResources", &params).await.ok();
}

/// Roles and policies called `red`, `blue` and `none`, tagged so.
async fn make(app: &TestApp) {
    let document = policy("Allow", "ram:Get*", "*");
    for name in ["red", "blue", "none"] {
        app.role(name, r#"{"RAM":"*"}"#, &[]).await;
        let params = [("PolicyName", name), ("PolicyDocument", document.as_str())];
        app.ram(&app.root(), "CreatePolicy", &params).await.ok();
        if name != "none" {
            tag(app, "role", name, name).await;
            tag(app, "policy", name, name).await;
        }
    }
}

async fn expect(
    app: &TestApp,
    who: &Credentials,
    (action, params): (&str, Pairs<'_>),
    allowed: bool,
) {
    let reply = app.ram(who, action, params).await;
    if allowed {
        assert_ne!(reply.code(), "NoPermission", "{action} {params:?}");
    } else {
        reply.refused(403, "NoPermission");
    }
}

async fn a_role_and_a_policy_have_their_own(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let attach = conditional("Allow", "ram:AttachPolicyToRole", RED);
    let who = app.user("who", &[&attach]).await;
    for (role, policy, allowed) in [
        ("red", "blue", false),
        ("blue", "red", false),
        ("none", "red", false),
        ("red", "none", false),
        ("nothing", "red", false),
        ("RED", "Red", true),
    ] {
        let params = [
            ("PolicyType", "Custom"),
            ("PolicyName", policy),
            ("RoleName", role),
        ];
        expect(&app, &who, ("AttachPolicyToRole", &params), allowed).await;
    }
    // The vendor's policies have no tags.
    let system = [
        ("PolicyType", "System"),
        ("PolicyName", "ReadOnlyAccess"),
        ("RoleName", "red"),
    ];
    expect(&app, &who, ("AttachPolicyToRole", &system), false).await;
    app.end().await;
}

async fn an_allow_by_tag_reaches_what_has_it(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let who = app
        .user("who", &[&conditional("Allow", "ram:*", RED)])
        .await;
    for (name, allowed) in [("red", true), ("blue", false), ("none", false)] {
        let role = [("RoleName", name)];
        let of_policy = [("PolicyName", name), ("PolicyType", "Custom")];
        let described = [("PolicyName", name), ("NewDescription", "new")];
        for call in [
            ("GetRole", &role[..]),
            ("UpdateRole", &role[..]),
            ("ListPoliciesForRole", &role[..]),
            ("GetPolicy", &of_policy[..]),
            ("ListPolicyVersions", &of_policy[..]),
            ("UpdatePolicyDescription", &described[..]),
            ("DeletePolicy", &of_policy[..1]),
            ("DeleteRole", &role[..]),
        ] {
            expect(&app, &who, call, allowed).await;
        }
    }
    // What names nothing has no tags.
    for action in ["ListRoles", "ListPolicies", "ListUsers"] {
        expect(&app, &who, (action, &[]), false).await;
    }
    app.end().await;
}

async fn a_deny_by_tag_is_heeded_at_once(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let all = policy("Allow", "ram:*", "*");
    let deny = conditional("Deny", "ram:GetRole", RED);
    let who = app.user("who", &[&all, &deny]).await;
    let call = ("GetRole", &[("RoleName", "blue")][..]);
    expect(&app, &who, call, true).await;
    tag(&app, "role", "blue", "red").await;
    expect(&app, &who, call, false).await;
    let untag = [
        ("ResourceType", "role"),
        ("ResourceNames", r#"["blue"]"#),
        ("TagKeys", r#"["team"]"#),
    ];
    app.ram(&app.root(), "UntagResources", &untag).await.ok();
    expect(&app, &who, call, true).await;
    // A role made again has none of the old one's.
    let red = [("RoleName", "red")];
    expect(&app, &who, ("GetRole", &red), false).await;
    app.ram(&app.root(), "DeleteRole", &red).await.ok();
    app.role("red", r#"{"RAM":"*"}"#, &[]).await;
    expect(&app, &who, ("GetRole", &red), true).await;
    app.end().await;
}

async fn a_session_policy_can_ask_for_them(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let assume = policy("Allow", "sts:AssumeRole", "*");
    let alice = app.user("alice", &[&assume]).await;
    app.role(
        "Worker",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:*", "*")],
    )
    .await;
    let narrowed = conditional("Allow", "ram:GetRole", RED);
    let session = app
        .assume(&alice, "Worker", &[("Policy", &narrowed)])
        .await
        .unwrap();
    for (name, allowed) in [("red", true), ("blue", false), ("none", false)] {
        let role = [("RoleName", name)];
        expect(&app, &session, ("GetRole", &role), allowed).await;
    }
    app.end().await;
}

async fn the_denial_says_which(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let all = policy("Allow", "ram:*", "*");
    let who = app
        .user("who", &[&all, &conditional("Deny", "ram:GetRole", RED)])
        .await;
    let denied = app.ram(&who, "GetRole", &[("RoleName", "red")]).await;
    denied.refused(403, "NoPermission");
    let message = denied.json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"].clone();
    let decode = [("EncodedDiagnosticMessage", message.as_str().unwrap())];
    let told = app
        .answer(&app.root(), "DecodeDiagnosticMessage", &decode)
        .await
        .to_string();
    assert!(told.contains("acs:ResourceTag/team"), "{told}");
    app.end().await;
}
