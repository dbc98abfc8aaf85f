//! A session takes another role.

use super::{IDENTITY, TRUST, assume, denied, taker};
use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::on_both;

on_both!(
    a_session_needs_both_sides_too,
    principals_are_matched,
    chains_across_accounts,
    outlives_the_session_it_came_from,
);

async fn a_session_needs_both_sides_too(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let allow = policy("Allow", "sts:AssumeRole", "acs:ram:*:*:role/Next");
    app.role("First", r#"{"RAM":"*"}"#, &[&allow]).await;
    app.role("Silent", r#"{"RAM":"*"}"#, &[]).await;
    app.role(
        "Forbids",
        r#"{"RAM":"*"}"#,
        &[&allow, &policy("Deny", "sts:*", "*")],
    )
    .await;
    app.role(
        "Next",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "ram:List*", "*")],
    )
    .await;
    let mut sessions = Vec::new();
    for role in ["First", "Silent", "Forbids"] {
        sessions.push(app.assume(&alice, role, &[]).await.unwrap());
    }
    denied(
        &app,
        &sessions[1],
        "Next",
        &[],
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    denied(
        &app,
        &sessions[2],
        "Next",
        &[],
        ["AssumeRole", "Explicit", IDENTITY],
    )
    .await;
    let params = [
        ("RoleArn", "acs:ram::1234567890123456:role/Next"),
        ("RoleSessionName", "second"),
    ];
    let minted = assume(&app, &sessions[0], &params).await;
    assert_eq!(
        minted["AssumedRoleUser"]["Arn"],
        format!("acs:ram::{ACCOUNT}:role/Next/second")
    );
    let next = app.assume(&sessions[0], "Next", &[]).await.unwrap();
    app.ram(&next, "ListRoles", &[]).await.ok();
    // The rights of the hop before are left behind.
    denied(
        &app,
        &next,
        "Next",
        &[],
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    let refused = app.assume(&next, "Next", &[]).await.unwrap_err().json();
    let detail = &refused["AccessDeniedDetail"];
    assert_eq!(detail["AuthPrincipalType"], "AssumedRoleUser");
    assert_eq!(detail["AuthPrincipalDisplayName"], "Next:session");
    app.end().await;
}

async fn principals_are_matched(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    app.role(
        "First",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "sts:AssumeRole", "*")],
    )
    .await;
    let session = app.assume(&alice, "First", &[]).await.unwrap();
    for (number, (principal, allowed)) in [
        ("*", true),
        ("acs:ram::1234567890123456:root", true),
        ("acs:ram::1234567890123456:role/First", true),
        ("acs:ram::1234567890123456:role/FIRST", true),
        ("acs:ram::1234567890123456:role/*", true),
        ("acs:ram::1234567890123456:role/Second", false),
        ("acs:ram::1234567890123456:user/First", false),
        // Neither the name of the session nor of the user behind it.
        ("acs:ram::1234567890123456:user/alice", false),
        ("acs:ram::1234567890123456:role/session", false),
        ("acs:ram::1234567890123456:user/*", false),
        ("acs:ram::1000000000000002:role/First", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("role{number}");
        app.role(&name, &format!(r#"{{"RAM":"{principal}"}}"#), &[])
            .await;
        if allowed {
            app.assume(&session, &name, &[]).await.unwrap();
        } else {
            denied(
                &app,
                &session,
                &name,
                &[],
                ["AssumeRole", "Implicit", TRUST],
            )
            .await;
        }
    }
    app.end().await;
}

async fn chains_across_accounts(on: On) {
    let app = TestApp::start(on).await;
    let other = app.add_account("1000000000000002").await;
    let allow = policy("Allow", "sts:AssumeRole", "*");
    let alice = app.user_of(&other, "alice", &[&allow]).await;
    app.role(
        "First",
        r#"{"RAM":"acs:ram::1000000000000002:user/alice"}"#,
        &[&allow],
    )
    .await;
    let back = [
        ("RoleName", "Back"),
        (
            "AssumeRolePolicyDocument",
            &crate::app::trust(r#"{"RAM":"acs:ram::1234567890123456:role/First"}"#),
        ),
    ];
    app.ram(&other, "CreateRole", &back).await.ok();
    let arn = "acs:ram::1000000000000002:role/Back";
    let first = app.assume(&alice, "First", &[]).await.unwrap();
    let back = app.assume(&first, arn, &[]).await.unwrap();
    let who = app.sts(&back, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(
        who["Arn"],
        "acs:ram::1000000000000002:assumed-role/Back/session"
    );
    // The user himself is not trusted there, though it is his own account.
    denied(&app, &alice, arn, &[], ["AssumeRole", "Implicit", TRUST]).await;
    app.end().await;
}

async fn outlives_the_session_it_came_from(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    app.role(
        "First",
        r#"{"RAM":"*"}"#,
        &[&policy("Allow", "sts:AssumeRole", "*")],
    )
    .await;
    app.role("Next", r#"{"RAM":"*"}"#, &[]).await;
    let first = app
        .assume(&alice, "First", &[("DurationSeconds", "900")])
        .await
        .unwrap();
    let next = app
        .assume(&first, "Next", &[("DurationSeconds", "3600")])
        .await
        .unwrap();
    app.clock.advance(900);
    let ended = app.sts(&first, "GetCallerIdentity", &[]).await;
    ended.refused(400, "InvalidSecurityToken.Expired");
    app.assume(&first, "Next", &[])
        .await
        .unwrap_err()
        .refused(400, "InvalidSecurityToken.Expired");
    app.sts(&next, "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}
