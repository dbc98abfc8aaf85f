//! `AssumeRoleWithSAML`: its parameters, its answer and the role's trust here; forged responses, those
//! that are wrapped, and what is held out twice, in the modules.

mod attacks;
mod elsewhere;
mod mutations;
mod once;
mod roles;
mod wrapping;

use rampart::iam::federation::saml::verify::Sha1;
use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{ACCOUNT, Credentials, On, Reply, START, TestApp};
use crate::expect::saml_idp::{
    ENTITY, Key, RECIPIENT, SAML_CALL, SHA1, Signing, Told, encoded, metadata, metadata_of,
    saml_setup, told,
};
use crate::expect::{Pairs, members, with, without};
use crate::on_both;

on_both!(
    mints_a_session,
    answers_in_xml,
    takes_each_signature_that_is_good,
    checks_the_parameters,
    lasts_as_long_as_the_least_says,
    a_session_policy_narrows,
    new_keys_are_the_providers_at_once,
    metadata_ends,
    t10_refuses_credentials,
    t15_a_chain_ends,
);

const INVALID: &str = "AuthenticationFail.SAMLAssertion.Invalid";

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
    let app = TestApp::with_sso(on).await;
    let told = Told {
        session_names: vec!["alice+dev=1,x@example.com".to_owned()],
        ..told()
    };
    let reply = app.with_response(&told.signed()).await;
    let mut answer = members(&reply);
    let credentials = answer["Credentials"].take();
    assert_eq!(credentials["Expiration"], "2026-11-22T01:00:00Z");
    let id = credentials["AccessKeyId"].as_str().unwrap();
    assert!(id.starts_with("STS."), "{id}");
    let id = answer["AssumedRoleUser"]["AssumedRoleId"].take();
    let id = id.as_str().unwrap();
    assert!(id.ends_with(":alice+dev=1,x@example.com"), "{id}");
    assert_eq!(
        answer,
        json!({
            "AssumedRoleUser": {
                "Arn": format!("acs:sts::{ACCOUNT}:assumed-role/Federated/alice+dev=1,x@example.com"),
                "AssumedRoleId": null,
            },
            "Credentials": null,
            "SAMLAssertionInfo": {
                "SubjectType": "persistent",
                "Subject": "alice@example.com",
                "Recipient": RECIPIENT,
                "Issuer": ENTITY,
            },
        })
    );
    let session = self::credentials(&reply);
    let who = app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(
        who["Arn"],
        format!("acs:ram::{ACCOUNT}:assumed-role/Federated/alice+dev=1,x@example.com")
    );
    app.end().await;
}

async fn answers_in_xml(on: On) {
    let app = TestApp::with_sso(on).await;
    let signed = told().signed();
    let response = encoded(&signed);
    let mut all = vec![
        ("Action", "AssumeRoleWithSAML"),
        ("Version", "2015-04-01"),
        ("SAMLAssertion", response.as_str()),
    ];
    all.extend(SAML_CALL);
    // In the query, as the vendor's libraries send it; without a word on the format.
    let target = format!("/?{}", crate::app::encode(&all));
    let headers = [("host", "127.0.0.1:7267")];
    let reply = app.send("POST", &target, &headers, "").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    for piece in [
        "<AssumeRoleWithSAMLResponse>",
        "<SAMLAssertionInfo><Issuer>https://idp.example/saml</Issuer>",
    ] {
        assert!(reply.text.contains(piece), "{}", reply.text);
    }
    app.end().await;
}

async fn takes_each_signature_that_is_good(on: On) {
    let mut setup = saml_setup(on);
    setup.federation.saml.sha1 = Sha1::Taken;
    let app = TestApp::signed_on_to(setup, &[Key::Rsa(0), Key::Ec]).await;
    let (one, two, both) = (told(), told(), told());
    for response in [
        one.signed(),
        two.response_signed(),
        both.both_signed(),
        told().signed_with(&Signing::with(Key::Ec, "ecdsa-sha256")),
        told().signed_with(&Signing {
            digest: "http://www.w3.org/2001/04/xmlenc#sha512",
            ..Signing::with(Key::Rsa(0), "rsa-sha512")
        }),
        // Where the operator takes it.
        told().signed_with(&Signing {
            digest: SHA1,
            ..Signing::with(Key::Rsa(0), "rsa-sha1")
        }),
        // Blanks between elements that are not signed.
        told()
            .signed()
            .replace("<samlp:Status>", "\n  <samlp:Status>"),
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            told().signed()
        ),
    ] {
        app.with_response(&response).await.ok();
    }
    // Without a kind of name, and with one of SAML 1.1.
    for (format, expected) in [
        (
            None,
            "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        ),
        (
            Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        ),
        (
            Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
            "transient",
        ),
    ] {
        let told = Told {
            format: format.map(str::to_owned),
            ..told()
        };
        let answer = app.with_response(&told.signed()).await.ok();
        assert_eq!(answer["SAMLAssertionInfo"]["SubjectType"], expected);
    }
    app.end().await;
}

async fn refuses(app: &TestApp, params: Pairs<'_>, status: u16, code: &str, message: &str) {
    let before = app.state().await;
    let reply = app.saml(params).await;
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
    let app = TestApp::with_sso(on).await;
    let response = encoded(&told().signed());
    let good = with(SAML_CALL, "SAMLAssertion", &response);
    for name in ["SAMLProviderArn", "RoleArn", "SAMLAssertion"] {
        let (code, text) = (
            format!("MissingParameter.{name}"),
            format!("Parameter {name} is required."),
        );
        for params in [without(&good, name), with(&good, name, "")] {
            refuses(&app, &params, 400, &code, &text).await;
        }
    }
    for (name, text) in [
        ("RoleArn", "acs:ram::1234567890123456:user/Federated"),
        (
            "SAMLProviderArn",
            "acs:ram::1234567890123456:oidc-provider/Idp",
        ),
        ("SAMLProviderArn", "Idp"),
    ] {
        let (code, message) = (
            format!("InvalidParameter.{name}"),
            format!("The parameter {name} is wrongly formed."),
        );
        refuses(&app, &with(&good, name, text), 400, &code, &message).await;
    }
    let duration = "InvalidParameter.DurationSeconds";
    for text in ["899", "3601", "-1", "0"] {
        let params = with(&good, "DurationSeconds", text);
        refuses(
            &app,
            &params,
            400,
            duration,
            "The DurationSeconds is invalid.",
        )
        .await;
    }
    for (text, code, message) in [
        ("{", "InvalidParameter.PolicyGrammar", "Invalid Policy."),
        (
            &"a".repeat(2049),
            "InvalidParameter.PolicySize",
            "The max size of policy string is 1024.",
        ),
    ] {
        let params = with(&good, "Policy", text);
        refuses(&app, &params, 400, code, message).await;
    }
    let text = "Can not find SAML provider.";
    for arn in [
        "acs:ram::1234567890123456:saml-provider/other",
        "acs:ram::1000000000000077:saml-provider/Idp",
        "acs:ram::0000000000000000:saml-provider/Idp",
    ] {
        let params = with(&good, "SAMLProviderArn", arn);
        refuses(&app, &params, 404, "EntityNotExist.SAMLProvider", text).await;
    }
    // None of that has used the assertion up.
    app.saml(&good).await.ok();
    app.end().await;
}

async fn lasts_as_long_as_the_least_says(on: On) {
    let app = TestApp::with_sso(on).await;
    let update = [("RoleName", "Federated"), ("NewMaxSessionDuration", "7200")];
    app.ram(&app.root(), "UpdateRole", &update).await.ok();
    let with_durations = |durations: &[&str], session_ends_at: Option<i64>| Told {
        durations: durations.iter().map(|text| (*text).to_owned()).collect(),
        session_ends_at,
        ..told()
    };
    for (asked, durations, ends, expected) in [
        (None, &[][..], None, "01:00:00"),
        (Some("7200"), &[], None, "02:00:00"),
        (Some("7200"), &["900"], None, "00:15:00"),
        (None, &["43200"], None, "01:00:00"),
        (Some("7200"), &["7200"], Some(START + 60), "00:01:00"),
        (Some("900"), &["1800"], Some(START + 1200), "00:15:00"),
    ] {
        let told = with_durations(durations, ends);
        let asked = asked.map(|seconds| ("DurationSeconds", seconds));
        let params: Vec<_> = SAML_CALL.iter().copied().chain(asked).collect();
        let answer = app.with_response_and(&told.signed(), &params).await.ok();
        assert_eq!(
            answer["Credentials"]["Expiration"],
            format!("2026-11-22T{expected}Z"),
            "{durations:?} {ends:?}"
        );
    }
    for durations in [&["899"][..], &["43201"], &["x"], &["900", "1800"]] {
        let told = with_durations(durations, None);
        app.with_response(&told.signed())
            .await
            .refused(401, INVALID);
    }
    let over = with_durations(&[], Some(START));
    app.with_response(&over.signed())
        .await
        .refused(401, "AuthenticationFail.SAMLAssertion.Expired");
    app.end().await;
}

async fn a_session_policy_narrows(on: On) {
    let app = TestApp::with_sso(on).await;
    let everything = crate::app::policy("Allow", "ram:*", "*");
    let create = [
        ("PolicyName", "all"),
        ("PolicyDocument", everything.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &create).await.ok();
    let attach = [
        ("PolicyName", "all"),
        ("PolicyType", "Custom"),
        ("RoleName", "Federated"),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &attach)
        .await
        .ok();
    let narrow = crate::app::policy("Allow", "ram:ListRoles", "*");
    let params = with(SAML_CALL, "Policy", &narrow);
    let whole = credentials(&app.with_response(&told().signed()).await);
    let narrowed = credentials(&app.with_response_and(&told().signed(), &params).await);
    app.ram(&whole, "ListUsers", &[]).await.ok();
    app.ram(&narrowed, "ListRoles", &[]).await.ok();
    app.ram(&narrowed, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    app.end().await;
}

async fn new_keys_are_the_providers_at_once(on: On) {
    let app = TestApp::with_sso(on).await;
    let new = Signing::with(Key::Rsa(1), "rsa-sha256");
    app.with_response(&told().signed()).await.ok();
    app.with_response(&told().signed_with(&new))
        .await
        .refused(401, INVALID);
    for (keys, old_is_good) in [
        (&[Key::Rsa(0), Key::Rsa(1)][..], true),
        (&[Key::Rsa(1)], false),
    ] {
        let document = metadata(keys);
        let update = [
            ("SAMLProviderName", "Idp"),
            ("NewEncodedSAMLMetadataDocument", document.as_str()),
        ];
        app.provided("UpdateSAMLProvider", &update).await;
        app.with_response(&told().signed_with(&new)).await.ok();
        let old = app.with_response(&told().signed()).await;
        assert_eq!(old.status == 200, old_is_good, "{}", old.text);
    }
    let name = [("SAMLProviderName", "Idp")];
    app.provided("DeleteSAMLProvider", &name).await;
    app.with_response(&told().signed_with(&new))
        .await
        .refused(404, "EntityNotExist.SAMLProvider");
    app.end().await;
}

async fn metadata_ends(on: On) {
    let app = TestApp::with_sso(on).await;
    for (until, good) in [
        ("2026-11-22T00:00:01Z", true),
        ("2026-11-22T00:00:00Z", false),
    ] {
        let document = metadata_of(ENTITY, &[Key::Rsa(0)], &format!(r#"validUntil="{until}""#));
        let update = [
            ("SAMLProviderName", "Idp"),
            ("NewEncodedSAMLMetadataDocument", document.as_str()),
        ];
        app.provided("UpdateSAMLProvider", &update).await;
        let reply = app.with_response(&told().signed()).await;
        if good {
            reply.ok();
        } else {
            reply.refused(401, "AuthenticationFail.IDPMetadata.Invalid");
            let text = "The IdP Metadata of your SAML Provider is invalid.";
            assert_eq!(reply.message(), text);
        }
    }
    app.end().await;
}

/// An unsigned call with credentials is refused, wherever they stand.
async fn t10_refuses_credentials(on: On) {
    let app = TestApp::with_sso(on).await;
    let response = encoded(&told().signed());
    let params = with(SAML_CALL, "SAMLAssertion", &response);
    let user = app.user("alice", &[]).await;
    for caller in [&app.root(), &user] {
        app.rpc(caller, Product::Sts, "AssumeRoleWithSAML", &params)
            .await
            .refused(400, "IncompleteSignature");
        app.acs3(caller, Product::Sts, "AssumeRoleWithSAML", &params)
            .await
            .refused(400, "IncompleteSignature");
    }
    app.saml(&params).await.ok();
    app.end().await;
}

/// A session by an assertion begins a chain, and that ends.
async fn t15_a_chain_ends(on: On) {
    let mut setup = saml_setup(on);
    setup.federation.max_chain_seconds = 7200;
    let app = TestApp::signed_on_to(setup, &[Key::Rsa(0)]).await;
    let everything = crate::app::policy("Allow", "sts:*", "*");
    app.role("Next", r#"{"RAM":["*"]}"#, &[&everything]).await;
    let create = [
        ("PolicyName", "hop"),
        ("PolicyDocument", everything.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &create).await.ok();
    let attach = [
        ("PolicyName", "hop"),
        ("PolicyType", "Custom"),
        ("RoleName", "Federated"),
    ];
    app.ram(&app.root(), "AttachPolicyToRole", &attach)
        .await
        .ok();
    let mut session = credentials(&app.with_response(&told().signed()).await);
    let mut last = String::new();
    for _ in 0..3 {
        app.clock.advance(1800);
        let params = [
            ("RoleArn", "acs:ram::1234567890123456:role/Next"),
            ("RoleSessionName", "again"),
        ];
        let reply = app.sts(&session, "AssumeRole", &params).await;
        session = credentials(&reply);
        let expiration = &reply.ok()["Credentials"]["Expiration"];
        expiration.as_str().unwrap().clone_into(&mut last);
    }
    assert_eq!(last, "2026-11-22T02:00:00Z");
    app.end().await;
}
