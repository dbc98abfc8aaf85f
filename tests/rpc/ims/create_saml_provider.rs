//! `CreateSAMLProvider`.

use rampart::model::quotas::Quotas;
use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{ACCOUNT, On, Setup, TestApp};
use crate::expect::{
    METADATA, NOW, at_once, exists, incorrect, limit, missing, saml_idp, saml_provider, too_long,
    with, without,
};
use crate::{on_both, on_each};

const CREATE: &str = "CreateSAMLProvider";
const DOCUMENT: &str = "EncodedSAMLMetadataDocument";

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_what_is_taken,
    holds_the_quota,
    needs_permission,
);
on_each!(one_of_32_gets_the_name);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let description = "文".repeat(256);
    let mut params = saml_idp();
    params.push(("Description", &description));
    params.push(("AuthnSignAlgo", "rsa-sha256"));
    let made = app.provided(CREATE, &params).await;
    let expected = json!({"SAMLProvider": {
        "Arn": format!("acs:ram::{ACCOUNT}:saml-provider/Idp"),
        "SAMLProviderName": "Idp",
        "Description": description,
        "AuthnSignAlgo": "rsa-sha256",
        "CreateDate": NOW,
        "UpdateDate": NOW,
    }});
    assert_eq!(made, expected);
    // Base64 in lines, as the command line tools write it.
    let lines: Vec<String> = METADATA
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let lines = lines.join("\n");
    let least = [("SAMLProviderName", "b.1_c-d"), (DOCUMENT, &lines)];
    let made = app.provided(CREATE, &least).await;
    let made = &made["SAMLProvider"];
    assert_eq!(
        (&made["AuthnSignAlgo"], &made["Description"]),
        (&json!("rsa-sha1"), &json!(""))
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let good = saml_idp();
    app.checks_provider_name(CREATE, &good, "SAMLProviderName")
        .await;
    for params in [without(&good, DOCUMENT), with(&good, DOCUMENT, "")] {
        app.provides_not(CREATE, &params, &missing(DOCUMENT)).await;
    }
    for text in ["*", "YWJj", "PGEvPg==", "/w=="] {
        app.provides_not(CREATE, &with(&good, DOCUMENT, text), &incorrect(DOCUMENT))
            .await;
    }
    let long = "é".repeat(257);
    app.provides_not(
        CREATE,
        &with(&good, "Description", &long),
        &too_long("Description"),
    )
    .await;
    let algorithm = "AuthnSignAlgo";
    for text in ["RSA-SHA256", "rsa-sha512", "sha1"] {
        app.provides_not(CREATE, &with(&good, algorithm, text), &incorrect(algorithm))
            .await;
    }
    app.end().await;
}

async fn refuses_what_is_taken(on: On) {
    let app = TestApp::with_saml_idp(on).await;
    let good = saml_idp();
    for name in ["Idp", "iDP"] {
        let params = with(&good, "SAMLProviderName", name);
        app.provides_not(CREATE, &params, &exists("SAMLProvider"))
            .await;
    }
    // A provider of the other kind may have the name.
    app.provided("CreateOIDCProvider", crate::expect::IDP).await;
    let other = app.add_account("1000000000000002").await;
    app.rpc(&other, Product::Ims, CREATE, &good).await.ok();
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        saml_providers: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let good = saml_idp();
    app.provided(CREATE, &good).await;
    let second = with(&good, "SAMLProviderName", "second");
    app.provides_not(CREATE, &second, &limit("SAMLProvider"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.provider_call_needs(CREATE, &saml_idp(), &saml_provider("*"))
        .await;
    app.end().await;
}

async fn one_of_32_gets_the_name(on: On) {
    let app = TestApp::start(on).await;
    let good = saml_idp();
    let calls = (0..32).map(|_| async { app.rpc(&app.root(), Product::Ims, CREATE, &good).await });
    let mut well = 0;
    for reply in at_once(calls).await {
        if reply.status == 200 {
            well += 1;
        } else {
            reply.refused(409, "EntityAlreadyExists.SAMLProvider");
        }
    }
    assert_eq!(well, 1);
    app.end().await;
}
