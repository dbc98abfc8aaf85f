//! An issuer of OIDC tokens, without a socket: what it serves is fetched through the port.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rampart::iam::federation::FederationConfig;
use rampart::ports::{OutboundError, OutboundGet, OutboundHttp};
use serde_json::{Value, json};

use crate::app::{On, Reply, START, Setup, TestApp, encode};

/// What the provider of the tests is known by.
pub(crate) const ISSUER: &str = "https://idp.example/tenant";

/// The RSA keys of all issuers: to make one takes long.
pub(crate) fn rsa(number: usize) -> &'static RsaKeyPair {
    static KEYS: [OnceLock<RsaKeyPair>; 2] = [OnceLock::new(), OnceLock::new()];
    KEYS[number].get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

fn ec() -> &'static EcdsaKeyPair {
    static KEY: OnceLock<EcdsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The public half of an RSA key, as a key set has it.
pub(crate) fn rsa_jwk(number: usize, kid: &str) -> Value {
    // PKCS#1: the modulus behind nine bytes of heads, and the exponent 65537 in five.
    let der = rsa(number).public_key().as_ref();
    let modulus = &der[9..der.len() - 5];
    json!({"kty": "RSA", "use": "sig", "kid": kid, "n": base64(modulus), "e": "AQAB"})
}

pub(crate) fn ec_jwk(kid: &str) -> Value {
    let point = ec().public_key().as_ref();
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": base64(&point[1..33]), "y": base64(&point[33..])})
}

/// What signs a token.
pub(crate) fn sign_rsa(number: usize, signed: &str) -> Vec<u8> {
    let key = rsa(number);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    signature
}

/// A token of this header and these claims, with what `sign` makes of it.
pub(crate) fn token(header: &Value, claims: &Value, sign: impl FnOnce(&str) -> Vec<u8>) -> String {
    let signed = format!(
        "{}.{}",
        base64(header.to_string()),
        base64(claims.to_string())
    );
    let signature = base64(sign(&signed));
    format!("{signed}.{signature}")
}

/// A sound token of the first RSA key, named `one`.
pub(crate) fn rs256(claims: &Value) -> String {
    token(&json!({"alg": "RS256", "kid": "one"}), claims, |signed| {
        sign_rsa(0, signed)
    })
}

/// A sound token of the key on P-256, named `ec`.
pub(crate) fn es256(claims: &Value) -> String {
    token(&json!({"alg": "ES256", "kid": "ec"}), claims, |signed| {
        let signature = ec().sign(&SystemRandom::new(), signed.as_bytes());
        signature.unwrap().as_ref().to_vec()
    })
}

/// The claims of a sound token at the start of a test.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "system:serviceaccount:apps:reader",
        "aud": "one",
        "iat": START - 60,
        "exp": START + 3600,
    })
}

/// Claims with one of them another.
pub(crate) fn claims_with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

/// An issuer that serves what it is told to.
#[derive(Debug)]
pub(crate) struct Issuer {
    served: Mutex<HashMap<String, String>>,
    /// Every URL that was asked for, with the fingerprints that went along.
    pub(crate) asked: Mutex<Vec<(String, Vec<String>)>>,
    failing: Mutex<Option<fn() -> OutboundError>>,
    /// How many requests are answered at the moment, and the most that ever were.
    pub(crate) at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    slow: Mutex<Option<std::time::Duration>>,
}

impl Issuer {
    /// One with the RSA key `one` and the key `ec` on P-256.
    pub(crate) fn new() -> Arc<Self> {
        let issuer = Self {
            served: Mutex::default(),
            asked: Mutex::default(),
            failing: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            slow: Mutex::default(),
        };
        let document = json!({"issuer": ISSUER, "jwks_uri": "https://idp.example/keys"});
        issuer.serve(
            "https://idp.example/tenant/.well-known/openid-configuration",
            &document.to_string(),
        );
        issuer.keys(&[rsa_jwk(0, "one"), ec_jwk("ec")]);
        Arc::new(issuer)
    }

    pub(crate) fn serve(&self, url: &str, text: &str) {
        let mut served = self.served.lock().unwrap();
        served.insert(url.to_owned(), text.to_owned());
    }

    pub(crate) fn keys(&self, keys: &[Value]) {
        self.serve(
            "https://idp.example/keys",
            &json!({ "keys": keys }).to_string(),
        );
    }

    pub(crate) fn fails(&self, how: Option<fn() -> OutboundError>) {
        *self.failing.lock().unwrap() = how;
    }

    pub(crate) fn is_slow(&self, by: std::time::Duration) {
        *self.slow.lock().unwrap() = Some(by);
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait]
impl OutboundHttp for Issuer {
    async fn get(&self, get: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError> {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        self.asked
            .lock()
            .unwrap()
            .push((get.url.to_owned(), get.fingerprints.to_vec()));
        let slow = *self.slow.lock().unwrap();
        if let Some(by) = slow {
            tokio::time::sleep(by).await;
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        if let Some(failing) = *self.failing.lock().unwrap() {
            return Err(failing());
        }
        let served = self.served.lock().unwrap().get(get.url).cloned();
        let served = served.ok_or_else(|| OutboundError::Failed("404".into()))?;
        if served.len() > get.max_bytes {
            return Err(OutboundError::Failed("too long".into()));
        }
        Ok(served.into_bytes())
    }
}

/// How the server is set up that knows the issuer.
pub(crate) fn setup(on: On, issuer: &Arc<Issuer>) -> Setup {
    Setup {
        federation: FederationConfig {
            outbound: Arc::clone(issuer) as Arc<dyn OutboundHttp>,
            ..FederationConfig::default()
        },
        ..Setup::on(on)
    }
}

/// The parameters of a sound call but for its token.
pub(crate) const CALL: &[(&str, &str)] = &[
    (
        "OIDCProviderArn",
        "acs:ram::1234567890123456:oidc-provider/Idp",
    ),
    ("RoleArn", "acs:ram::1234567890123456:role/Federated"),
    ("RoleSessionName", "session"),
];

/// The role's trust in the provider, under a condition (a JSON value).
pub(crate) fn trusting(provider: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Federated":["{provider}"]}},"Condition":{condition}}}]}}"#
    )
}

impl TestApp {
    /// A server with the provider [`super::IDP`] and a role `Federated` that trusts it.
    pub(crate) async fn federated(on: On, issuer: &Arc<Issuer>) -> Self {
        let app = Self::with(setup(on, issuer)).await;
        app.provided("CreateOIDCProvider", super::IDP).await;
        app.federated_role("Federated", "{}").await;
        app
    }

    /// A role that trusts the provider under a condition.
    pub(crate) async fn federated_role(&self, name: &str, condition: &str) {
        let trust = trusting(CALL[0].1, condition);
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        self.ram(&self.root(), "CreateRole", &role).await.ok();
    }

    /// A call that nobody signs.
    pub(crate) async fn unsigned(&self, action: &str, params: &[(&str, &str)]) -> Reply {
        let mut all = vec![
            ("Action", action),
            ("Version", "2015-04-01"),
            ("Format", "JSON"),
        ];
        all.extend(params);
        let target = format!("/?{}", encode(&all));
        self.send("POST", &target, &[("host", "127.0.0.1:7267")], "")
            .await
    }

    /// `AssumeRoleWithOIDC` as [`CALL`] with this token.
    pub(crate) async fn with_token(&self, token: &str) -> Reply {
        let params = super::with(CALL, "OIDCToken", token);
        self.unsigned("AssumeRoleWithOIDC", &params).await
    }
}
