//! `AssumeRole`: its parameters and its answer here; who may take a role, and what becomes of the
//! session, in the modules.

mod accounts;
mod chain;
mod lifetime;
mod narrowing;
mod sides;
mod source_identity;

use rampart::ops::declare::Product;
use serde_json::{Value, json};

use crate::app::{ACCOUNT, Credentials, On, Reply, TestApp, policy, trust};
use crate::expect::{
    Pairs, Refusal, bad_type, inner_xml, members, missing, refusal, with, without,
};
use crate::on_both;

const ARN: &str = "acs:ram::1234567890123456:role/Reader";
const GOOD: &[(&str, &str)] = &[("RoleArn", ARN), ("RoleSessionName", "session")];
const TEXT: &str = "You are not authorized to do this action. You should be authorized by RAM.";

on_both!(
    mints_a_session,
    lasts_as_long_as_told,
    refuses_other_durations,
    checks_the_role_arn,
    checks_the_session_name,
    checks_the_external_id,
    checks_the_session_policy,
);

/// One who may take any role, as far as it is up to him.
async fn taker(app: &TestApp) -> Credentials {
    app.user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await
}

/// One who may, and a role `Reader` that lets everyone of the account.
async fn taker_and_role(app: &TestApp) -> Credentials {
    let principal = format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:root"}}"#);
    app.role("Reader", &principal, &[]).await;
    taker(app).await
}

async fn assume(app: &TestApp, caller: &Credentials, params: Pairs<'_>) -> Value {
    members(&app.sts(caller, "AssumeRole", params).await)
}

async fn refuses(app: &TestApp, caller: &Credentials, params: Pairs<'_>, expected: &Refusal) {
    app.refuses_of(Product::Sts, caller, "AssumeRole", params, expected)
        .await;
}

/// What a denial says of itself: the action, the kind, and which policy.
fn why(denial: &Reply) -> (String, String, String) {
    denial.refused(403, "NoPermission");
    assert_eq!(denial.message(), TEXT);
    let detail = denial.json()["AccessDeniedDetail"].clone();
    assert_eq!(detail.as_object().unwrap().len(), 7, "{detail}");
    let text = |name: &str| detail[name].as_str().unwrap().to_owned();
    (
        text("AuthAction"),
        text("NoPermissionType"),
        text("PolicyType"),
    )
}

/// Checks that the caller cannot take the role, and why: the action without its product, the kind
/// without its `Deny`, and the policy.
async fn denied(
    app: &TestApp,
    caller: &Credentials,
    role: &str,
    params: Pairs<'_>,
    because: [&str; 3],
) {
    let denial = app.assume(caller, role, params).await.unwrap_err();
    let [action, kind, policy] = because;
    assert_eq!(
        why(&denial),
        (
            format!("sts:{action}"),
            format!("{kind}Deny"),
            policy.to_owned()
        ),
        "{role} {params:?}"
    );
}

const IDENTITY: &str = "AccountLevelIdentityBasedPolicy";
const TRUST: &str = "AssumeRolePolicy";

async fn mints_a_session(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let role = app
        .ram(&app.root(), "GetRole", &[("RoleName", "Reader")])
        .await
        .ok();
    let role_id = role["Role"]["RoleId"].as_str().unwrap();
    let before = app.state().await;
    let params = [
        ("RoleArn", "acs:ram::1234567890123456:role/READER"),
        ("RoleSessionName", "My.Session-1@x_y"),
        ("DurationSeconds", ""),
        ("Policy", ""),
        ("ExternalId", ""),
        ("SourceIdentity", ""),
        ("Surplus", "ignored"),
    ];
    let minted = assume(&app, &alice, &params).await;
    let text = |member: &str| minted["Credentials"][member].as_str().unwrap();
    let (id, secret, token) = (
        text("AccessKeyId"),
        text("AccessKeySecret"),
        text("SecurityToken"),
    );
    assert!(id.starts_with("STS.N") && id.len() == 29, "{id}");
    assert!(id[4..].bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
    assert!((40..=44).contains(&secret.len()), "{}", secret.len());
    assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert!(token.starts_with("CAIS"), "{token}");
    assert!(
        token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    );
    assert_eq!(
        minted,
        json!({
            "AssumedRoleUser": {
                "AssumedRoleId": format!("{role_id}:My.Session-1@x_y"),
                "Arn": format!("acs:ram::{ACCOUNT}:role/Reader/My.Session-1@x_y"),
            },
            "Credentials": {
                "AccessKeyId": id,
                "AccessKeySecret": secret,
                "Expiration": "2026-11-22T01:00:00Z",
                "SecurityToken": token,
            },
        })
    );
    // Nothing of a session is stored.
    assert_eq!(app.state().await, before);

    let params = with(GOOD, "Format", "XML");
    let reply = app.rpc(&alice, Product::Sts, "AssumeRole", &params).await;
    let xml = inner_xml(&reply, "AssumeRole");
    let head = format!(
        "<AssumedRoleUser><AssumedRoleId>{role_id}:session</AssumedRoleId>\
         <Arn>acs:ram::{ACCOUNT}:role/Reader/session</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>STS.N"
    );
    assert!(xml.starts_with(&head), "{xml}");
    let date = "</AccessKeySecret><Expiration>2026-11-22T01:00:00Z</Expiration><SecurityToken>CAIS";
    assert!(xml.contains(date), "{xml}");
    assert!(xml.ends_with("</SecurityToken></Credentials>"), "{xml}");
    app.end().await;
}

/// A role with a longest session of that many seconds.
async fn role_for(app: &TestApp, name: &str, seconds: &str) {
    let params = [
        ("RoleName", name),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
        ("MaxSessionDuration", seconds),
    ];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
}

async fn lasts_as_long_as_told(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    role_for(&app, "short", "3600").await;
    role_for(&app, "long", "43200").await;
    for (role, asked, seconds, expiration) in [
        ("short", "", 3600, "2026-11-22T01:00:00Z"),
        ("short", "900", 900, "2026-11-22T00:15:00Z"),
        ("short", "3600", 3600, "2026-11-22T01:00:00Z"),
        ("long", "", 3600, "2026-11-22T01:00:00Z"),
        ("long", "3601", 3601, "2026-11-22T01:00:01Z"),
        ("long", "43200", 43200, "2026-11-22T12:00:00Z"),
    ] {
        // Half a second more or less of the clock is not seen.
        app.clock.set_millis(crate::app::START * 1000 + 500);
        let arn = format!("acs:ram::{ACCOUNT}:role/{role}");
        let params = [
            ("RoleArn", arn.as_str()),
            ("RoleSessionName", "session"),
            ("DurationSeconds", asked),
        ];
        let minted = assume(&app, &alice, &params).await;
        assert_eq!(
            minted["Credentials"]["Expiration"], expiration,
            "{role} {asked}"
        );
        let text = |member: &str| minted["Credentials"][member].as_str().unwrap().to_owned();
        let session = Credentials {
            id: text("AccessKeyId"),
            secret: text("AccessKeySecret"),
            token: Some(text("SecurityToken")),
        };
        app.clock
            .set_millis((crate::app::START + seconds) * 1000 - 1);
        app.sts(&session, "GetCallerIdentity", &[]).await.ok();
        app.clock.advance(1);
        let ended = app.sts(&session, "GetCallerIdentity", &[]).await;
        ended.refused(400, "InvalidSecurityToken.Expired");
        assert_eq!(ended.message(), "Specified SecurityToken is expired.");
    }
    app.end().await;
}

async fn refuses_other_durations(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker(&app).await;
    role_for(&app, "Reader", "7200").await;
    let bounds = refusal(
        400,
        "InvalidParameter.DurationSeconds",
        "The Min/Max value of DurationSeconds is 15min/1hr.",
    );
    for seconds in ["899", "0", "-3600", "7201", "43201", "9223372036854775807"] {
        refuses(
            &app,
            &alice,
            &with(GOOD, "DurationSeconds", seconds),
            &bounds,
        )
        .await;
    }
    for text in ["abc", "3600.5", "9223372036854775808"] {
        refuses(
            &app,
            &alice,
            &with(GOOD, "DurationSeconds", text),
            &bad_type("DurationSeconds"),
        )
        .await;
    }
    // The role's maximum is told to those alone whom it lets.
    let bob = app.user("bob", &[]).await;
    let params = [("DurationSeconds", "7201")];
    denied(
        &app,
        &bob,
        "Reader",
        &params,
        ["AssumeRole", "Implicit", IDENTITY],
    )
    .await;
    app.end().await;
}

async fn checks_the_role_arn(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    for params in [without(GOOD, "RoleArn"), with(GOOD, "RoleArn", "")] {
        refuses(&app, &alice, &params, &missing("RoleArn")).await;
    }
    let formed = refusal(
        400,
        "InvalidParameter.RoleArn",
        "The parameter RoleArn is wrongly formed.",
    );
    let long = format!("acs:ram::{ACCOUNT}:role/{}", "a".repeat(65));
    for arn in [
        "Reader",
        "acs:ram::1234567890123456:Reader",
        "acs:ram::1234567890123456:user/alice",
        "acs:ram::1234567890123456:role/",
        "acs:ram::1234567890123456:role/a b",
        "acs:ram::1234567890123456:role/*",
        "acs:ram::1234567890123456:role/Reader/session",
        "acs:ram::1234567890123456:role/Reader ",
        "acs:ram:*:1234567890123456:role/Reader",
        "acs:ram::abc:role/Reader",
        "acs:ram::*:role/Reader",
        "acs:sts::1234567890123456:role/Reader",
        "acs:ram::1234567890123456:assumed-role/Reader/session",
        &long,
    ] {
        refuses(&app, &alice, &with(GOOD, "RoleArn", arn), &formed).await;
    }
    // Of the right form: names of service-linked roles may hold a `_`.
    let none = refusal(404, "EntityNotExist.Role", "The specified Role not exists.");
    let arn = "acs:ram::1234567890123456:role/a_b";
    refuses(&app, &alice, &with(GOOD, "RoleArn", arn), &none).await;
    app.end().await;
}

async fn checks_the_session_name(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let name = "RoleSessionName";
    for params in [without(GOOD, name), with(GOOD, name, "")] {
        refuses(&app, &alice, &params, &missing(name)).await;
    }
    let formed = refusal(
        400,
        "InvalidParameter.RoleSessionName",
        "The parameter RoleSessionName is wrongly formed.",
    );
    let (longest, long) = ("n".repeat(64), "n".repeat(65));
    for text in ["a", "a b", "a/b", "a:b", "a+b", "a,b", "a=b", "ééé", &long] {
        refuses(&app, &alice, &with(GOOD, name, text), &formed).await;
    }
    for text in ["ab", "A.b@c-d_1", &longest] {
        let minted = assume(&app, &alice, &with(GOOD, name, text)).await;
        let arn = format!("acs:ram::{ACCOUNT}:role/Reader/{text}");
        assert_eq!(minted["AssumedRoleUser"]["Arn"], arn);
    }
    app.end().await;
}

async fn checks_the_external_id(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let formed = refusal(
        400,
        "InvalidParameter.ExternalId",
        "The parameter ExternalId is wrongly formed.",
    );
    let (longest, long) = ("x".repeat(1224), "x".repeat(1225));
    for text in ["x", "a b", "a*b", "a\"b", "éé", &long] {
        refuses(&app, &alice, &with(GOOD, "ExternalId", text), &formed).await;
    }
    // One that no condition asks for is harmless, and is not told back.
    for text in ["ab", "A_z0+=,.@:/-", &longest] {
        let minted = assume(&app, &alice, &with(GOOD, "ExternalId", text)).await;
        assert_eq!(minted.as_object().unwrap().len(), 2, "{minted}");
    }
    app.end().await;
}

async fn checks_the_session_policy(on: On) {
    let app = TestApp::start(on).await;
    let alice = taker_and_role(&app).await;
    let size = refusal(
        400,
        "InvalidParameter.PolicySize",
        "The size of Policy must be smaller than 1024 bytes.",
    );
    let grammar = refusal(
        400,
        "InvalidParameter.PolicyGrammar",
        "The parameter Policy has not passed grammar check.",
    );
    let good = policy("Allow", "ram:Get*", "*");
    let padded = |length: usize| {
        let sid = good.replace(r#""Effect""#, r#""Sid":"文","Effect""#);
        format!("{sid}{}", " ".repeat(length - sid.chars().count()))
    };
    let condition = good.replace(
        r#""*"}"#,
        r#""*","Condition":{"Bool":{"acs:SecureTransport":"yes"}}}"#,
    );
    for (text, expected) in [
        (padded(2049).as_str(), &size),
        (&"{".repeat(2049), &size),
        ("{", &grammar),
        ("nonsense", &grammar),
        ("[]", &grammar),
        (&good.replace(r#""Version":"1","#, ""), &grammar),
        (&policy("allow", "ram:Get*", "*"), &grammar),
        (&policy("Allow", "Get", "*"), &grammar),
        (&policy("Allow", "ram:Get*", "everything"), &grammar),
        (&trust(r#"{"RAM":"*"}"#), &grammar),
        (
            &good.replace(r#""*"}"#, r#""*","Principal":{"RAM":"*"}}"#),
            &grammar,
        ),
        (&condition, &grammar),
    ] {
        refuses(&app, &alice, &with(GOOD, "Policy", text), expected).await;
    }
    for length in [2047, 2048] {
        assume(&app, &alice, &with(GOOD, "Policy", &padded(length))).await;
    }
    app.end().await;
}
