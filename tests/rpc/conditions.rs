//! What conditions can ask of a call: each key that the server knows, met and not met.

use std::net::IpAddr;

use crate::app::{ACCOUNT, Credentials, On, Reply, TestApp, policy, trust};
use crate::on_both;

on_both!(
    the_common_keys,
    t17_the_address_is_the_connections,
    trust_asks_for_the_external_id,
    a_deny_with_a_missing_key,
    create_role_tells_whom_the_role_trusts,
    attach_policy_tells_whom_the_role_trusts,
    tags_of_the_request,
    source_identity_of_a_session,
);

fn conditional(effect: &str, action: &str, condition: &str) -> String {
    policy(effect, action, "*").replace(
        r#""Resource":"*""#,
        &format!(r#""Resource":"*","Condition":{condition}"#),
    )
}

fn assert_allowed(reply: &Reply, allowed: bool, why: &str) {
    if allowed {
        assert_eq!(reply.status, 200, "{why}: {}", reply.text);
    } else {
        assert_eq!(reply.status, 403, "{why}: {}", reply.text);
        assert_eq!(reply.json()["Code"], "NoPermission", "{why}");
    }
}

async fn the_common_keys(on: On) {
    let app = TestApp::start(on).await;
    let arn = format!("acs:ram::{ACCOUNT}:user/Alice");
    for (number, (condition, allowed)) in [
        (
            r#"{"IpAddress":{"acs:SourceIp":"127.0.0.0/8"}}"#.to_owned(),
            true,
        ),
        (
            r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#.to_owned(),
            false,
        ),
        (
            r#"{"NotIpAddress":{"acs:sourceip":"::ffff:127.0.0.1"}}"#.to_owned(),
            false,
        ),
        (
            r#"{"Bool":{"acs:SecureTransport":"false"}}"#.to_owned(),
            true,
        ),
        (
            r#"{"Bool":{"acs:SecureTransport":"true"}}"#.to_owned(),
            false,
        ),
        (r#"{"Bool":{"acs:MFAPresent":"false"}}"#.to_owned(), false),
        (
            r#"{"DateGreaterThan":{"acs:CurrentTime":"2020-01-01T00:00:00+08:00"}}"#.to_owned(),
            true,
        ),
        (
            r#"{"DateLessThan":{"acs:CurrentTime":"2020-01-01T00:00:00+08:00"}}"#.to_owned(),
            false,
        ),
        (
            format!(r#"{{"StringEquals":{{"acs:PrincipalARN":"{arn}{{}}"}}}}"#),
            true,
        ),
        (
            r#"{"StringLike":{"acs:PrincipalArn":"*:user/Bob*"}}"#.to_owned(),
            false,
        ),
        (r#"{"StringEquals":{"acs:Nothing":"x"}}"#.to_owned(), false),
        (
            r#"{"StringNotEquals":{"acs:Nothing":"x"}}"#.to_owned(),
            true,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let condition = condition.replace("{}", &number.to_string());
        let document = conditional("Allow", "ram:ListRoles", &condition);
        let user = app.user(&format!("Alice{number}"), &[&document]).await;
        let reply = app.ram(&user, "ListRoles", &[]).await;
        assert_allowed(&reply, allowed, &condition);
    }
    app.end().await;
}

async fn list_roles_from(
    app: &TestApp,
    caller: &Credentials,
    peer: &str,
    forwarded: &str,
) -> Reply {
    let query = app.rpc_query(caller, "POST", "2015-05-01", "ListRoles", &[]);
    let headers = [("host", "127.0.0.1:7267"), ("x-forwarded-for", forwarded)];
    let peer: IpAddr = peer.parse().unwrap();
    app.send_from(peer, "POST", &format!("/?{query}"), &headers, b"")
        .await
}

async fn t17_the_address_is_the_connections(on: On) {
    let app = TestApp::start(on).await;
    let open = policy("Allow", "ram:ListRoles", "*");
    let deny = conditional(
        "Deny",
        "*",
        r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#,
    );
    let alice = app.user("alice", &[&open, &deny]).await;
    for (peer, forwarded, allowed) in [
        ("192.0.2.1", "10.1.1.1", true),
        ("10.1.1.1", "192.0.2.1", false),
        ("::ffff:10.1.1.1", "192.0.2.1", false),
        ("2001:db8::1", "", true),
    ] {
        let reply = list_roles_from(&app, &alice, peer, forwarded).await;
        assert_allowed(&reply, allowed, peer);
    }
    app.end().await;
}

async fn trust_asks_for_the_external_id(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let document = trust(r#"{"RAM":"*"}"#).replace(
        r#""Effect""#,
        r#""Condition":{"StringEquals":{"sts:ExternalId":"e-1"},"StringLike":{"sts:RoleSessionName":"s*"}},"Effect""#,
    );
    let params = [
        ("RoleName", "Guarded"),
        ("AssumeRolePolicyDocument", &document),
    ];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
    for (external, allowed) in [
        (vec![], false),
        (vec![("ExternalId", "e-2")], false),
        (vec![("ExternalId", "E-1")], false),
        (vec![("ExternalId", "e-1")], true),
        (
            vec![("ExternalId", "e-1"), ("RoleSessionName", "other")],
            false,
        ),
    ] {
        let arn = format!("acs:ram::{ACCOUNT}:role/Guarded");
        let mut params = vec![("RoleArn", arn.as_str())];
        if !external.iter().any(|(name, _)| *name == "RoleSessionName") {
            params.push(("RoleSessionName", "session"));
        }
        params.extend(&external);
        let reply = app.sts(&alice, "AssumeRole", &params).await;
        assert_allowed(&reply, allowed, &format!("{external:?}"));
    }
    app.end().await;
}

async fn a_deny_with_a_missing_key(on: On) {
    let app = TestApp::start(on).await;
    let open = policy("Allow", "ram:*", "*");
    let positive = conditional(
        "Deny",
        "ram:ListRoles",
        r#"{"Bool":{"acs:MFAPresent":"false"}}"#,
    );
    let negated = conditional(
        "Deny",
        "ram:ListUsers",
        r#"{"StringNotLike":{"acs:SourceVpc":"vpc-1"}}"#,
    );
    let alice = app.user("alice", &[&open, &positive, &negated]).await;
    assert_allowed(&app.ram(&alice, "ListRoles", &[]).await, true, "positive");
    assert_allowed(&app.ram(&alice, "ListUsers", &[]).await, false, "negated");
    app.end().await;
}

const SERVICES_ONLY: &str = r#"{"ForAllValues:StringEquals":{"ram:TrustedPrincipalTypes":["Service"]},"StringEquals":{"ram:ServiceNames":["ecs.aliyuncs.com"]}}"#;

async fn create_role_tells_whom_the_role_trusts(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user(
            "alice",
            &[&conditional("Allow", "ram:CreateRole", SERVICES_ONLY)],
        )
        .await;
    for (number, (principal, allowed)) in [
        (r#"{"Service":"ecs.aliyuncs.com"}"#, true),
        (r#"{"Service":"fc.aliyuncs.com"}"#, false),
        (r#"{"RAM":"*"}"#, false),
        (r#"{"Service":"ecs.aliyuncs.com","RAM":"*"}"#, false),
    ]
    .into_iter()
    .enumerate()
    {
        let (name, document) = (format!("r{number}"), trust(principal));
        let params = [
            ("RoleName", &*name),
            ("AssumeRolePolicyDocument", &document),
        ];
        let reply = app.ram(&alice, "CreateRole", &params).await;
        assert_allowed(&reply, allowed, principal);
    }
    app.end().await;
}

async fn attach_policy_tells_whom_the_role_trusts(on: On) {
    let app = TestApp::start(on).await;
    let condition = r#"{"ForAnyValue:StringEquals":{"ram:TrustedPrincipalTypes":"Service"}}"#;
    let alice = app
        .user(
            "alice",
            &[&conditional("Allow", "ram:AttachPolicyToRole", condition)],
        )
        .await;
    app.role("forService", r#"{"Service":"ecs.aliyuncs.com"}"#, &[])
        .await;
    app.role("forUsers", r#"{"RAM":"*"}"#, &[]).await;
    for (role, allowed) in [
        ("forService", true),
        ("forUsers", false),
        ("missing", false),
    ] {
        let params = [
            ("PolicyType", "System"),
            ("PolicyName", "AliyunRAMReadOnlyAccess"),
            ("RoleName", role),
        ];
        let reply = app.ram(&alice, "AttachPolicyToRole", &params).await;
        assert_allowed(&reply, allowed, role);
    }
    app.end().await;
}

async fn tags_of_the_request(on: On) {
    let app = TestApp::start(on).await;
    let condition = r#"{"StringEquals":{"acs:RequestTag/team":"red"}}"#;
    let alice = app
        .user(
            "alice",
            &[&conditional("Allow", "ram:CreatePolicy", condition)],
        )
        .await;
    let document = policy("Allow", "ram:Get*", "*");
    for (number, (key, value, allowed)) in [
        ("team", "red", true),
        ("team", "blue", false),
        ("Team", "red", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("p{number}");
        let params = [
            ("PolicyName", &*name),
            ("PolicyDocument", &document),
            ("Tag.1.Key", key),
            ("Tag.1.Value", value),
        ];
        let reply = app.ram(&alice, "CreatePolicy", &params).await;
        assert_allowed(&reply, allowed, &format!("{key}={value}"));
    }
    app.end().await;
}

async fn source_identity_of_a_session(on: On) {
    let app = TestApp::start(on).await;
    let takes = policy("Allow", "sts:*", "*");
    let alice = app.user("alice", &[&takes]).await;
    let trusts = trust(r#"{"RAM":"*"}"#).replace("sts:AssumeRole", "sts:*");
    let params = [
        ("RoleName", "Reader"),
        ("AssumeRolePolicyDocument", &trusts),
    ];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
    let condition = r#"{"StringEquals":{"acs:SourceIdentity":"alice"},"StringLike":{"acs:PrincipalARN":"*:role/reader"}}"#;
    let condition = condition
        .replace("StringLike", "StringEqualsIgnoreCase")
        .replace("*:role/reader", &format!("acs:ram::{ACCOUNT}:role/reader"));
    let document = conditional("Allow", "ram:ListRoles", &condition);
    let params = [("PolicyName", "by-identity"), ("PolicyDocument", &document)];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", "by-identity"),
        ("RoleName", "Reader"),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &params)
        .await
        .ok();
    for (identity, allowed) in [("alice", true), ("bob", false), ("", false)] {
        let more = [("SourceIdentity", identity)];
        let more = if identity.is_empty() {
            &[][..]
        } else {
            &more[..]
        };
        let session = app.assume(&alice, "Reader", more).await.unwrap();
        let reply = app.ram(&session, "ListRoles", &[]).await;
        assert_allowed(&reply, allowed, identity);
    }
    app.end().await;
}
