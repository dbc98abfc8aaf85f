//! `CreateOIDCProvider`.

use rampart::model::quotas::Quotas;
use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{ACCOUNT, On, Setup, TestApp};
use crate::expect::{
    IDP, NOW, at_once, bad_chars, bad_type, exists, incorrect, limit, missing, refusal, too_long,
    with, without,
};
use crate::{on_both, on_each};

const CREATE: &str = "CreateOIDCProvider";

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_what_is_taken,
    holds_the_quotas,
    needs_permission,
    is_decided_by_the_issuer,
);
on_each!(one_of_32_gets_the_name);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let description = "文".repeat(256);
    let params = [
        IDP,
        &[
            ("Description", description.as_str()),
            ("IssuanceLimitTime", "168"),
        ],
    ]
    .concat();
    let params = with(&params, "ClientIds", "one,two , one,sts.aliyuncs.com");
    let made = app.provided(CREATE, &params).await;
    let expected = json!({"OIDCProvider": {
        "Arn": format!("acs:ram::{ACCOUNT}:oidc-provider/Idp"),
        "OIDCProviderName": "Idp",
        "IssuerUrl": "https://idp.example/tenant",
        "Description": description,
        "ClientIds": "one,two,sts.aliyuncs.com",
        "Fingerprints": "902ef2deeb3c5b13ea4c3d5193629309e231ae55",
        "IssuanceLimitTime": 168,
        "CreateDate": NOW,
        "UpdateDate": NOW,
        "GmtCreate": "1795305600000",
        "GmtModified": "1795305600000",
    }});
    assert_eq!(made, expected);
    let least = [
        ("OIDCProviderName", "b.1_c-d"),
        ("IssuerUrl", "https://other.example"),
    ];
    let made = app.provided(CREATE, &least).await;
    let made = &made["OIDCProvider"];
    let of = |name: &str| made[name].as_str().unwrap().to_owned();
    assert_eq!(made["IssuanceLimitTime"], 12);
    assert_eq!(
        ["Description", "ClientIds", "Fingerprints"].map(of),
        ["", "", ""]
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_provider_name(CREATE, IDP, "OIDCProviderName")
        .await;
    let url = "IssuerUrl";
    let long = format!("https://{}", "a".repeat(248));
    for params in [without(IDP, url), with(IDP, url, "")] {
        app.provides_not(CREATE, &params, &missing(url)).await;
    }
    app.provides_not(CREATE, &with(IDP, url, &long), &too_long(url))
        .await;
    for text in [
        "http://idp.example",
        "https://",
        "HTTPS://idp.example",
        "idp.example",
        "https:idp.example",
        "https://idp.example?x",
        "https://idp.example/#x",
        "https://user@idp.example",
        "https://user:word@idp.example",
        "https://idp.example/a b",
        "https://idp.exämple",
        "https://idp.example\\@x",
        "https://[::1",
        "https://idp.example:99999",
    ] {
        app.provides_not(CREATE, &with(IDP, url, text), &incorrect(url))
            .await;
    }
    let long = "a".repeat(129);
    for (list, item, bad) in [
        ("ClientIds", "ClientId", &["-a", "a b", "é", "a@b"][..]),
        ("Fingerprints", "Fingerprint", &["a:b", "é", "a-b"]),
    ] {
        for text in [&long, "a,,b", ",", "a,"] {
            app.provides_not(CREATE, &with(IDP, list, text), &too_long(item))
                .await;
        }
        for text in bad {
            app.provides_not(CREATE, &with(IDP, list, text), &bad_chars(item))
                .await;
        }
    }
    let long = "é".repeat(257);
    app.provides_not(
        CREATE,
        &with(IDP, "Description", &long),
        &too_long("Description"),
    )
    .await;
    let hours = "IssuanceLimitTime";
    for text in ["0", "169", "-1"] {
        app.provides_not(CREATE, &with(IDP, hours, text), &incorrect(hours))
            .await;
    }
    app.provides_not(CREATE, &with(IDP, hours, "x"), &bad_type(hours))
        .await;
    app.end().await;
}

async fn refuses_what_is_taken(on: On) {
    let app = TestApp::with_idp(on).await;
    for name in ["Idp", "iDP"] {
        let params = with(IDP, "OIDCProviderName", name);
        let params = with(&params, "IssuerUrl", "https://another.example");
        app.provides_not(CREATE, &params, &exists("OIDCProvider"))
            .await;
    }
    let params = with(IDP, "OIDCProviderName", "another");
    app.provides_not(CREATE, &params, &exists("OIDCProvider.Url"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.rpc(&other, Product::Ims, CREATE, IDP).await.ok();
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let quotas = Quotas {
        oidc_providers: 1,
        client_ids_per_oidc_provider: 2,
        fingerprints_per_oidc_provider: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    for (list, what) in [("ClientIds", "ClientId"), ("Fingerprints", "Fingerprint")] {
        let expected = limit(&format!("OIDCProvider.{what}"));
        app.provides_not(CREATE, &with(IDP, list, "a,b,c"), &expected)
            .await;
        app.provided(CREATE, &with(IDP, list, "a,b")).await;
        app.provided("DeleteOIDCProvider", &IDP[..1]).await;
    }
    app.provided(CREATE, IDP).await;
    let second = [
        ("OIDCProviderName", "second"),
        ("IssuerUrl", "https://second.example"),
    ];
    app.provides_not(CREATE, &second, &limit("OIDCProvider"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.provider_call_needs(CREATE, IDP, "*").await;
    app.end().await;
}

async fn is_decided_by_the_issuer(on: On) {
    let app = TestApp::start(on).await;
    let allow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:CreateOIDCProvider","Resource":"*","Condition":{"StringLike":{"ram:OidcIssuerUrl":"https://idp.example/*"}}}]}"#;
    let user = app.user("one", &[allow]).await;
    let denied = refusal(
        403,
        "NoPermission",
        "You are not authorized to do this action. Resource: * Action: ram:CreateOIDCProvider",
    );
    let elsewhere = with(IDP, "IssuerUrl", "https://idp.example.org/tenant");
    app.refuses_of(Product::Ims, &user, CREATE, &elsewhere, &denied)
        .await;
    app.rpc(&user, Product::Ims, CREATE, IDP).await.ok();
    app.end().await;
}

async fn one_of_32_gets_the_name(on: On) {
    let app = TestApp::start(on).await;
    let calls = (0..32).map(|number| {
        let app = &app;
        async move {
            let url = format!("https://idp{number}.example");
            let params = with(IDP, "IssuerUrl", &url);
            app.rpc(&app.root(), Product::Ims, CREATE, &params).await
        }
    });
    let mut well = 0;
    for reply in at_once(calls).await {
        if reply.status == 200 {
            well += 1;
        } else {
            reply.refused(409, "EntityAlreadyExists.OIDCProvider");
        }
    }
    assert_eq!(well, 1);
    app.end().await;
}
