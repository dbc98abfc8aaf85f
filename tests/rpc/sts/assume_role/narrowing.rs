//! A session policy narrows the role's rights and never widens them.

use super::{denied, taker};
use crate::app::{ACCOUNT, Credentials, On, TestApp, policy};
use crate::on_both;

on_both!(
    narrows_and_never_widens,
    narrows_by_resource,
    forbids_explicitly,
    counts_for_the_next_hop_too,
    without_one_the_role_counts,
);

/// Checks whether a call is let, and which policy stops it.
async fn may(
    app: &TestApp,
    caller: &Credentials,
    action: &str,
    params: &[(&str, &str)],
    stopped: &str,
) {
    let reply = app.ram(caller, action, params).await;
    if stopped.is_empty() {
        assert_ne!(reply.status, 403, "{}", reply.text);
        return;
    }
    reply.refused(403, "NoPermission");
    let detail = reply.json()["AccessDeniedDetail"].clone();
    let by = format!(
        "{} {}",
        detail["PolicyType"].as_str().unwrap(),
        detail["NoPermissionType"].as_str().unwrap()
    );
    assert_eq!(by, stopped, "{action}");
    assert_eq!(detail["AuthPrincipalType"], "AssumedRoleUser");
    assert_eq!(detail["AuthPrincipalDisplayName"], "Reader:session");
    assert_eq!(detail["AuthPrincipalOwnerId"], ACCOUNT);
}

const ROLE: &[(&str, &str)] = &[("RoleName", "Reader")];
const USER: &[(&str, &str)] = &[("UserName", "new")];
const SESSION: &str = "SessionPolicy ImplicitDeny";
const IDENTITY: &str = "AccountLevelIdentityBasedPolicy ImplicitDeny";

async fn narrows_and_never_widens(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let rights = [
        policy("Allow", "ram:Get*", "*"),
        policy("Allow", "ram:List*", "*"),
    ];
    app.role("Reader", r#"{"RAM":"*"}"#, &[&rights[0], &rights[1]])
        .await;
    let narrow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:Get*","ram:CreateUser"],"Resource":"*"}]}"#;
    let session = app
        .assume(&alice, "Reader", &[("Policy", narrow)])
        .await
        .unwrap();
    may(&app, &session, "GetRole", ROLE, "").await;
    may(&app, &session, "ListRoles", &[], SESSION).await;
    may(&app, &session, "CreateUser", USER, IDENTITY).await;
    may(&app, &session, "DeleteRole", ROLE, SESSION).await;
    // The widest session policy gives what the role has.
    let wide = policy("Allow", "*", "*");
    let session = app
        .assume(&alice, "Reader", &[("Policy", &wide)])
        .await
        .unwrap();
    may(&app, &session, "ListRoles", &[], "").await;
    may(&app, &session, "CreateUser", USER, IDENTITY).await;
    app.end().await;
}

async fn narrows_by_resource(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    app.role(
        "Reader",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:*", "*")],
    )
    .await;
    let narrow = policy("Allow", "ram:GetRole", "acs:ram:*:*:role/reader");
    let session = app
        .assume(&alice, "Reader", &[("Policy", &narrow)])
        .await
        .unwrap();
    may(&app, &session, "GetRole", ROLE, "").await;
    may(&app, &session, "GetRole", &[("RoleName", "Other")], SESSION).await;
    app.end().await;
}

async fn forbids_explicitly(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let deny = policy("Deny", "ram:GetUser", "*");
    app.role(
        "Reader",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:*", "*"), &deny],
    )
    .await;
    let narrow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"},{"Effect":"Deny","Action":"ram:GetRole","Resource":"*"}]}"#;
    let session = app
        .assume(&alice, "Reader", &[("Policy", narrow)])
        .await
        .unwrap();
    may(&app, &session, "ListRoles", &[], "").await;
    may(
        &app,
        &session,
        "GetRole",
        ROLE,
        "SessionPolicy ExplicitDeny",
    )
    .await;
    may(
        &app,
        &session,
        "GetUser",
        USER,
        "AccountLevelIdentityBasedPolicy ExplicitDeny",
    )
    .await;
    app.end().await;
}

async fn counts_for_the_next_hop_too(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    app.role(
        "Next",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:List*", "*")],
    )
    .await;
    let get = policy("Allow", "ram:Get*", "*");
    let session = app
        .assume(&alice, "Reader", &[("Policy", &get)])
        .await
        .unwrap();
    denied(
        &app,
        &session,
        "Next",
        &[],
        ["AssumeRole", "Implicit", "SessionPolicy"],
    )
    .await;
    let forbid = policy("Deny", "sts:AssumeRole", "*");
    let session = app
        .assume(&alice, "Reader", &[("Policy", &forbid)])
        .await
        .unwrap();
    denied(
        &app,
        &session,
        "Next",
        &[],
        ["AssumeRole", "Explicit", "SessionPolicy"],
    )
    .await;
    // One that lets the hop narrows the hop alone: the next session has its own role's rights.
    let hop = policy("Allow", "sts:AssumeRole", "acs:ram:*:*:role/Next");
    let session = app
        .assume(&alice, "Reader", &[("Policy", &hop)])
        .await
        .unwrap();
    let next = app.assume(&session, "Next", &[]).await.unwrap();
    app.ram(&next, "ListRoles", &[]).await.ok();
    app.end().await;
}

async fn without_one_the_role_counts(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    app.role(
        "Reader",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:Get*", "*")],
    )
    .await;
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    may(&app, &session, "GetRole", ROLE, "").await;
    may(&app, &session, "ListRoles", &[], IDENTITY).await;
    // The caller's own rights do not follow into the session.
    denied(
        &app,
        &session,
        "Reader",
        &[],
        ["AssumeRole", "Implicit", "AccountLevelIdentityBasedPolicy"],
    )
    .await;
    app.end().await;
}
