//! Row 11: what a service's key lets its service do, and nothing else.

use rampart::model::key::AccessKeyStatus;
use rampart::operator::service_key;
use rampart::ops::REGISTRY;
use rampart::ops::declare::{Auth, Product};

use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, trust};
use crate::calls;
use crate::on_both;

on_both!(
    t11_a_service_acts_for_the_account_of_its_key,
    t11_only_a_role_that_names_the_service_is_taken,
    t11_a_service_calls_nothing_that_does_not_name_it,
    t11_a_key_signs_in_its_networks_alone,
    t11_a_key_that_was_switched_off_is_dead_at_once,
    t11_a_service_learns_nothing_of_accounts,
);

const OTHER: &str = "2222222222222222";
const SERVICE: &str = "storage.corp.example";

async fn role(app: &TestApp, root: &Credentials, name: &str, principal: &str) {
    let trust = trust(principal);
    let params = [("RoleName", name), ("AssumeRolePolicyDocument", &*trust)];
    app.ram(root, "CreateRole", &params).await.ok();
}

/// Whether the service takes the role of [`ACCOUNT`]; a refusal is the one for everybody.
async fn takes(app: &TestApp, service: &Credentials, role: &str) -> bool {
    match app.assume(service, role, &[]).await {
        Ok(session) => {
            app.sts(&session, "GetCallerIdentity", &[]).await.ok();
            true
        }
        Err(reply) => {
            reply.refused(403, "NoPermission");
            false
        }
    }
}

async fn t11_a_service_acts_for_the_account_of_its_key(on: On) {
    let app = TestApp::start(on).await;
    app.add_account(OTHER).await;
    let root = app.root();
    role(
        &app,
        &root,
        "plain",
        r#"{"Service":["Storage.corp.example"]}"#,
    )
    .await;
    let principal = format!(r#"{{"Service":["{OTHER}@{SERVICE}"]}}"#);
    role(&app, &root, "other", &principal).await;
    let principal = format!(r#"{{"Service":["{ACCOUNT}@{SERVICE}"]}}"#);
    role(&app, &root, "own", &principal).await;
    let own = app.service(SERVICE, Some(ACCOUNT), &[]).await;
    let other = app.service(SERVICE, Some(OTHER), &[]).await;
    let any = app.service(SERVICE, None, &[]).await;
    for (key, plain, named_own, named_other) in [
        (&own, true, true, false),
        (&other, false, false, true),
        (&any, true, true, false),
    ] {
        assert_eq!(takes(&app, key, "plain").await, plain);
        assert_eq!(takes(&app, key, "own").await, named_own);
        assert_eq!(takes(&app, key, "other").await, named_other);
    }
    app.end().await;
}

async fn t11_only_a_role_that_names_the_service_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for (name, principal) in [
        ("everybody", r#"{"RAM":["*"]}"#),
        ("account", r#"{"RAM":["acs:ram::1234567890123456:root"]}"#),
        ("another", r#"{"Service":["ecs.aliyuncs.com"]}"#),
        ("deeper", r#"{"Service":["a.storage.corp.example"]}"#),
        ("longer", r#"{"Service":["storage.corp.example.com"]}"#),
    ] {
        role(&app, &root, name, principal).await;
    }
    let service = app.service(SERVICE, None, &[]).await;
    for name in ["everybody", "account", "another", "deeper", "longer"] {
        assert!(!takes(&app, &service, name).await, "{name}");
    }
    // A Deny counts, and so does a condition.
    let document = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["storage.corp.example"]},
         "Condition":{"StringEquals":{"sts:ExternalId":"x1"}}}]}"#;
    let params = [("RoleName", "asks"), ("AssumeRolePolicyDocument", document)];
    app.ram(&root, "CreateRole", &params).await.ok();
    assert!(!takes(&app, &service, "asks").await);
    app.assume(&service, "asks", &[("ExternalId", "x1")])
        .await
        .unwrap();
    app.end().await;
}

async fn t11_a_service_calls_nothing_that_does_not_name_it(on: On) {
    let app = TestApp::start(on).await;
    app.user("alice", &[&policy("Allow", "*", "*")]).await;
    role(
        &app,
        &app.root(),
        "plain",
        r#"{"Service":["storage.corp.example"]}"#,
    )
    .await;
    let service = app.service(SERVICE, Some(ACCOUNT), &[]).await;
    let params = [
        ("UserName", "alice"),
        ("RoleName", "plain"),
        ("GroupName", "g"),
        ("PolicyName", "alice-0"),
        ("PolicyType", "Custom"),
        ("VersionId", "v1"),
        ("AccountAlias", "taken-over"),
    ];
    let before = calls::state(&app).await;
    let mut tried = 0;
    for entry in REGISTRY {
        let declared = entry.declaration;
        let names = |name: &str| declared.params.iter().any(|param| param.name == name);
        let params: Vec<(&str, &str)> =
            params.into_iter().filter(|(name, _)| names(name)).collect();
        if declared.auth == Auth::Signed {
            let reply = app
                .rpc(&service, declared.product, declared.name, &params)
                .await;
            reply.refused(403, "NoPermission");
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(calls::state(&app).await, before);
    let names: Vec<&str> = REGISTRY
        .iter()
        .filter(|entry| entry.declaration.auth == Auth::AnySigned)
        .map(|entry| entry.declaration.name)
        .collect();
    assert_eq!(names, ["AssumeRole", "GetCallerIdentity"]);
    app.end().await;
}

async fn t11_a_key_signs_in_its_networks_alone(on: On) {
    let app = TestApp::start(on).await;
    role(
        &app,
        &app.root(),
        "plain",
        r#"{"Service":["storage.corp.example"]}"#,
    )
    .await;
    let service = app
        .service(SERVICE, None, &["10.1.0.0/16", "2001:db8::/32"])
        .await;
    for (peer, admitted) in [
        ("127.0.0.1", false),
        ("10.2.0.1", false),
        ("::1", false),
        ("10.1.255.255", true),
        ("::ffff:10.1.0.1", true),
        ("2001:db8:ffff::1", true),
    ] {
        for (action, params) in [
            ("GetCallerIdentity", &[][..]),
            (
                "AssumeRole",
                &[
                    ("RoleArn", "acs:ram::1234567890123456:role/plain"),
                    ("RoleSessionName", "s1"),
                ],
            ),
        ] {
            let version = Product::Sts.version();
            let query = app.rpc_query(&service, "POST", version, action, params);
            let target = format!("/?{query}");
            let host = [("host", "127.0.0.1:7267")];
            let reply = app
                .send_from(peer.parse().unwrap(), "POST", &target, &host, b"")
                .await;
            if admitted {
                reply.ok();
            } else {
                reply.refused(403, "NoPermission");
            }
        }
    }
    app.end().await;
}

async fn t11_a_key_that_was_switched_off_is_dead_at_once(on: On) {
    let app = TestApp::start(on).await;
    role(
        &app,
        &app.root(),
        "plain",
        r#"{"Service":["storage.corp.example"]}"#,
    )
    .await;
    let service = app.service(SERVICE, None, &[]).await;
    let id = service.id.parse().unwrap();
    let who = || app.sts(&service, "GetCallerIdentity", &[]);
    who().await.ok();
    service_key::set_status(&app.iam, &id, AccessKeyStatus::Inactive)
        .await
        .unwrap();
    who().await.refused(400, "InvalidAccessKeyId.Inactive");
    let refused = app.assume(&service, "plain", &[]).await.unwrap_err();
    refused.refused(400, "InvalidAccessKeyId.Inactive");
    service_key::set_status(&app.iam, &id, AccessKeyStatus::Active)
        .await
        .unwrap();
    assert!(takes(&app, &service, "plain").await);
    service_key::delete(&app.iam, &id).await.unwrap();
    who().await.refused(404, "InvalidAccessKeyId.NotFound");
    app.end().await;
}

async fn t11_a_service_learns_nothing_of_accounts(on: On) {
    let app = TestApp::start(on).await;
    role(
        &app,
        &app.root(),
        "refuses",
        r#"{"Service":["ecs.aliyuncs.com"]}"#,
    )
    .await;
    for account in [None, Some(ACCOUNT)] {
        let service = app.service(SERVICE, account, &[]).await;
        let mut answers = Vec::new();
        for arn in [
            format!("acs:ram::{ACCOUNT}:role/refuses"),
            format!("acs:ram::{ACCOUNT}:role/missing"),
            format!("acs:ram::{OTHER}:role/refuses"),
        ] {
            let reply = app.assume(&service, &arn, &[]).await.unwrap_err();
            reply.refused(403, "NoPermission");
            let mut json = reply.json();
            json["RequestId"].take();
            json["Recommend"].take();
            json["AccessDeniedDetail"]["EncodedDiagnosticMessage"].take();
            answers.push(json);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[1], answers[2]);
    }
    app.end().await;
}
