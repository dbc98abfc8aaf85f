//! Session tokens: only the whole token, with its own key, of this database, in its time.

use rampart::credential::seal::Incarnation;
use rampart::ops::declare::Product;

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::calls;
use crate::on_both;

on_both!(
    a_bent_token_is_refused,
    a_token_of_another_database_is_refused
);

async fn with_session(app: &TestApp) -> (Credentials, Credentials) {
    let allow = policy("Allow", "*", "*");
    let user = app.user("taker", &[&allow]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&allow]).await;
    let session = app.assume(&user, "Taken", &[]).await.unwrap();
    (user, session)
}

async fn refused(app: &TestApp, caller: &Credentials, code: &str) {
    for call in [
        calls::rpc(
            app,
            caller,
            Product::Ram,
            "DeleteRole",
            &[("RoleName", "Taken")],
        ),
        calls::acs3(
            app,
            caller,
            Product::Ram,
            "DeleteRole",
            &[("RoleName", "Taken")],
        ),
    ] {
        call.send(app).await.refused(400, code);
    }
}

fn with_token(session: &Credentials, token: &str) -> Credentials {
    Credentials {
        token: Some(token.to_owned()),
        ..session.clone()
    }
}

async fn a_bent_token_is_refused(on: On) {
    let app = TestApp::start(on).await;
    let (user, session) = with_session(&app).await;
    let other = app.assume(&user, "Taken", &[]).await.unwrap();
    let before = calls::state(&app).await;
    let token = session.token.clone().unwrap();

    // Another character at places all over the token, and the token cut at as many.
    let step = (token.len() / 60).max(1);
    for at in (0..token.len()).step_by(step).chain([token.len() - 1]) {
        let byte = token.as_bytes()[at];
        let replacement = if byte == b'A' { 'B' } else { 'A' };
        let flipped = format!("{}{replacement}{}", &token[..at], &token[at + 1..]);
        // Padding and the unused bits of the last character say nothing twice.
        refused(
            &app,
            &with_token(&session, &flipped),
            "InvalidSecurityToken.Malformed",
        )
        .await;
        if at > 0 {
            refused(
                &app,
                &with_token(&session, &token[..at]),
                "InvalidSecurityToken.Malformed",
            )
            .await;
        }
    }
    for bent in [
        "x".to_owned(),
        "CAIS".to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!("{token}{token}"),
        token.to_lowercase(),
        "A".repeat(17 * 1024),
        format!("A{token}"),
    ] {
        refused(
            &app,
            &with_token(&session, &bent),
            "InvalidSecurityToken.Malformed",
        )
        .await;
    }
    // The token of one session with the key of another, and with the user's own.
    let swapped = with_token(&session, other.token.as_deref().unwrap());
    refused(&app, &swapped, "InvalidSecurityToken.MismatchWithAccessKey").await;
    refused(
        &app,
        &with_token(&user, &token),
        "InvalidSecurityToken.MismatchWithAccessKey",
    )
    .await;
    let with_user_secret = Credentials {
        secret: user.secret.clone(),
        ..session.clone()
    };
    refused(&app, &with_user_secret, "SignatureDoesNotMatch").await;
    // A session's key alone.
    let alone = Credentials {
        token: None,
        ..session.clone()
    };
    refused(&app, &alone, "MissingSecurityToken").await;
    let invented = Credentials {
        id: "STS.invented".to_owned(),
        ..session.clone()
    };
    refused(
        &app,
        &invented,
        "InvalidSecurityToken.MismatchWithAccessKey",
    )
    .await;
    // The two ACS3 headers that name the key must agree.
    let wrong = [("x-acs-accesskey-id", user.id.as_str())];
    let call = calls::acs3_with(&app, &session, Product::Ram, "ListRoles", &[], &wrong, None);
    call.send(&app).await.refused(400, "IncompleteSignature");

    assert_eq!(calls::state(&app).await, before);
    app.ram(&session, "GetRole", &[("RoleName", "Taken")])
        .await
        .ok();
    // To the second.
    app.clock.advance(3599);
    app.ram(&session, "GetRole", &[("RoleName", "Taken")])
        .await
        .ok();
    app.clock.advance(1);
    refused(&app, &session, "InvalidSecurityToken.Expired").await;
    app.end().await;
}

async fn a_token_of_another_database_is_refused(on: On) {
    let app = TestApp::start(on).await;
    let other_incarnation: Incarnation = [8; 16];
    let copy = TestApp::with(Setup {
        incarnation: other_incarnation,
        ..Setup::on(on)
    })
    .await;
    let stranger = TestApp::with(Setup {
        master: [10; 32],
        ..Setup::on(on)
    })
    .await;
    with_session(&app).await;
    for elsewhere in [&copy, &stranger] {
        let (_, session) = with_session(elsewhere).await;
        elsewhere.ram(&session, "ListRoles", &[]).await.ok();
        refused(&app, &session, "InvalidSecurityToken.Malformed").await;
    }
    stranger.end().await;
    copy.end().await;
    app.end().await;
}
