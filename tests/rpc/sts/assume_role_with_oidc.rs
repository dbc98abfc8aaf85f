//! `AssumeRoleWithOIDC`: its parameters, its answer and the role's trust here; forged tokens, and how
//! the issuer's keys are come by, in the modules.

mod attacks;
mod keys;

use rampart::credential::time;
use rampart::ops::declare::Product;
use rampart::ports::Clock as _;
use serde_json::json;

use crate::app::{ACCOUNT, Credentials, On, Reply, TestApp};
use crate::expect::issuer::{
    CALL, ISSUER, Issuer, claims, claims_with, es256, rs256, setup, trusting,
};
use crate::expect::{IDP, Pairs, members, missing, with, without};
use crate::on_both;

on_both!(
    mints_a_session,
    answers_in_xml,
    takes_one_audience_of_several,
    takes_a_subject_of_any_letters,
    checks_the_parameters,
    lasts_as_long_as_told,
    a_session_policy_narrows,
    trust_names_the_provider,
    trust_holds_under_conditions,
    the_role_must_be_there,
    is_of_no_use_once_the_provider_is_changed,
    t10_refuses_credentials,
    t15_a_chain_ends,
);

/// The credentials of an answer.
fn credentials(reply: &Reply) -> Credentials {
    let json = reply.ok();
    let text = |member: &str| json["Credentials"][member].as_str().unwrap().to_owned();
    Credentials {
        id: text("AccessKeyId"),
        secret: text("AccessKeySecret"),
        token: Some(text("SecurityToken")),
    }
}

async fn mints_a_session(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    for token in [
        rs256(&claims()),
        es256(&claims()),
        format!(" {}\n", rs256(&claims())),
    ] {
        let reply = app.with_token(&token).await;
        let mut answer = members(&reply);
        let credentials = answer["Credentials"].take();
        assert_eq!(credentials["Expiration"], "2026-11-22T01:00:00Z");
        assert!(
            credentials["AccessKeyId"]
                .as_str()
                .unwrap()
                .starts_with("STS.")
        );
        let id = answer["AssumedRoleUser"]["AssumedRoleId"].take();
        assert!(id.as_str().unwrap().ends_with(":session"), "{id}");
        assert_eq!(
            answer,
            json!({
                "AssumedRoleUser": {
                    "Arn": format!("acs:ram::{ACCOUNT}:role/Federated/session"),
                    "AssumedRoleId": null,
                },
                "Credentials": null,
                "OIDCTokenInfo": {
                    "Subject": "system:serviceaccount:apps:reader",
                    "Issuer": ISSUER,
                    "ClientIds": "one",
                    "ExpirationTime": "2026-11-22T01:00:00Z",
                    "IssuanceTime": "2026-11-21T23:59:00Z",
                    "VerificationInfo": "Success",
                },
            })
        );
        let session = self::credentials(&reply);
        let who = app.sts(&session, "GetCallerIdentity", &[]).await.ok();
        assert_eq!(
            who["Arn"],
            format!("acs:ram::{ACCOUNT}:assumed-role/Federated/session")
        );
    }
    app.end().await;
}

async fn answers_in_xml(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    let mut all = vec![("Action", "AssumeRoleWithOIDC"), ("Version", "2015-04-01")];
    all.extend(with(CALL, "OIDCToken", &token));
    // Without a word on the format; in a form.
    let body = crate::app::encode(&all);
    let headers = [
        ("host", "127.0.0.1:7267"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let reply = app.send("POST", "/", &headers, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    for piece in [
        "<AssumeRoleWithOIDCResponse>",
        "<OIDCTokenInfo><ClientIds>one</ClientIds>",
    ] {
        assert!(reply.text.contains(piece), "{}", reply.text);
    }
    app.end().await;
}

async fn takes_one_audience_of_several(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims_with("aud", json!(["other", "two", "https://x"])));
    let answer = app.with_token(&token).await.ok();
    assert_eq!(answer["OIDCTokenInfo"]["ClientIds"], "other,two,https://x");
    app.end().await;
}

async fn takes_a_subject_of_any_letters(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    for subject in [
        "żółw",
        "a \"name\" \\ and more",
        "long enough to be read in words: é",
    ] {
        let token = rs256(&claims_with("sub", subject));
        let answer = app.with_token(&token).await.ok();
        assert_eq!(answer["OIDCTokenInfo"]["Subject"], subject);
    }
    app.end().await;
}

async fn refuses(app: &TestApp, params: Pairs<'_>, status: u16, code: &str, message: &str) {
    let before = app.state().await;
    let reply = app.unsigned("AssumeRoleWithOIDC", params).await;
    assert_eq!(
        (
            reply.status.as_u16(),
            reply.code().as_str(),
            reply.message().as_str()
        ),
        (status, code, message),
        "{params:?}"
    );
    assert_eq!(app.state().await, before);
}

async fn checks_the_parameters(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    let good = with(CALL, "OIDCToken", &token);
    for name in ["OIDCProviderArn", "RoleArn", "RoleSessionName"] {
        let expected = missing(name);
        for params in [without(&good, name), with(&good, name, "")] {
            refuses(&app, &params, 400, &expected.code, &expected.message).await;
        }
    }
    for params in [
        CALL.to_vec(),
        with(CALL, "OIDCToken", ""),
        with(CALL, "OIDCToken", " \n"),
    ] {
        refuses(
            &app,
            &params,
            401,
            "AuthenticationFail.OIDCToken.Invalid",
            "The OIDCToken can not empty.",
        )
        .await;
    }
    for (name, bad) in [
        ("OIDCProviderArn", "Idp"),
        (
            "OIDCProviderArn",
            "acs:ram::1234567890123456:saml-provider/Idp",
        ),
        (
            "OIDCProviderArn",
            "acs:ram::1234567890123456:oidc-provider/",
        ),
        ("RoleArn", "acs:ram::1234567890123456:user/Federated"),
        ("RoleSessionName", "a"),
        ("RoleSessionName", "a b"),
    ] {
        let code = format!("InvalidParameter.{name}");
        let text = format!("The parameter {name} is wrongly formed.");
        refuses(&app, &with(&good, name, bad), 400, &code, &text).await;
    }
    let long = " ".repeat(2049);
    for (policy, code, text) in [
        ("{", "InvalidParameter.PolicyGrammar", "Invalid Policy."),
        (
            long.as_str(),
            "InvalidParameter.PolicySize",
            "The max size of policy string is 1024.",
        ),
    ] {
        refuses(&app, &with(&good, "Policy", policy), 400, code, text).await;
    }
    app.end().await;
}

async fn lasts_as_long_as_told(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    let good = with(CALL, "OIDCToken", &token);
    for (seconds, expires) in [
        ("900", "2026-11-22T00:15:00Z"),
        ("3600", "2026-11-22T01:00:00Z"),
    ] {
        let params = with(&good, "DurationSeconds", seconds);
        let answer = app.unsigned("AssumeRoleWithOIDC", &params).await.ok();
        assert_eq!(answer["Credentials"]["Expiration"], expires);
    }
    for seconds in ["899", "3601"] {
        refuses(
            &app,
            &with(&good, "DurationSeconds", seconds),
            400,
            "InvalidParameter.DurationSeconds",
            "The Min/Max value of DurationSeconds is 15min/1hr.",
        )
        .await;
    }
    app.end().await;
}

async fn a_session_policy_narrows(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let attach = [
        ("PolicyType", "System"),
        ("PolicyName", "AliyunRAMReadOnlyAccess"),
        ("RoleName", "Federated"),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &attach)
        .await
        .ok();
    let token = rs256(&claims());
    let whole = credentials(&app.with_token(&token).await);
    app.ram(&whole, "ListUsers", &[]).await.ok();
    let policy = crate::app::policy("Allow", "ram:GetUser", "*");
    let params = with(&with(CALL, "OIDCToken", &token), "Policy", &policy);
    let narrow = credentials(&app.unsigned("AssumeRoleWithOIDC", &params).await);
    app.ram(&narrow, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    app.end().await;
}

async fn trust_names_the_provider(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let other = app.add_account("1000000000000002").await;
    app.rpc(&other, Product::Ims, "CreateOIDCProvider", IDP)
        .await
        .ok();
    let second = with(IDP, "OIDCProviderName", "Second");
    let second = with(&second, "IssuerUrl", "https://second.example");
    app.provided("CreateOIDCProvider", &second).await;
    let root = app.root();
    let own = "acs:ram::1234567890123456:oidc-provider/Idp";
    let foreign = "acs:ram::1000000000000002:oidc-provider/Idp";
    for (name, trust) in [
        (
            "Second",
            trusting("acs:ram::1234567890123456:oidc-provider/Second", "{}"),
        ),
        (
            "Saml",
            trusting("acs:ram::1234567890123456:saml-provider/Idp", "{}"),
        ),
        ("Foreign", trusting(foreign, "{}")),
        ("Ram", crate::app::trust(r#"{"RAM":["*"]}"#)),
        (
            "Denied",
            format!(
                r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Federated":["{own}"]}}}},{{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{{"Federated":["{own}"]}}}}]}}"#
            ),
        ),
    ] {
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        app.ram(&root, "CreateRole", &role).await.ok();
        let arn = format!("acs:ram::{ACCOUNT}:role/{name}");
        let token = rs256(&claims());
        let params = with(&with(CALL, "OIDCToken", &token), "RoleArn", &arn);
        let denied = ("AuthenticationFail.NoPermission", "There is no permission");
        refuses(&app, &params, 401, denied.0, denied.1).await;
        // Another account's provider, which vouches as well, even where it is named.
        let params = with(&params, "OIDCProviderArn", foreign);
        refuses(&app, &params, 401, denied.0, denied.1).await;
    }
    // No action but this one admits.
    for arn in [
        "acs:ram::1234567890123456:oidc-provider/None",
        "acs:ram::1234567890123456:oidc-provider/-",
        "acs:ram::1000000000000009:oidc-provider/Idp",
        "acs:ram::0000000000000000:oidc-provider/Idp",
    ] {
        let token = rs256(&claims());
        let params = with(&with(CALL, "OIDCToken", &token), "OIDCProviderArn", arn);
        refuses(
            &app,
            &params,
            401,
            "AuthenticationFail.NoPermission",
            "No such OIDC Provider registered.",
        )
        .await;
    }
    app.end().await;
}

async fn trust_holds_under_conditions(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    for (number, (condition, holds)) in [
        (format!(r#"{{"StringEquals":{{"oidc:iss":"{ISSUER}","oidc:aud":"one","oidc:sub":"system:serviceaccount:apps:reader"}}}}"#), true),
        (r#"{"StringLike":{"oidc:sub":"system:serviceaccount:apps:*"}}"#.to_owned(), true),
        (r#"{"StringEquals":{"oidc:aud":["two","one"]}}"#.to_owned(), true),
        (r#"{"StringEquals":{"sts:RoleSessionName":"session"},"IpAddress":{"acs:SourceIp":"127.0.0.1"}}"#.to_owned(), true),
        (r#"{"StringEquals":{"oidc:iss":"https://idp.example"}}"#.to_owned(), false),
        (r#"{"StringEquals":{"oidc:aud":"two"}}"#.to_owned(), false),
        (r#"{"StringLike":{"oidc:sub":"system:serviceaccount:others:*"}}"#.to_owned(), false),
        (r#"{"StringLike":{"saml:recipient":"*"}}"#.to_owned(), false),
        (r#"{"StringLike":{"acs:PrincipalARN":"*"}}"#.to_owned(), false),
        (r#"{"Bool":{"acs:SecureTransport":"true"}}"#.to_owned(), false),
        (r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#.to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Role{number}");
        app.federated_role(&name, &condition).await;
        let arn = format!("acs:ram::{ACCOUNT}:role/{name}");
        let token = rs256(&claims());
        let params = with(&with(CALL, "OIDCToken", &token), "RoleArn", &arn);
        let reply = app.unsigned("AssumeRoleWithOIDC", &params).await;
        if holds {
            reply.ok();
        } else {
            reply.refused(401, "AuthenticationFail.NoPermission");
        }
    }
    app.end().await;
}

async fn the_role_must_be_there(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    let none = with(CALL, "RoleArn", "acs:ram::1234567890123456:role/None");
    let params = with(&none, "OIDCToken", &token);
    let text = "The specified Role does not exists.";
    refuses(&app, &params, 404, "EntityNotExist.RoleArn", text).await;
    // Who is not vouched for learns nothing of it.
    let forged = rs256(&claims_with("aud", "nobody"));
    let mut answers = Vec::new();
    for params in [CALL, &none] {
        let reply = app
            .unsigned("AssumeRoleWithOIDC", &with(params, "OIDCToken", &forged))
            .await;
        answers.push((reply.status, reply.code(), reply.message()));
    }
    assert_eq!(answers[0], answers[1]);
    // A role made now is found at once.
    app.federated_role("None", "{}").await;
    app.unsigned("AssumeRoleWithOIDC", &params).await.ok();
    app.end().await;
}

async fn is_of_no_use_once_the_provider_is_changed(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    app.with_token(&token).await.ok();
    let one = [("OIDCProviderName", "Idp"), ("ClientId", "one")];
    app.provided("RemoveClientIdFromOIDCProvider", &one).await;
    app.with_token(&token)
        .await
        .refused(401, "AuthenticationFail.OIDCToken.AudienceNotMatch");
    app.provided("AddClientIdToOIDCProvider", &one).await;
    app.with_token(&token).await.ok();
    app.provided("DeleteOIDCProvider", &one[..1]).await;
    app.with_token(&token)
        .await
        .refused(401, "AuthenticationFail.NoPermission");
    app.provided("CreateOIDCProvider", IDP).await;
    app.with_token(&token).await.ok();
    app.ram(&app.root(), "DeleteRole", &[("RoleName", "Federated")])
        .await
        .ok();
    app.with_token(&token)
        .await
        .refused(404, "EntityNotExist.RoleArn");
    app.end().await;
}

/// An unsigned call with credentials is refused, wherever they stand.
async fn t10_refuses_credentials(on: On) {
    let issuer = Issuer::new();
    let app = TestApp::federated(on, &issuer).await;
    let token = rs256(&claims());
    let params = with(CALL, "OIDCToken", &token);
    let user = app.user("alice", &[]).await;
    for caller in [&app.root(), &user] {
        app.rpc(caller, Product::Sts, "AssumeRoleWithOIDC", &params)
            .await
            .refused(400, "IncompleteSignature");
        app.acs3(caller, Product::Sts, "AssumeRoleWithOIDC", &params)
            .await
            .refused(400, "IncompleteSignature");
    }
    app.end().await;
}

/// However often a session is renewed, its chain ends.
async fn t15_a_chain_ends(on: On) {
    let issuer = Issuer::new();
    let mut setup = setup(on, &issuer);
    setup.federation.max_chain_seconds = 7200;
    let app = TestApp::with(setup).await;
    app.provided("CreateOIDCProvider", IDP).await;
    let own = "acs:ram::1234567890123456:oidc-provider/Idp";
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Federated":["{own}"],"RAM":["acs:ram::{ACCOUNT}:root"]}}}}]}}"#
    );
    let everything = crate::app::policy("Allow", "sts:*", "*");
    app.role("Federated", r#"{"RAM":["*"]}"#, &[&everything])
        .await;
    let update = [
        ("RoleName", "Federated"),
        ("NewAssumeRolePolicyDocument", trust.as_str()),
    ];
    app.ram(&app.root(), "UpdateRole", &update).await.ok();
    let user = app.user("alice", &[&everything]).await;
    for by_provider in [true, false] {
        let begin = app.clock.now();
        let mut session = if by_provider {
            credentials(&app.with_token(&rs256(&claims())).await)
        } else {
            app.assume(&user, "Federated", &[]).await.unwrap()
        };
        let mut expirations = Vec::new();
        loop {
            app.clock.advance(1800);
            let params = [
                ("RoleArn", "acs:ram::1234567890123456:role/Federated"),
                ("RoleSessionName", "again"),
            ];
            let reply = app.sts(&session, "AssumeRole", &params).await;
            if reply.status != 200 {
                // The last one has ended with the chain, and so it cannot ask.
                reply.refused(400, "InvalidSecurityToken.Expired");
                break;
            }
            session = credentials(&reply);
            let expiration = reply.ok()["Credentials"]["Expiration"].clone();
            expirations.push(expiration.as_str().unwrap().to_owned());
        }
        let ends = [5400, 7200, 7200].map(|after| time::format(begin + after));
        assert_eq!(expirations, ends, "cut at the end of the chain");
    }
    // The first session of a chain is cut too.
    let longer = [
        ("RoleName", "Federated"),
        ("NewMaxSessionDuration", "43200"),
    ];
    app.ram(&app.root(), "UpdateRole", &longer).await.ok();
    let now = app.clock.now();
    let whole_day = with(CALL, "DurationSeconds", "43200");
    let token = rs256(&claims_with("exp", now + 3600));
    let params = with(&whole_day, "OIDCToken", &token);
    let reply = app.unsigned("AssumeRoleWithOIDC", &params).await;
    assert_eq!(
        reply.ok()["Credentials"]["Expiration"],
        time::format(now + 7200)
    );
    app.end().await;
}
