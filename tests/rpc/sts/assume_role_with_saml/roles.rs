//! Which role: what the assertion says of it, whether it is there, and whom it trusts.

use super::INVALID;
use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::saml_idp::{Key, PROVIDER, RECIPIENT, ROLE, SAML_CALL, Signing, Told, told};
use crate::expect::with;
use crate::on_both;

on_both!(
    the_attributes_name_role_and_session,
    trust_names_the_provider,
    trust_holds_under_conditions,
    the_role_must_be_there,
);

async fn the_attributes_name_role_and_session(on: On) {
    let app = TestApp::with_sso(on).await;
    let other = "acs:ram::1234567890123456:role/Other";
    // In either order, with blanks, among others, in whatever case the names are.
    for roles in [
        vec![format!("{PROVIDER},{ROLE}")],
        vec![format!(" {ROLE} , {PROVIDER} ")],
        vec![format!("{other},{PROVIDER}"), format!("{ROLE},{PROVIDER}")],
        vec!["nonsense".to_owned(), format!("{ROLE},{PROVIDER}")],
        vec![
            format!("{ROLE},{PROVIDER}")
                .replace("Idp", "iDP")
                .replace("Fed", "fED"),
        ],
    ] {
        let told = Told { roles, ..told() };
        app.with_response(&told.signed()).await.ok();
    }
    for roles in [
        vec![],
        vec![ROLE.to_owned()],
        vec![format!("{ROLE},{ROLE}")],
        vec![format!("{other},{PROVIDER}")],
        vec![format!("{ROLE},{PROVIDER}x")],
        vec![format!("{ROLE},{PROVIDER},{PROVIDER}")],
        vec![format!("{ROLE};{PROVIDER}")],
        vec![format!("{ROLE},{PROVIDER}").replace("1234567890123456", "1000000000000077")],
        vec![format!("{ROLE},{}", PROVIDER.replace("saml", "oidc"))],
    ] {
        let told = Told { roles, ..told() };
        app.with_response(&told.signed())
            .await
            .refused(401, INVALID);
    }
    let long = "a".repeat(65);
    for names in [
        &[][..],
        &["alice", "bob"],
        &["a"],
        &[&long],
        &["a b"],
        &["a/b"],
        &[""],
        &["älice"],
    ] {
        let told = Told {
            session_names: names.iter().map(|name| (*name).to_owned()).collect(),
            ..told()
        };
        let reply = app.with_response(&told.signed()).await;
        reply.refused(400, "InvalidParameter.RoleSessionName");
        assert_eq!(reply.message(), "The RoleSessionName is invalid.");
    }
    app.end().await;
}

/// The code of a call with that response for that role, whose assertion names it.
async fn code_for(app: &TestApp, role: &str) -> (u16, String) {
    let told = Told {
        roles: vec![format!("{role},{PROVIDER}")],
        ..told()
    };
    let params = with(SAML_CALL, "RoleArn", role);
    let reply = app.with_response_and(&told.signed(), &params).await;
    (reply.status.as_u16(), reply.code())
}

async fn trust_names_the_provider(on: On) {
    let app = TestApp::with_sso(on).await;
    let denied = (401, "AuthenticationFail.NoPermission".to_owned());
    let other_kind = PROVIDER.replace("saml", "oidc");
    for (name, principal) in [
        ("Others", "acs:ram::1234567890123456:saml-provider/Another"),
        ("Kind", &*other_kind),
        ("Foreign", "acs:ram::1000000000000077:saml-provider/Idp"),
    ] {
        let trust = crate::expect::issuer::trusting(principal, "{}");
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        app.ram(&app.root(), "CreateRole", &role).await.ok();
        let arn = format!("acs:ram::{ACCOUNT}:role/{name}");
        assert_eq!(code_for(&app, &arn).await, denied, "{name}");
    }
    // A role of another account that trusts this account's provider.
    let stranger = app.add_account("1000000000000077").await;
    let trust = crate::expect::issuer::trusting(PROVIDER, "{}");
    let role = [
        ("RoleName", "Theirs"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    app.ram(&stranger, "CreateRole", &role).await.ok();
    let theirs = "acs:ram::1000000000000077:role/Theirs";
    assert_eq!(code_for(&app, theirs).await, denied);
    app.end().await;
}

async fn trust_holds_under_conditions(on: On) {
    let app = TestApp::with_sso(on).await;
    for (name, condition, allowed) in [
        (
            "A",
            r#"{"StringEquals":{"saml:recipient":"RECIPIENT"}}"#,
            true,
        ),
        (
            "B",
            r#"{"StringEquals":{"saml:recipient":"https://signin.aliyun.com/saml-role/sso"}}"#,
            false,
        ),
        (
            "C",
            r#"{"StringNotEquals":{"saml:recipient":"RECIPIENT"}}"#,
            false,
        ),
        ("D", r#"{"StringLike":{"sts:RoleSessionName":"al*"}}"#, true),
        (
            "E",
            r#"{"StringLike":{"sts:RoleSessionName":"bob"}}"#,
            false,
        ),
        (
            "F",
            r#"{"IpAddress":{"acs:SourceIp":["127.0.0.0/8"]}}"#,
            true,
        ),
        ("G", r#"{"StringEquals":{"oidc:iss":"RECIPIENT"}}"#, false),
    ] {
        let condition = condition.replace("RECIPIENT", RECIPIENT);
        app.saml_role(name, &condition).await;
        let (status, _) = code_for(&app, &format!("acs:ram::{ACCOUNT}:role/{name}")).await;
        assert_eq!(status, if allowed { 200 } else { 401 }, "{condition}");
    }
    app.end().await;
}

async fn the_role_must_be_there(on: On) {
    let app = TestApp::with_sso(on).await;
    let absent = "acs:ram::1234567890123456:role/Absent";
    let expected = (404, "EntityNotExist.RoleArn".to_owned());
    assert_eq!(code_for(&app, absent).await, expected);
    // Who is not vouched for is not told.
    let params = with(SAML_CALL, "RoleArn", absent);
    app.with_response_and(
        &told().signed_with(&Signing::with(Key::Rsa(1), "rsa-sha256")),
        &params,
    )
    .await
    .refused(401, INVALID);
    app.end().await;
}
