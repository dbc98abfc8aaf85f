//! `SourceIdentity`: set once, by those who may, and carried through a chain.

use super::{GOOD, IDENTITY, TRUST, assume, denied, refuses};
use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{refusal, with};
use crate::on_both;

on_both!(
    checks_its_form,
    setting_it_needs_both_sides,
    a_chain_inherits_it,
    it_cannot_change,
);

/// A role that lets everyone do that.
async fn role(app: &TestApp, name: &str, actions: &str) {
    let document = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":{actions},"Principal":{{"RAM":"*"}}}}]}}"#
    );
    let params = [
        ("RoleName", name),
        ("AssumeRolePolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
}

const ASSUME: &str = r#"["sts:AssumeRole"]"#;
const BOTH: &str = r#"["sts:AssumeRole","sts:SetSourceIdentity"]"#;
const IDENTIFIED: &[(&str, &str)] = &[("SourceIdentity", "Alice@x")];

/// One who may take roles and set a source identity.
async fn setter(app: &TestApp) -> Credentials {
    let set = policy("Allow", "sts:SetSourceIdentity", "*");
    app.user("alice", &[&policy("Allow", "sts:AssumeRole", "*"), &set])
        .await
}

async fn checks_its_form(on: On) {
    let app = TestApp::start(on).await;
    let alice = setter(&app).await;
    role(&app, "Reader", BOTH).await;
    let formed = refusal(
        400,
        "InvalidParameter.SourceIdentity",
        "The parameter SourceIdentity is wrongly formed.",
    );
    let (longest, long) = ("x".repeat(64), "x".repeat(65));
    for text in ["x", "a b", "a/b", "a:b", "a*", "éé", &long] {
        refuses(&app, &alice, &with(GOOD, "SourceIdentity", text), &formed).await;
    }
    for text in ["ab", "A0+=,.@_-", &longest] {
        let minted = assume(&app, &alice, &with(GOOD, "SourceIdentity", text)).await;
        assert_eq!(minted["SourceIdentity"], text);
        assert_eq!(minted.as_object().unwrap().len(), 3);
    }
    let minted = assume(&app, &alice, GOOD).await;
    assert_eq!(minted.get("SourceIdentity"), None);
    app.end().await;
}

async fn setting_it_needs_both_sides(on: On) {
    let app = TestApp::start(on).await;
    let alice = setter(&app).await;
    let allow = policy("Allow", "sts:AssumeRole", "*");
    let deny = policy("Deny", "sts:SetSourceIdentity", "*");
    let bob = app.user("bob", &[&allow]).await;
    let carol = app
        .user("carol", &[&policy("Allow", "sts:*", "*"), &deny])
        .await;
    let dave = app
        .user("dave", &[&policy("Allow", "sts:SetSourceIdentity", "*")])
        .await;
    role(&app, "Both", BOTH).await;
    role(&app, "Any", r#""sts:*""#).await;
    role(&app, "Assume", ASSUME).await;
    role(&app, "Set", r#""sts:SetSourceIdentity""#).await;
    for name in ["Both", "Any"] {
        app.assume(&alice, name, IDENTIFIED).await.unwrap();
        // Without one nothing more is asked for.
        app.assume(&bob, name, &[]).await.unwrap();
        app.assume(&carol, name, &[]).await.unwrap();
        let set = "SetSourceIdentity";
        denied(&app, &bob, name, IDENTIFIED, [set, "Implicit", IDENTITY]).await;
        denied(&app, &carol, name, IDENTIFIED, [set, "Explicit", IDENTITY]).await;
    }
    denied(
        &app,
        &alice,
        "Assume",
        IDENTIFIED,
        ["SetSourceIdentity", "Implicit", TRUST],
    )
    .await;
    app.assume(&alice, "Assume", &[]).await.unwrap();
    denied(
        &app,
        &alice,
        "Set",
        IDENTIFIED,
        ["AssumeRole", "Implicit", TRUST],
    )
    .await;
    denied(
        &app,
        &dave,
        "Both",
        IDENTIFIED,
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    app.end().await;
}

/// Lets the role take others.
async fn may_go_on(app: &TestApp, role: &str) {
    let name = format!("{role}-on");
    let document = policy("Allow", "sts:AssumeRole", "*");
    let params = [("PolicyName", name.as_str()), ("PolicyDocument", &document)];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", &name),
        ("RoleName", role),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &params)
        .await
        .ok();
}

async fn a_chain_inherits_it(on: On) {
    let app = TestApp::start(on).await;
    let alice = setter(&app).await;
    for name in ["First", "Second", "Third"] {
        role(&app, name, BOTH).await;
        may_go_on(&app, name).await;
    }
    role(&app, "Closed", ASSUME).await;
    let first = app.assume(&alice, "First", IDENTIFIED).await.unwrap();
    // The role's own policies need not let it be set: it is not set anew.
    let second = app.assume(&first, "Second", &[]).await.unwrap();
    let params = [
        ("RoleArn", "acs:ram::1234567890123456:role/Third"),
        ("RoleSessionName", "session"),
    ];
    let minted = assume(&app, &second, &params).await;
    assert_eq!(minted["SourceIdentity"], "Alice@x");
    // Every role on the way must let it be carried.
    denied(
        &app,
        &second,
        "Closed",
        &[],
        ["SetSourceIdentity", "Implicit", TRUST],
    )
    .await;
    // A chain without one stays without, and may set one on the way if its role may.
    let plain = app.assume(&alice, "First", &[]).await.unwrap();
    app.assume(&plain, "Closed", &[]).await.unwrap();
    let minted = assume(&app, &plain, &params).await;
    assert_eq!(minted.get("SourceIdentity"), None);
    denied(
        &app,
        &plain,
        "Third",
        IDENTIFIED,
        ["SetSourceIdentity", "Implicit", IDENTITY],
    )
    .await;
    app.end().await;
}

async fn it_cannot_change(on: On) {
    let app = TestApp::start(on).await;
    let alice = setter(&app).await;
    role(&app, "First", BOTH).await;
    may_go_on(&app, "First").await;
    role(&app, "Second", BOTH).await;
    let first = app.assume(&alice, "First", IDENTIFIED).await.unwrap();
    let params = [
        ("RoleArn", "acs:ram::1234567890123456:role/Second"),
        ("RoleSessionName", "session"),
    ];
    let changed = refusal(
        400,
        "InvalidParameter.SourceIdentity",
        "The parameter SourceIdentity is wrongly formed.",
    );
    // Case counts.
    for text in ["Bob", "alice@x"] {
        refuses(
            &app,
            &first,
            &with(&params, "SourceIdentity", text),
            &changed,
        )
        .await;
    }
    let minted = assume(&app, &first, &with(&params, "SourceIdentity", "Alice@x")).await;
    assert_eq!(minted["SourceIdentity"], "Alice@x");
    app.end().await;
}
