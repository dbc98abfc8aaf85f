//! Between accounts: both sides again, and a stranger learns one bit.

use super::{ARN, IDENTITY, TRUST, denied, why};
use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, trust};
use crate::on_both;

on_both!(
    both_sides_must_allow,
    rights_are_those_of_the_roles_account,
    a_stranger_learns_one_bit,
    a_stranger_without_permission_learns_nothing,
);

const OTHER: &str = "1000000000000002";

/// A user of the other account who may take that role, and the account's root.
async fn stranger(app: &TestApp, resource: &str) -> (Credentials, Credentials) {
    let other = app.add_account(OTHER).await;
    let allow = policy("Allow", "sts:AssumeRole", resource);
    (app.user_of(&other, "alice", &[&allow]).await, other)
}

async fn both_sides_must_allow(on: On) {
    let app = TestApp::start(on).await;
    let (alice, other) = stranger(&app, "acs:ram:*:1234567890123456:role/*").await;
    let bob = app.user_of(&other, "bob", &[]).await;
    let carol = app
        .user_of(
            &other,
            "carol",
            &[&policy(
                "Allow",
                "sts:AssumeRole",
                "acs:ram:*:1000000000000002:role/*",
            )],
        )
        .await;
    for (number, (principal, allowed)) in [
        (format!(r#"{{"RAM":"acs:ram::{OTHER}:root"}}"#), true),
        (format!(r#"{{"RAM":"acs:ram::{OTHER}:user/alice"}}"#), true),
        (format!(r#"{{"RAM":"acs:ram::{OTHER}:user/*"}}"#), true),
        (r#"{"RAM":"acs:ram::*:root"}"#.to_owned(), true),
        (r#"{"RAM":"*"}"#.to_owned(), true),
        (format!(r#"{{"RAM":"acs:ram::{OTHER}:user/bob"}}"#), false),
        (format!(r#"{{"RAM":"acs:ram::{OTHER}:role/*"}}"#), false),
        // The role's own account is not meant with it, nor a user of that name there.
        (format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:root"}}"#), false),
        (
            format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:user/alice"}}"#),
            false,
        ),
        (r#"{"Service":"ecs.aliyuncs.com"}"#.to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("role{number}");
        app.role(&name, &principal, &[]).await;
        if allowed {
            app.assume(&alice, &name, &[]).await.unwrap();
        } else {
            denied(&app, &alice, &name, &[], ["AssumeRole", "Implicit", TRUST]).await;
        }
        // Trust alone is not enough, nor is permission on the roles of one's own account.
        for caller in [&bob, &carol] {
            denied(
                &app,
                caller,
                &name,
                &[],
                ["AssumeRole", "Implicit", IDENTITY],
            )
            .await;
        }
    }
    app.end().await;
}

async fn rights_are_those_of_the_roles_account(on: On) {
    let app = TestApp::start(on).await;
    let (alice, other) = stranger(&app, "*").await;
    let principal = format!(r#"{{"RAM":"acs:ram::{OTHER}:root"}}"#);
    app.role("Reader", &principal, &[&policy("Allow", "ram:List*", "*")])
        .await;
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    let who = app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(who["AccountId"], ACCOUNT);
    assert_eq!(
        who["Arn"],
        format!("acs:ram::{ACCOUNT}:assumed-role/Reader/session")
    );
    let roles = app.ram(&session, "ListRoles", &[]).await.ok();
    assert_eq!(roles["Roles"]["Role"][0]["RoleName"], "Reader");
    let roles = app.ram(&other, "ListRoles", &[]).await.ok();
    assert_eq!(roles["Roles"]["Role"].as_array().unwrap().len(), 0);
    app.end().await;
}

/// The answer's body without what differs from call to call.
async fn body(app: &TestApp, caller: &Credentials, arn: &str, params: &[(&str, &str)]) -> String {
    let reply = app.assume(caller, arn, params).await.unwrap_err();
    why(&reply);
    let id = reply.headers["x-acs-request-id"].to_str().unwrap();
    assert_eq!(reply.text.matches(id).count(), 2, "{}", reply.text);
    // Sealed, and as long as what the caller itself sent makes it.
    let detail = &reply.json()["AccessDeniedDetail"];
    let message = detail["EncodedDiagnosticMessage"].as_str().unwrap();
    reply.text.replace(id, "<id>").replace(message, "<sealed>")
}

/// Roles that do not let the other account, each for another reason, and ARNs of none at all.
async fn refusing(app: &TestApp) -> Vec<String> {
    let deny = trust(r#"{"RAM":"*"}"#).replace(
        r#"{"RAM":"*"}}]"#,
        r#"{"RAM":"*"}},{"Effect":"Deny","Action":"sts:*","Principal":{"RAM":"*"}}]"#,
    );
    let own = trust(&format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:root"}}"#));
    let service = trust(r#"{"Service":"ecs.aliyuncs.com"}"#);
    for (name, document) in [("Own", own), ("Service", service), ("Forbids", deny)] {
        let params = [("RoleName", name), ("AssumeRolePolicyDocument", &document)];
        app.ram(&app.root(), "CreateRole", &params).await.ok();
    }
    [
        "acs:ram::1234567890123456:role/Own",
        "acs:ram::1234567890123456:role/Service",
        "acs:ram::1234567890123456:role/Forbids",
        "acs:ram::1234567890123456:role/Missing",
        "acs:ram::1999999999999999:role/Missing",
        // The account of what belongs to no tenant.
        "acs:ram::0000000000000000:role/Missing",
    ]
    .map(str::to_owned)
    .into()
}

async fn a_stranger_learns_one_bit(on: On) {
    let app = TestApp::start(on).await;
    let (alice, _) = stranger(&app, "*").await;
    let arns = refusing(&app).await;
    for params in [
        &[][..],
        &[("DurationSeconds", "43201")],
        &[("ExternalId", "abc")],
    ] {
        let first = body(&app, &alice, &arns[0], params).await;
        for arn in &arns[1..] {
            assert_eq!(body(&app, &alice, arn, params).await, first, "{arn}");
        }
    }
    let gone = ARN;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    app.assume(&alice, gone, &[]).await.unwrap();
    app.ram(&app.root(), "DeleteRole", &[("RoleName", "Reader")])
        .await
        .ok();
    let first = body(&app, &alice, &arns[0], &[]).await;
    assert_eq!(body(&app, &alice, gone, &[]).await, first);
    app.end().await;
}

async fn a_stranger_without_permission_learns_nothing(on: On) {
    let app = TestApp::start(on).await;
    let (_, other) = stranger(&app, "*").await;
    let bob = app.user_of(&other, "bob", &[]).await;
    app.role("Lets", r#"{"RAM":"*"}"#, &[]).await;
    let mut arns = refusing(&app).await;
    arns.push("acs:ram::1000000000000002:role/Missing".to_owned());
    let first = body(&app, &bob, "acs:ram::1234567890123456:role/Lets", &[]).await;
    for arn in arns {
        assert_eq!(body(&app, &bob, &arn, &[]).await, first, "{arn}");
    }
    app.end().await;
}
