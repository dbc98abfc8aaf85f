//! Row 18, an assertion opens one session: at whatever server, and after whatever happened to it.

use rampart::model::account::RevisionTag;
use rampart::policy::ids::AccountId;
use rampart::store::whole::REPLAY_FLOOR;

use super::INVALID;
use crate::app::{On, START, TestApp};
use crate::expect::saml_idp::{
    ENTITY, Key, PROVIDER, ROLE, SAML_CALL, Told, metadata, saml_setup, told,
};
use crate::expect::{at_once, with};
use crate::{on_both, on_each};

on_both!(
    t18_saml_an_assertion_is_good_once,
    t18_saml_another_account_uses_nothing_up,
    t18_saml_what_is_refused_uses_nothing_up,
    t18_saml_used_up_as_long_as_it_is_good,
);
on_each!(t18_saml_one_of_32_gets_the_session);

async fn t18_saml_an_assertion_is_good_once(on: On) {
    let app = TestApp::with_sso(on).await;
    let one = told();
    app.with_response(&one.signed()).await.ok();
    // The same, in another response, with another signature, for another role, by another provider of
    // the account with the same metadata.
    app.saml_role("Other", "{}").await;
    let document = metadata(&[Key::Rsa(0)]);
    let provider = [
        ("SAMLProviderName", "Second"),
        ("EncodedSAMLMetadataDocument", document.as_str()),
    ];
    app.provided("CreateSAMLProvider", &provider).await;
    let again = Told {
        response_id: "_another".to_owned(),
        ..one.clone()
    };
    for response in [
        one.signed(),
        again.signed(),
        one.response_signed(),
        one.both_signed(),
    ] {
        let reply = app.with_response(&response).await;
        reply.refused(401, INVALID);
        assert_eq!(reply.message(), "The SAML Assertion is invalid.");
    }
    let second = PROVIDER.replace("Idp", "Second");
    let other = ROLE.replace("Federated", "Other");
    let trust = crate::expect::issuer::trusting(&second, "{}");
    let update = [
        ("RoleName", "Other"),
        ("NewAssumeRolePolicyDocument", trust.as_str()),
    ];
    app.ram(&app.root(), "UpdateRole", &update).await.ok();
    let params = [
        ("SAMLProviderArn", second.as_str()),
        ("RoleArn", other.as_str()),
    ];
    let roles = vec![format!("{other},{second}")];
    let elsewhere = Told {
        roles: roles.clone(),
        ..one.clone()
    };
    app.with_response_and(&elsewhere.signed(), &params)
        .await
        .refused(401, INVALID);
    // With an id of its own it is good there.
    let fresh = Told { roles, ..told() };
    app.with_response_and(&fresh.signed(), &params).await.ok();
    app.end().await;
}

/// What another account says of an issuer of that name counts there alone.
async fn t18_saml_another_account_uses_nothing_up(on: On) {
    let app = TestApp::with_sso(on).await;
    let stranger = app.add_account("1000000000000077").await;
    let document = metadata(&[Key::Rsa(1)]);
    let provider = [
        ("SAMLProviderName", "Idp"),
        ("EncodedSAMLMetadataDocument", document.as_str()),
    ];
    let product = rampart::ops::declare::Product::Ims;
    app.rpc(&stranger, product, "CreateSAMLProvider", &provider)
        .await
        .ok();
    let theirs = |text: &str| text.replace("1234567890123456", "1000000000000077");
    let trust = crate::expect::issuer::trusting(&theirs(PROVIDER), "{}");
    let role = [
        ("RoleName", "Federated"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    app.ram(&stranger, "CreateRole", &role).await.ok();
    let own = told();
    let forged = Told {
        roles: vec![theirs(&format!("{ROLE},{PROVIDER}"))],
        ..own.clone()
    };
    assert_eq!(forged.issuer, ENTITY);
    let (arn, provider) = (theirs(ROLE), theirs(PROVIDER));
    let params = [
        ("RoleArn", arn.as_str()),
        ("SAMLProviderArn", provider.as_str()),
    ];
    let signing = crate::expect::saml_idp::Signing::with(Key::Rsa(1), "rsa-sha256");
    app.with_response_and(&forged.signed_with(&signing), &params)
        .await
        .ok();
    app.with_response(&own.signed()).await.ok();
    app.end().await;
}

/// Only who was vouched for, and admitted, uses an assertion up.
async fn t18_saml_what_is_refused_uses_nothing_up(on: On) {
    let app = TestApp::with_sso(on).await;
    let own = told();
    let forged = own.signed().replace("alice@", "admin@");
    app.with_response(&forged).await.refused(401, INVALID);
    let params = with(SAML_CALL, "DurationSeconds", "43200");
    app.with_response_and(&own.signed(), &params)
        .await
        .refused(400, "InvalidParameter.DurationSeconds");
    app.with_response(&own.signed()).await.ok();
    app.end().await;
}

/// Nothing is forgotten before its time, and the table does not grow for ever.
async fn t18_saml_used_up_as_long_as_it_is_good(on: On) {
    let app = TestApp::with_sso(on).await;
    let one = Told {
        until: START + 3500,
        holds_until: START + 3500,
        ..told()
    };
    app.with_response(&one.signed()).await.ok();
    for _ in 0..34 {
        app.clock.advance(100);
        app.iam.tick().await;
        app.with_response(&one.signed()).await.refused(401, INVALID);
    }
    app.clock.advance(100);
    app.with_response(&one.signed())
        .await
        .refused(401, "AuthenticationFail.SAMLAssertion.Expired");
    app.end().await;
}

async fn t18_saml_one_of_32_gets_the_session(on: On) {
    let app = TestApp::with_sso(on).await;
    let response = told().signed();
    let calls = (0..32).map(|_| app.with_response(&response));
    let mut well = 0;
    for reply in at_once(calls).await {
        if reply.status == 200 {
            well += 1;
        } else {
            reply.refused(401, INVALID);
        }
    }
    assert_eq!(well, 1);
    app.end().await;
}

/// A server that starts again knows what was used up, also one that was killed.
#[tokio::test]
async fn t18_saml_after_a_restart() {
    for on in [On::File, On::Postgres] {
        let setup = saml_setup(on);
        let app = TestApp::signed_on_to(setup.clone(), &[Key::Rsa(0)]).await;
        let (used, fresh) = (told(), told());
        app.with_response(&used.signed()).await.ok();
        // Nothing is saved before: it is as after a kill.
        let again = app.again(&setup).await;
        again
            .with_response(&used.signed())
            .await
            .refused(401, INVALID);
        again.with_response(&fresh.signed()).await.ok();
        drop(again);
        app.end().await;
    }
}

/// What one server took, another of the same database refuses.
#[tokio::test]
async fn t18_saml_at_another_server() {
    let setup = saml_setup(On::Postgres);
    let app = TestApp::signed_on_to(setup.clone(), &[Key::Rsa(0)]).await;
    let replica = app.replica(&setup).await;
    let (one, two) = (told(), told());
    app.with_response(&one.signed()).await.ok();
    replica
        .with_response(&one.signed())
        .await
        .refused(401, INVALID);
    replica.with_response(&two.signed()).await.ok();
    app.with_response(&two.signed()).await.refused(401, INVALID);
    drop(replica);
    app.end().await;
}

/// A copy of a database may have lost what was used up: it takes nothing that was issued before it was
/// made.
#[tokio::test]
async fn t18_saml_in_a_copy() {
    let setup = saml_setup(On::File);
    let app = TestApp::signed_on_to(setup.clone(), &[Key::Rsa(0)]).await;
    let mut tx = app
        .store
        .begin_write(AccountId::SYSTEM, RevisionTag([9; 16]))
        .await
        .unwrap();
    tx.put_setting(REPLAY_FLOOR, &START.to_string())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let copy = app.again(&setup).await;
    copy.clock.advance(70);
    let before = Told {
        issued_at: START + 60,
        ..told()
    };
    let after = Told {
        issued_at: START + 61,
        ..told()
    };
    copy.with_response(&before.signed())
        .await
        .refused(401, "AuthenticationFail.SAMLAssertion.Expired");
    copy.with_response(&after.signed()).await.ok();
    drop(copy);
    app.end().await;
}
