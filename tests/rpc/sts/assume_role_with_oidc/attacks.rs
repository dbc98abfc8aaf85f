//! Row 18, tokens that no honest provider issued for here: each is refused with the documented error.

use rampart::credential::secret::SecretText;
use serde_json::{Value, json};

use crate::app::{On, START, TestApp};
use crate::expect::issuer::{
    Issuer, base64, claims, claims_with, ec_jwk, es256, rs256, rsa_jwk, sign_rsa, token,
};

const INVALID: &str = "AuthenticationFail.OIDCToken.Invalid";
const SIGNATURE: &str = "AuthenticationFail.OIDCToken.InvalidSignature";
const EXPIRED: &str = "AuthenticationFail.OIDCToken.Expired";
const ISSUER_NOT_MATCH: &str = "AuthenticationFail.OIDCToken.IssuerNotMatch";
const AUDIENCE_NOT_MATCH: &str = "AuthenticationFail.OIDCToken.AudienceNotMatch";

/// Each token is refused with that code; a sound one of the same issuer is taken before and after.
async fn refused(tokens: &[String], code: &str, message: &str) {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    let good = rs256(&claims());
    app.with_token(&good).await.ok();
    for token in tokens {
        let reply = app.with_token(token).await;
        reply.refused(401, code);
        assert_eq!(reply.message(), message, "{token}");
    }
    app.with_token(&good).await.ok();
    for (url, _) in issuer.asked.lock().unwrap().iter() {
        assert!(url.starts_with("https://idp.example/"), "asked {url}");
    }
    app.end().await;
}

/// A token with this header that the right key signed.
fn headed(header: &Value) -> String {
    token(header, &claims(), |signed| sign_rsa(0, signed))
}

const BAD_SIGNATURE: &str = "OIDC token validate failed: invalid signature.";
const BAD_CONTENT: &str = "The Jwt content is invalid that cannot be recognized.";

#[tokio::test]
async fn t18_alg_none() {
    let none = |name: &str, signature: &str| {
        let header = base64(json!({"alg": name, "kid": "one"}).to_string());
        format!("{header}.{}.{signature}", base64(claims().to_string()))
    };
    let text = "The algorithm none that be specified in Jwt header is unknown.";
    refused(&[none("none", ""), none("none", "AAAA")], INVALID, text).await;
    let text = "The algorithm NoNe that be specified in Jwt header is unknown.";
    refused(&[none("NoNe", "")], INVALID, text).await;
    let text = "The algorithm  that be specified in Jwt header is unknown.";
    refused(&[none("", "")], INVALID, text).await;
    // No signature, whatever the algorithm.
    refused(
        &[none("RS256", ""), none("ES256", "")],
        SIGNATURE,
        BAD_SIGNATURE,
    )
    .await;
}

#[tokio::test]
async fn t18_hs256_with_the_rsa_key() {
    let public = rsa_jwk(0, "one");
    let modulus = public["n"].as_str().unwrap();
    let keys = [
        modulus.to_owned(),
        public.to_string(),
        String::new(),
        "one".to_owned(),
    ];
    let tokens: Vec<String> = keys
        .iter()
        .map(|key| {
            token(
                &json!({"alg": "HS256", "kid": "one"}),
                &claims(),
                |signed| hmac(key, signed),
            )
        })
        .collect();
    let text = "The algorithm HS256 that be specified in Jwt header is unknown.";
    refused(&tokens, INVALID, text).await;
}

fn hmac(key: &str, signed: &str) -> Vec<u8> {
    use rampart::credential::acs3::{Acs3Key, Algorithm};
    let key = Acs3Key::new(&SecretText::from(key));
    hex::decode(key.sign(Algorithm::HmacSha256, signed)).unwrap()
}

#[tokio::test]
async fn t18_the_algorithm_of_another_key() {
    let mixed = [
        headed(&json!({"alg": "ES256", "kid": "one"})),
        headed(&json!({"alg": "RS256", "kid": "ec"})),
        headed(&json!({"alg": "RS384", "kid": "one"})),
        headed(&json!({"alg": "RS512", "kid": "one"})),
    ];
    refused(&mixed, SIGNATURE, BAD_SIGNATURE).await;
    for name in ["PS256", "ES512", "EdDSA", "rs256", "RS1", "RSA-OAEP"] {
        let shown: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let text = format!("The algorithm {shown} that be specified in Jwt header is unknown.");
        let token = headed(&json!({"alg": name, "kid": "one"}));
        refused(&[token], INVALID, &text).await;
    }
}

#[tokio::test]
async fn t18_a_key_of_the_attackers_own() {
    // Signed with another key, which the header brings along or names.
    let own = rsa_jwk(1, "one");
    let forged = |more: Value| {
        let mut header = json!({"alg": "RS256", "kid": "one"});
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        token(&header, &claims(), |signed| sign_rsa(1, signed))
    };
    let tokens = [
        forged(json!({})),
        forged(json!({"jwk": own})),
        forged(json!({"jku": "https://attacker.example/keys"})),
        forged(json!({"jku": "https://idp.example@attacker.example/keys"})),
        forged(json!({"x5u": "https://attacker.example/certificate"})),
        forged(json!({"x5c": ["AAAA"]})),
        forged(json!({"iss": "https://attacker.example"})),
    ];
    refused(&tokens, SIGNATURE, BAD_SIGNATURE).await;
}

#[tokio::test]
async fn t18_key_ids_that_lead_elsewhere() {
    let tokens: Vec<String> = [
        "two",
        "",
        "../../../../dev/null",
        "https://attacker.example/keys",
        "one' OR '1'='1",
        "ONE",
        "one\u{0}",
    ]
    .iter()
    .map(|kid| headed(&json!({"alg": "RS256", "kid": kid})))
    .collect();
    refused(&tokens, SIGNATURE, BAD_SIGNATURE).await;
    for kid in [json!(7), json!(["one"]), json!({"a": "one"})] {
        let token = headed(&json!({"alg": "RS256", "kid": kid}));
        refused(&[token], INVALID, BAD_CONTENT).await;
    }
}

#[tokio::test]
async fn t18_the_issuer_is_compared_whole() {
    let tokens: Vec<String> = [
        "https://idp.example/tenant/",
        "https://idp.example/tenant2",
        "https://idp.example",
        "https://IDP.example/tenant",
        "http://idp.example/tenant",
        "https://attacker.example",
        "",
    ]
    .iter()
    .map(|issuer| rs256(&claims_with("iss", *issuer)))
    .collect();
    refused(&tokens, ISSUER_NOT_MATCH, "Invalid issuer.").await;
}

#[tokio::test]
async fn t18_the_audience_is_a_client_of_the_provider() {
    let tokens: Vec<String> = [
        json!("three"),
        json!(""),
        json!("One"),
        json!("one,two"),
        json!([]),
        json!(["three", "on"]),
    ]
    .into_iter()
    .map(|audience| rs256(&claims_with("aud", audience)))
    .collect();
    refused(&tokens, AUDIENCE_NOT_MATCH, "Invalid audience.").await;
}

#[tokio::test]
async fn t18_a_provider_without_clients_admits_nobody() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    for client in ["one", "two"] {
        let params = [("OIDCProviderName", "Idp"), ("ClientId", client)];
        app.provided("RemoveClientIdFromOIDCProvider", &params)
            .await;
    }
    for audience in [json!("one"), json!(""), json!([])] {
        app.with_token(&rs256(&claims_with("aud", audience)))
            .await
            .refused(401, AUDIENCE_NOT_MATCH);
    }
    app.end().await;
}

#[tokio::test]
async fn t18_expired() {
    let tokens = [START, START - 1, 0].map(|at| rs256(&claims_with("exp", at)));
    refused(&tokens, EXPIRED, "This JsonWebToken is expired.").await;
}

#[tokio::test]
async fn t18_older_than_the_provider_allows() {
    // Twelve hours; a far-off expiry changes nothing.
    let mut old = claims_with("iat", START - 12 * 3600);
    old["exp"] = json!(START + 100_000_000);
    refused(&[rs256(&old)], EXPIRED, "This JsonWebToken is expired.").await;
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    old["iat"] = json!(START - 12 * 3600 + 1);
    app.with_token(&rs256(&old)).await.ok();
    app.end().await;
}

#[tokio::test]
async fn t18_dated_ahead() {
    let tokens = [
        rs256(&claims_with("iat", START + 61)),
        rs256(&claims_with("iat", START + 86_400)),
        rs256(&claims_with("nbf", START + 61)),
    ];
    refused(&tokens, INVALID, BAD_CONTENT).await;
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    // As far as clocks may differ.
    app.with_token(&rs256(&claims_with("iat", START + 60)))
        .await
        .ok();
    app.with_token(&rs256(&claims_with("nbf", START + 60)))
        .await
        .ok();
    app.with_token(&rs256(&claims_with("iat", 1_795_305_599.5)))
        .await
        .ok();
    app.end().await;
}

#[tokio::test]
async fn t18_claims_that_are_missing_or_of_another_type() {
    let mut tokens = Vec::new();
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(name);
        tokens.push(rs256(&without));
        tokens.push(rs256(&claims_with(name, Value::Null)));
        tokens.push(rs256(&claims_with(name, json!({"a": 1}))));
    }
    tokens.push(rs256(&claims_with("exp", "9999999999")));
    tokens.push(rs256(&claims_with("exp", 1e300)));
    tokens.push(rs256(&claims_with("exp", i64::MAX)));
    tokens.push(rs256(&claims_with("iat", -1)));
    tokens.push(rs256(&claims_with("sub", "")));
    for control in ['\u{0}', '\n', '\u{7f}', '\u{85}', '\u{9f}'] {
        tokens.push(rs256(&claims_with("sub", format!("an é{control}b"))));
        tokens.push(rs256(&claims_with("sub", format!("plain{control}"))));
    }
    tokens.push(rs256(&json!([1])));
    refused(&tokens, INVALID, BAD_CONTENT).await;
}

/// A token of these two parts that the right key signed.
fn signed(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let signed = format!("{}.{}", base64(header), base64(claims));
    let signature = base64(sign_rsa(0, &signed));
    format!("{signed}.{signature}")
}

/// Also where nobody reads it.
#[tokio::test]
async fn t18_what_is_not_utf_8() {
    let with = |text: &str| {
        let (start, rest) = text.split_at(1);
        [start.as_bytes(), b"\"x\":\"\xff\",", rest.as_bytes()].concat()
    };
    let header = r#"{"alg":"RS256","kid":"one"}"#;
    let sound = claims().to_string();
    let tokens = [signed(with(header), &sound), signed(header, with(&sound))];
    refused(&tokens, INVALID, BAD_CONTENT).await;
}

#[tokio::test]
async fn t18_a_claim_or_a_header_twice() {
    let twice = |header: &str, claims: &str| signed(header, claims);
    let sound = claims().to_string();
    let header = r#"{"alg":"RS256","kid":"one"}"#;
    let inner = sound.strip_prefix('{').unwrap();
    let tokens = [
        twice(header, &format!(r#"{{"aud":"three",{inner}"#)),
        twice(header, &format!(r#"{{"sub":"system:admin",{inner}"#)),
        twice(r#"{"alg":"none","alg":"RS256","kid":"one"}"#, &sound),
        twice(r#"{"alg":"RS256","kid":"two","kid":"one"}"#, &sound),
    ];
    refused(&tokens, INVALID, BAD_CONTENT).await;
}

#[tokio::test]
async fn t18_an_extension_that_must_be_understood() {
    let tokens = [
        headed(&json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false})),
        headed(&json!({"alg": "RS256", "kid": "one", "crit": ["exp"]})),
    ];
    refused(&tokens, INVALID, BAD_CONTENT).await;
}

#[tokio::test]
async fn t18_what_is_no_token() {
    let good = rs256(&claims());
    let parts = "The number of Jwt field should be divided into 3 parts with '.' .";
    let tokens = ["token", "a.b", "....", "a.b.c.d"].map(str::to_owned);
    refused(&tokens, INVALID, parts).await;
    let encoding = "Cannot decode base64 encoded response(format invalided).";
    let (head, signature) = good.rsplit_once('.').unwrap();
    let tokens = [
        format!("*{good}"),
        format!("{good}="),
        format!("{head}.*{signature}"),
        format!("{head}.{}", signature.replace(['-', '_'], "+")),
        format!("{head}.{signature} x"),
    ];
    refused(&tokens, INVALID, encoding).await;
    let tokens = [
        format!("AAAA.{}", good.split_once('.').unwrap().1),
        "e30.e30.AAAA".to_owned(),
    ];
    refused(&tokens, INVALID, BAD_CONTENT).await;
}

#[tokio::test]
async fn t18_a_byte_changed_anywhere() {
    let good = es256(&claims());
    let signature_at = good.rfind('.').unwrap();
    let mut tokens = Vec::new();
    for at in (0..good.len()).step_by(7) {
        let byte = good.as_bytes()[at];
        if byte == b'.' || at + 1 == good.len() || at + 1 == signature_at {
            continue;
        }
        let other = if byte == b'A' { "B" } else { "A" };
        tokens.push(format!("{}{other}{}", &good[..at], &good[at + 1..]));
    }
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    app.with_token(&good).await.ok();
    for token in tokens {
        let reply = app.with_token(&token).await;
        assert_eq!(reply.status, 401, "{token}");
    }
    app.end().await;
}

#[tokio::test]
async fn t18_too_long() {
    let padded = rs256(&claims_with("pad", "x".repeat(16_000)));
    assert!(padded.len() > 20_000);
    refused(
        &[padded, format!("{}.a.a", "a".repeat(30_000))],
        INVALID,
        BAD_CONTENT,
    )
    .await;
}

#[tokio::test]
async fn t18_ten_megabytes() {
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    let headers = [
        ("host", "127.0.0.1:7267"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!(
        "Action=AssumeRoleWithOIDC&Version=2015-04-01&OIDCToken={}",
        "a".repeat(10 << 20)
    );
    let reply = app.send("POST", "/", &headers, &body).await;
    reply.refused(413, "RequestEntityTooLarge");
    // As long as a body may be.
    let body = format!(
        "Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON&{}&OIDCToken={}",
        crate::app::encode(crate::expect::issuer::CALL),
        "a".repeat(1_000_000)
    );
    let reply = app.send("POST", "/", &headers, &body).await;
    reply.refused(401, INVALID);
    assert_eq!(issuer.count(), 0);
    app.end().await;
}

#[tokio::test]
async fn t18_keys_of_another_provider() {
    // Both of one account; each vouches for its own.
    let issuer = Issuer::new();
    let app = TestApp::federated(On::Memory, &issuer).await;
    let document =
        json!({"issuer": "https://second.example", "jwks_uri": "https://idp.example/second"});
    issuer.serve(
        "https://second.example/.well-known/openid-configuration",
        &document.to_string(),
    );
    let keys = json!({"keys": [rsa_jwk(1, "one"), ec_jwk("ec")]});
    issuer.serve("https://idp.example/second", &keys.to_string());
    let second = [
        ("OIDCProviderName", "Second"),
        ("IssuerUrl", "https://second.example"),
        ("ClientIds", "one"),
    ];
    app.provided("CreateOIDCProvider", &second).await;
    let arn = "acs:ram::1234567890123456:oidc-provider/Second";
    let theirs = token(
        &json!({"alg": "RS256", "kid": "one"}),
        &claims_with("iss", "https://second.example"),
        |signed| sign_rsa(1, signed),
    );
    app.with_token(&theirs).await.refused(401, SIGNATURE);
    let params = crate::expect::with(crate::expect::issuer::CALL, "OIDCProviderArn", arn);
    let with = |token: &str| {
        let mut params: Vec<(&str, String)> =
            params.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        params.push(("OIDCToken", token.to_owned()));
        params
    };
    for (token, code) in [
        (rs256(&claims()), SIGNATURE),
        (theirs, "AuthenticationFail.NoPermission"),
    ] {
        let params = with(&token);
        let params: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
        app.unsigned("AssumeRoleWithOIDC", &params)
            .await
            .refused(401, code);
    }
    app.end().await;
}
