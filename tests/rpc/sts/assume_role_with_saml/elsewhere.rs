//! Row 18, responses that are good somewhere else, or at another time.

use super::INVALID;
use super::attacks::{refused, refused_with};
use crate::app::{On, START, TestApp};
use crate::expect::saml_idp::{Key, RECIPIENT, Signing, Told, saml_setup, told};

const EXPIRED: &str = "AuthenticationFail.SAMLAssertion.Expired";
const EXPIRED_TEXT: &str = "The SAML Assertion is expired.";

#[tokio::test]
async fn t18_saml_out_of_time() {
    let of = |change: fn(&mut Told)| {
        let mut told = told();
        change(&mut told);
        told.signed()
    };
    let expired = [
        of(|told| told.until = START),
        of(|told| told.holds_until = START),
        of(|told| told.until = START - 3600),
    ];
    refused_with(&expired, EXPIRED, EXPIRED_TEXT).await;
    refused(&[
        of(|told| told.holds_from = START + 61),
        of(|told| told.issued_at = START + 61),
        // Good for longer than an hour.
        of(|told| {
            told.issued_at = START - 1;
            (told.until, told.holds_until) = (START + 3600, START + 3600);
        }),
        of(|told| told.issued_at = START - 86_400),
        of(|told| (told.until, told.holds_until) = (i64::from(u32::MAX), i64::from(u32::MAX))),
    ])
    .await;
    // At the edges it is good: for an hour, and by a clock that is a minute ahead.
    let app = TestApp::with_sso(On::Memory).await;
    for good in [
        of(|told| {
            told.issued_at = START - 1;
            (told.until, told.holds_until) = (START + 3599, START + 86_400);
        }),
        of(|told| (told.issued_at, told.holds_from) = (START + 60, START + 60)),
        of(|told| (told.until, told.holds_until) = (START + 1, START + 1)),
    ] {
        app.with_response(&good).await.ok();
    }
    // Without an end it is not good.
    let mut endless = told();
    endless.until = START + 300;
    let text = endless
        .assertion("")
        .replace("NotOnOrAfter=\"2026-11-22T00:05:00Z\" ", "");
    let signature = Signing::usual().sign(&text, &endless.id);
    let text = text.replace("<saml:Subject>", &format!("{signature}<saml:Subject>"));
    app.with_response(&endless.response("", &text))
        .await
        .refused(401, INVALID);
    app.end().await;
}

#[tokio::test]
async fn t18_saml_for_somebody_else() {
    let of = |change: fn(&mut Told)| {
        let mut told = told();
        change(&mut told);
        told.signed()
    };
    let vendor = || "https://signin.aliyun.com/saml-role/sso".to_owned();
    refused(&[
        // Of another provider.
        of(|told| told.issuer = "https://evil.example/saml".to_owned()),
        of(|told| told.issuer = "https://idp.example/saml/".to_owned()),
        // For another audience, for none, or for one of which another is asked too.
        of(|told| told.audiences = vec![vec!["urn:amazon:webservices".to_owned()]]),
        of(|told| told.audiences = vec![vec!["urn:alibaba:cloudcomputing.evil".to_owned()]]),
        of(|told| told.audiences = vec![]),
        of(|told| told.audiences = vec![vec![]]),
        of(|told| told.audiences.push(vec!["urn:other".to_owned()])),
        // For another deployment: the vendor's own address counts only where it is set.
        of(|told| told.recipients = vec!["https://signin.aliyun.com/saml-role/sso".to_owned()]),
        of(|told| told.recipients = vec![format!("{RECIPIENT}/")]),
        of(|told| told.recipients = vec![RECIPIENT.to_uppercase()]),
        of(|told| told.recipients = vec![]),
        of(|told| told.destination = Some("https://elsewhere.example/sso".to_owned())),
        of(|told| told.destination = Some(String::new())),
        // Which says that it failed.
        of(|told| told.status = "urn:oasis:names:tc:SAML:2.0:status:Requester".to_owned()),
    ])
    .await;
    let mut setup = saml_setup(On::Memory);
    setup.federation.saml.recipients = vec![vendor()];
    let app = TestApp::signed_on_to(setup, &[Key::Rsa(0)]).await;
    let mut sent = told();
    (sent.recipients, sent.destination) = (vec![vendor()], None);
    app.with_response(&sent.signed()).await.ok();
    app.with_response(&told().signed())
        .await
        .refused(401, INVALID);
    app.end().await;
    // One of several recipients is enough, and one of several audiences; the address is one too.
    let app = TestApp::with_sso(On::Memory).await;
    for good in [
        of(|told| {
            told.recipients
                .insert(0, "https://elsewhere.example/sso".to_owned());
        }),
        of(|told| told.audiences[0].insert(0, "urn:other".to_owned())),
        of(|told| told.audiences = vec![vec![RECIPIENT.to_owned()]]),
        of(|told| {
            told.audiences = vec![vec!["urn:alibaba:cloudcomputing:international".to_owned()]];
        }),
        of(|told| told.destination = None),
    ] {
        app.with_response(&good).await.ok();
    }
    app.end().await;
    // Where no address is set, nothing is for here.
    let mut setup = saml_setup(On::Memory);
    setup.federation.saml.recipients.clear();
    let app = TestApp::signed_on_to(setup, &[Key::Rsa(0)]).await;
    app.with_response(&told().signed())
        .await
        .refused(401, INVALID);
    app.end().await;
}
