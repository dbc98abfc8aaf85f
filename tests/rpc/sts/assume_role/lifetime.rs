//! What ends a session and what does not, and whose rights it has.

use super::{GOOD, assume, taker, taker_and_role};
use crate::app::{Credentials, On, Setup, TestApp, policy, trust};
use crate::on_both;

on_both!(
    rights_follow_the_role,
    a_token_dies_with_the_role_for_good,
    nothing_else_ends_a_session,
    sessions_of_a_role_stand_side_by_side,
    a_token_is_bound_to_its_key,
);

async fn attach(app: &TestApp, action: &str, policy: &str) {
    let params = [
        ("PolicyType", "System"),
        ("PolicyName", policy),
        ("RoleName", "Reader"),
    ];
    app.ram(&app.root(), action, &params).await.ok();
}

async fn is_let(app: &TestApp, session: &Credentials, let_: bool) {
    let reply = app.ram(session, "ListRoles", &[]).await;
    if let_ {
        reply.ok();
    } else {
        reply.refused(403, "NoPermission");
    }
}

async fn rights_follow_the_role(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    is_let(&app, &session, false).await;
    attach(&app, "AttachPolicyToRole", "AliyunRAMFullAccess").await;
    is_let(&app, &session, true).await;
    attach(&app, "DetachPolicyFromRole", "AliyunRAMFullAccess").await;
    is_let(&app, &session, false).await;
    // A new default version counts as well.
    let made = [
        ("PolicyName", "p"),
        ("PolicyDocument", &policy("Allow", "ram:*", "*")),
    ];
    app.ram(&app.root(), "CreatePolicy", &made).await.ok();
    let attached = [
        ("PolicyType", "Custom"),
        ("PolicyName", "p"),
        ("RoleName", "Reader"),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &attached)
        .await
        .ok();
    is_let(&app, &session, true).await;
    let version = [
        ("PolicyName", "p"),
        ("PolicyDocument", &policy("Deny", "ram:List*", "*")),
        ("SetAsDefault", "true"),
    ];
    app.ram(&app.root(), "CreatePolicyVersion", &version)
        .await
        .ok();
    is_let(&app, &session, false).await;
    app.end().await;
}

#[tokio::test]
async fn rights_follow_the_role_on_every_replica() {
    let app = TestApp::start(On::Postgres).await;
    let alice = taker_and_role(&app).await;
    let replica = app.again(&Setup::on(On::Postgres)).await;
    let session = replica.assume(&alice, "Reader", &[]).await.unwrap();
    for _ in 0..3 {
        attach(&app, "AttachPolicyToRole", "AliyunRAMFullAccess").await;
        is_let(&replica, &session, true).await;
        attach(&app, "DetachPolicyFromRole", "AliyunRAMFullAccess").await;
        is_let(&replica, &session, false).await;
    }
    app.ram(&app.root(), "DeleteRole", &[("RoleName", "Reader")])
        .await
        .ok();
    let ended = replica.sts(&session, "GetCallerIdentity", &[]).await;
    ended.refused(400, "InvalidSecurityToken.Expired");
    drop(replica);
    app.end().await;
}

async fn a_token_dies_with_the_role_for_good(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    let all = policy("Allow", "*", "*");
    app.role("Reader", r#"{"RAM":"*"}"#, &[&all]).await;
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    is_let(&app, &session, true).await;
    let detach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Reader-role-0"),
        ("RoleName", "Reader"),
    ];
    // A session may put an end to itself.
    app.ram(&session, "DetachPolicyFromRole", &detach)
        .await
        .ok();
    is_let(&app, &session, false).await;
    app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    app.ram(&app.root(), "DeleteRole", &[("RoleName", "Reader")])
        .await
        .ok();
    let made = [
        ("RoleName", "Reader"),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
    ];
    for again in [false, true] {
        if again {
            app.ram(&app.root(), "CreateRole", &made).await.ok();
            app.ram(&app.root(), "AttachPolicyToRole", &detach)
                .await
                .ok();
        }
        for (action, params) in [("GetCallerIdentity", &[][..]), ("AssumeRole", GOOD)] {
            let dead = app.sts(&session, action, params).await;
            dead.refused(400, "InvalidSecurityToken.Expired");
            assert_eq!(dead.message(), "Specified SecurityToken is expired.");
        }
        let dead = app.ram(&session, "ListRoles", &[]).await;
        dead.refused(400, "InvalidSecurityToken.Expired");
    }
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    is_let(&app, &session, true).await;
    app.end().await;
}

async fn nothing_else_ends_a_session(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = taker(&app).await;
    let made = [
        ("RoleName", "Reader"),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
        ("MaxSessionDuration", "43200"),
    ];
    app.ram(&root, "CreateRole", &made).await.ok();
    attach(&app, "AttachPolicyToRole", "AliyunRAMFullAccess").await;
    let long = [("DurationSeconds", "43200")];
    let session = app.assume(&alice, "Reader", &long).await.unwrap();
    let (service, document) = (
        trust(r#"{"Service":"ecs.aliyuncs.com"}"#),
        "NewAssumeRolePolicyDocument",
    );
    let key = [
        ("UserName", "alice"),
        ("UserAccessKeyId", alice.id.as_str()),
    ];
    let disable = [&key[..], &[("Status", "Inactive")]].concat();
    let detach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "alice-0"),
        ("UserName", "alice"),
    ];
    let steps: [(&str, &[(&str, &str)]); 6] = [
        (
            "UpdateRole",
            &[("RoleName", "Reader"), ("NewMaxSessionDuration", "3600")],
        ),
        (
            "UpdateRole",
            &[("RoleName", "Reader"), (document, &service)],
        ),
        ("UpdateAccessKey", &disable),
        ("DeleteAccessKey", &key),
        ("DetachPolicyFromUser", &detach),
        ("DeleteUser", &[("UserName", "alice")]),
    ];
    for (action, params) in steps {
        app.ram(&root, action, params).await.ok();
        is_let(&app, &session, true).await;
    }
    app.clock.advance(43199);
    is_let(&app, &session, true).await;
    app.clock.advance(1);
    let ended = app.ram(&session, "ListRoles", &[]).await;
    ended.refused(400, "InvalidSecurityToken.Expired");
    app.end().await;
}

async fn sessions_of_a_role_stand_side_by_side(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let first = app
        .assume(&alice, "Reader", &[("DurationSeconds", "900")])
        .await
        .unwrap();
    app.minute();
    let second = app.assume(&alice, "Reader", &[]).await.unwrap();
    assert_ne!((&first.id, &first.token), (&second.id, &second.token));
    app.sts(&first, "GetCallerIdentity", &[]).await.ok();
    app.sts(&second, "GetCallerIdentity", &[]).await.ok();
    app.clock.advance(840);
    let ended = app.sts(&first, "GetCallerIdentity", &[]).await;
    ended.refused(400, "InvalidSecurityToken.Expired");
    app.sts(&second, "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

async fn a_token_is_bound_to_its_key(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let first = app.assume(&alice, "Reader", &[]).await.unwrap();
    let second = app.assume(&alice, "Reader", &[]).await.unwrap();
    let swapped = Credentials {
        token: second.token.clone(),
        ..first.clone()
    };
    let with_token = Credentials {
        token: second.token,
        ..alice.clone()
    };
    for caller in [swapped, with_token] {
        let refused = app.sts(&caller, "GetCallerIdentity", &[]).await;
        refused.refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    }
    let bare = Credentials {
        token: None,
        ..first
    };
    let refused = app.sts(&bare, "GetCallerIdentity", &[]).await;
    refused.refused(400, "MissingSecurityToken");
    assert_eq!(
        refused.message(),
        "SecurityToken is mandatory for this action."
    );
    assume(&app, &alice, GOOD).await;
    app.end().await;
}
