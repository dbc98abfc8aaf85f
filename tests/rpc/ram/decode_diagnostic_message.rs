//! `DecodeDiagnosticMessage`.

use serde_json::{Value, json};

use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, root_of};
use crate::expect::{missing, refusal};
use crate::on_both;

on_both!(
    names_the_statement_that_denied,
    an_implicit_denial_names_none,
    a_session_policy_that_denies,
    a_trust_policy_that_denies,
    t20_another_account_reads_nothing,
    refuses_what_is_no_message,
    needs_permission,
);

const GUARD: &str = r#"{"Version":"1","Statement":[
    {"Effect":"Allow","Action":"ram:*","Resource":"*"},
    {"Effect":"Deny","Action":"ram:Delete*","Resource":"*"},
    {"Effect":"Deny","Action":"ram:DeleteRole","Resource":"acs:ram:*:*:role/prod*"}]}"#;

/// The message of a denial of that call.
async fn denied(
    app: &TestApp,
    caller: &Credentials,
    action: &str,
    params: &[(&str, &str)],
) -> String {
    let reply = if action == "AssumeRole" {
        app.sts(caller, action, params).await
    } else {
        app.ram(caller, action, params).await
    };
    assert_eq!(reply.status, 403, "{}", reply.text);
    let message = reply.json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"].clone();
    let message = message.as_str().unwrap().to_owned();
    assert!(message.starts_with("AQ"), "{message}");
    message
}

async fn decode(app: &TestApp, caller: &Credentials, message: &str) -> Value {
    let params = [("EncodedDiagnosticMessage", message)];
    let answer = app.answer(caller, "DecodeDiagnosticMessage", &params).await;
    answer["DecodedDiagnosticMessage"].clone()
}

/// The statements that denied, as the message names them.
fn statements(told: &Value) -> Value {
    let conditions = told["AuthConditions"].as_array().unwrap();
    let named = conditions
        .iter()
        .find(|entry| entry["ConditionKey"] == "rampart:MatchedStatement");
    named.unwrap()["ConditionValues"].clone()
}

async fn names_the_statement_that_denied(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "ram:*", "*"), GUARD])
        .await;
    let message = denied(&app, &alice, "DeleteRole", &[("RoleName", "prod-1")]).await;
    let told = decode(&app, &app.root(), &message).await;
    let matched = || {
        json!({
            "AttachedEntityType": "User",
            "AttachedScope": "Account",
            "Effect": "Deny",
            "PolicyIdentifier": "alice-1",
            "PolicyType": "Custom",
            "PolicyVersion": "v1",
        })
    };
    assert_eq!(told["MatchedPolicies"], json!([matched(), matched()]));
    assert_eq!(told["AuthAction"], "ram:DeleteRole");
    assert_eq!(
        told["AuthResource"],
        format!("acs:ram:*:{ACCOUNT}:role/prod-1")
    );
    assert_eq!(told["ExplicitDeny"], true);
    assert_eq!(
        told["NoPermissionPolicyType"],
        "AccountLevelIdentityBasedPolicy"
    );
    assert_eq!(told["AuthPrincipal"]["AuthPrincipalType"], "SubUser");
    assert_eq!(told["AuthPrincipal"]["AuthPrincipalOwnerId"], ACCOUNT);
    let conditions = told["AuthConditions"].as_array().unwrap();
    let value = |key: &str| {
        let found = conditions.iter().find(|entry| entry["ConditionKey"] == key);
        found.unwrap()["ConditionValues"].clone()
    };
    assert_eq!(
        value("rampart:MatchedStatement"),
        json!(["Custom/alice-1@v1#2", "Custom/alice-1@v1#3"])
    );
    assert_eq!(value("acs:SourceIp"), json!(["127.0.0.1"]));
    assert_eq!(
        value("acs:PrincipalARN"),
        json!([format!("acs:ram::{ACCOUNT}:user/alice")])
    );
    app.end().await;
}

async fn an_implicit_denial_names_none(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "ram:Decode*", "*")])
        .await;
    let message = denied(&app, &alice, "ListRoles", &[]).await;
    let told = decode(&app, &alice, &message).await;
    assert_eq!(told["MatchedPolicies"], json!([]));
    assert_eq!(told["ExplicitDeny"], false);
    app.end().await;
}

async fn a_session_policy_that_denies(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app
        .assume(&alice, "Reader", &[("Policy", &policy("Deny", "*", "*"))])
        .await
        .unwrap();
    let message = denied(&app, &session, "ListRoles", &[]).await;
    let told = decode(&app, &app.root(), &message).await;
    assert_eq!(told["NoPermissionPolicyType"], "SessionPolicy");
    assert_eq!(told["MatchedPolicies"][0]["PolicyType"], "SessionPolicy");
    assert_eq!(told["MatchedPolicies"][0]["AttachedEntityType"], "Role");
    assert_eq!(statements(&told), json!(["SessionPolicy#1"]));
    app.end().await;
}

/// A user, and a role of the account that trusts everybody but lets nobody in.
async fn barred(app: &TestApp, root: &Credentials) -> (Credentials, String) {
    let alice = app
        .user_of(root, "alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let trust = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}},
        {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;
    let params = [("RoleName", "Barred"), ("AssumeRolePolicyDocument", trust)];
    app.ram(&app.root(), "CreateRole", &params).await.ok();
    (alice, format!("acs:ram::{ACCOUNT}:role/Barred"))
}

async fn a_trust_policy_that_denies(on: On) {
    let app = TestApp::start(on).await;
    let (alice, role) = barred(&app, &app.root()).await;
    let params = [("RoleArn", &*role), ("RoleSessionName", "session")];
    let message = denied(&app, &alice, "AssumeRole", &params).await;
    let told = decode(&app, &app.root(), &message).await;
    assert_eq!(told["NoPermissionPolicyType"], "AssumeRolePolicy");
    assert_eq!(told["ExplicitDeny"], true);
    assert_eq!(statements(&told), json!(["AssumeRolePolicy#2"]));
    app.end().await;
}

/// Neither does another account open the message, nor does a message hold what another account's
/// trust policy says.
async fn t20_another_account_reads_nothing(on: On) {
    const OTHER: &str = "2000000000000002";
    let app = TestApp::start(on).await;
    app.add_account(OTHER).await;
    let (stranger, role) = barred(&app, &root_of(OTHER)).await;
    let params = [("RoleArn", &*role), ("RoleSessionName", "session")];
    let message = denied(&app, &stranger, "AssumeRole", &params).await;
    let told = decode(&app, &root_of(OTHER), &message).await;
    assert_eq!(told["MatchedPolicies"], json!([]));
    assert_eq!(told["ExplicitDeny"], false);
    let unknown = refusal(
        404,
        "EntityNotExist",
        "The specific DecodedDiagnosticMessage cannot be found.",
    );
    let params = [("EncodedDiagnosticMessage", &*message)];
    app.refuses(&app.root(), "DecodeDiagnosticMessage", &params, &unknown)
        .await;
    app.end().await;
}

async fn refuses_what_is_no_message(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("alice", &[]).await;
    let message = denied(&app, &alice, "ListRoles", &[]).await;
    let root = app.root();
    let action = "DecodeDiagnosticMessage";
    app.refuses(&root, action, &[], &missing("EncodedDiagnosticMessage"))
        .await;
    let unknown = refusal(
        404,
        "EntityNotExist",
        "The specific DecodedDiagnosticMessage cannot be found.",
    );
    let flipped = message.replacen("AQ", "AR", 1);
    let cut = &message[..message.len() - 4];
    for text in ["x", "AQ==", "!", &flipped, cut] {
        let params = [("EncodedDiagnosticMessage", text)];
        app.refuses(&root, action, &params, &unknown).await;
    }
    app.clock.advance(24 * 3600 + 1);
    let expired = refusal(
        400,
        "EncodedMessageExpire",
        "The EncodedDiagnosticMessage is expired.",
    );
    let params = [("EncodedDiagnosticMessage", &*message)];
    app.refuses(&root, action, &params, &expired).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("alice", &[]).await;
    let message = denied(&app, &alice, "ListRoles", &[]).await;
    let params = [("EncodedDiagnosticMessage", &*message)];
    let call = ("DecodeDiagnosticMessage", &params[..]);
    app.denies(&alice, call, "*", "ImplicitDeny").await;
    app.end().await;
}
