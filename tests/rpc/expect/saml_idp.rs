//! A SAML identity provider of the tests. It writes its documents in the canonical form right away and
//! signs that text: nothing of what verifies takes part in signing.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::credential::time;
use rampart::iam::federation::FederationConfig;
use rampart::iam::federation::saml::SamlConfig;
use rampart::iam::federation::saml::verify::Sha1;

use super::issuer::trusting;
use super::{Pairs, with};
use crate::app::{On, Reply, START, Setup, TestApp};

/// The provider's name, by its metadata.
pub(crate) const ENTITY: &str = "https://idp.example/saml";
/// The address that the users of the tests' deployment sign on at.
pub(crate) const RECIPIENT: &str = "https://rampart.example/saml-role/sso";
pub(crate) const ROLE: &str = "acs:ram::1234567890123456:role/Federated";
pub(crate) const PROVIDER: &str = "acs:ram::1234567890123456:saml-provider/Idp";

const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";

/// A key of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// One of two RSA keys.
    Rsa(usize),
    /// The key on P-256.
    Ec,
}

fn rsa(number: usize) -> &'static RsaKeyPair {
    static KEYS: [OnceLock<RsaKeyPair>; 2] = [OnceLock::new(), OnceLock::new()];
    KEYS[number].get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

static EC: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

impl Key {
    /// A certificate of it, in Base64.
    pub(crate) fn certificate(self) -> String {
        let pkcs8 = match self {
            Self::Rsa(number) => {
                let der: Pkcs8V1Der<'_> = rsa(number).as_der().unwrap();
                der.as_ref().to_vec()
            }
            Self::Ec => EC.to_pkcs8v1().unwrap().as_ref().to_vec(),
        };
        let key = rcgen::KeyPair::try_from(pkcs8).unwrap();
        let params = rcgen::CertificateParams::new(vec!["idp.example".to_owned()]).unwrap();
        STANDARD.encode(params.self_signed(&key).unwrap().der())
    }

    fn sign(self, signed: &str, method: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        let Self::Rsa(number) = self else {
            return EC
                .sign(&random, signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec();
        };
        let encoding: &'static dyn RsaEncoding = match method {
            "rsa-sha1" => return sha1_signature(number, signed),
            "rsa-sha512" => &RSA_PKCS1_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; rsa(number).public_modulus_len()];
        rsa(number)
            .sign(encoding, &random, signed.as_bytes(), &mut signature)
            .unwrap();
        signature
    }
}

/// With SHA-1, which the library does not sign with any more; OpenSSL does.
fn sha1_signature(number: usize, signed: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let (key, text) = (directory.path().join("key"), directory.path().join("text"));
    let der: Pkcs8V1Der<'_> = rsa(number).as_der().unwrap();
    std::fs::write(&key, der.as_ref()).unwrap();
    std::fs::write(&text, signed).unwrap();
    let output = std::process::Command::new("openssl")
        .args(["dgst", "-sha1", "-keyform", "DER", "-sign"])
        .args([&key, &text])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// Metadata with those keys, in Base64.
pub(crate) fn metadata(keys: &[Key]) -> String {
    metadata_of(ENTITY, keys, "")
}

/// Metadata of that provider with those keys and that attribute, in Base64.
pub(crate) fn metadata_of(entity: &str, keys: &[Key], attribute: &str) -> String {
    let mut descriptors = String::new();
    for key in keys {
        let certificate = key.certificate();
        write!(
            descriptors,
            r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#
        )
        .unwrap();
    }
    STANDARD.encode(format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}" {attribute}><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{descriptors}</IDPSSODescriptor></EntityDescriptor>"#
    ))
}

/// How a signature is made.
#[derive(Debug, Clone)]
pub(crate) struct Signing {
    pub(crate) key: Key,
    /// The last part of the method's name.
    pub(crate) method: &'static str,
    /// The whole name of the digest's method.
    pub(crate) digest: &'static str,
    /// The whole name of the canonicalisation.
    pub(crate) canonical: &'static str,
}

pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

impl Signing {
    /// With the first RSA key.
    pub(crate) fn usual() -> Self {
        Self::with(Key::Rsa(0), "rsa-sha256")
    }

    pub(crate) fn with(key: Key, method: &'static str) -> Self {
        Self {
            key,
            method,
            digest: SHA256,
            canonical: EXCLUSIVE,
        }
    }

    /// The signature of an element in canonical form, which has that id.
    pub(crate) fn sign(&self, element: &str, id: &str) -> String {
        let algorithm = match self.digest {
            SHA1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            SHA256 => &digest::SHA256,
            _ => &digest::SHA512,
        };
        let hash = STANDARD.encode(digest::digest(algorithm, element.as_bytes()));
        let method = match self.method {
            "rsa-sha1" => "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned(),
            method => format!("{MORE}{method}"),
        };
        let (canonical, digest) = (self.canonical, self.digest);
        let info = format!(
            r##"<ds:CanonicalizationMethod Algorithm="{canonical}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="{canonical}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod><ds:DigestValue>{hash}</ds:DigestValue></ds:Reference>"##
        );
        let ns = r#"xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#;
        // By itself it says what its prefix means; below the signature that is said already.
        let signed = format!("<ds:SignedInfo {ns}>{info}</ds:SignedInfo>");
        let value = STANDARD.encode(self.key.sign(&signed, self.method));
        format!(
            "<ds:Signature {ns}><ds:SignedInfo>{info}</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
        )
    }
}

/// What the provider says of its user. Moments are in unix seconds.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) response_id: String,
    pub(crate) issuer: String,
    pub(crate) issued_at: i64,
    pub(crate) subject: String,
    pub(crate) format: Option<String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) destination: Option<String>,
    /// Until when it may be held out, and until when it holds.
    pub(crate) until: i64,
    pub(crate) holds_until: i64,
    pub(crate) holds_from: i64,
    pub(crate) audiences: Vec<Vec<String>>,
    pub(crate) session_ends_at: Option<i64>,
    pub(crate) roles: Vec<String>,
    pub(crate) session_names: Vec<String>,
    pub(crate) durations: Vec<String>,
    pub(crate) status: String,
}

/// Something sound at the start of a test, with an id of its own.
pub(crate) fn told() -> Told {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Told {
        id: format!("_assertion{number}"),
        response_id: format!("_response{number}"),
        issuer: ENTITY.to_owned(),
        issued_at: START - 10,
        subject: "alice@example.com".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()),
        recipients: vec![RECIPIENT.to_owned()],
        destination: Some(RECIPIENT.to_owned()),
        until: START + 300,
        holds_until: START + 600,
        holds_from: START - 60,
        audiences: vec![vec!["urn:alibaba:cloudcomputing".to_owned()]],
        session_ends_at: None,
        roles: vec![format!("{ROLE},{PROVIDER}")],
        session_names: vec!["alice".to_owned()],
        durations: Vec::new(),
        status: "urn:oasis:names:tc:SAML:2.0:status:Success".to_owned(),
    }
}

impl Told {
    /// The assertion in canonical form, with that signature.
    pub(crate) fn assertion(&self, signature: &str) -> String {
        let at = time::format;
        let format = self.format.as_ref();
        let format = format.map_or(String::new(), |format| format!(r#" Format="{format}""#));
        let mut confirmations = String::new();
        for recipient in &self.recipients {
            write!(
                confirmations,
                r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{}" Recipient="{recipient}"></saml:SubjectConfirmationData></saml:SubjectConfirmation>"#,
                at(self.until)
            )
            .unwrap();
        }
        let mut restrictions = String::new();
        for audiences in &self.audiences {
            restrictions += "<saml:AudienceRestriction>";
            for audience in audiences {
                write!(restrictions, "<saml:Audience>{audience}</saml:Audience>").unwrap();
            }
            restrictions += "</saml:AudienceRestriction>";
        }
        let session = self.session_ends_at.map_or(String::new(), |end| {
            format!(r#" SessionNotOnOrAfter="{}""#, at(end))
        });
        let mut attributes = String::new();
        for (name, values) in [
            ("Role", &self.roles),
            ("RoleSessionName", &self.session_names),
            ("SessionDuration", &self.durations),
        ] {
            if values.is_empty() {
                continue;
            }
            write!(
                attributes,
                r#"<saml:Attribute Name="https://www.aliyun.com/SAML-Role/Attributes/{name}">"#
            )
            .unwrap();
            for value in values {
                write!(
                    attributes,
                    "<saml:AttributeValue>{value}</saml:AttributeValue>"
                )
                .unwrap();
            }
            attributes += "</saml:Attribute>";
        }
        format!(
            r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{}" IssueInstant="{issued}" Version="2.0"><saml:Issuer>{}</saml:Issuer>{signature}<saml:Subject><saml:NameID{format}>{}</saml:NameID>{confirmations}</saml:Subject><saml:Conditions NotBefore="{}" NotOnOrAfter="{}">{restrictions}</saml:Conditions><saml:AuthnStatement AuthnInstant="{issued}"{session}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"#,
            self.id,
            self.issuer,
            self.subject,
            at(self.holds_from),
            at(self.holds_until),
            issued = at(self.issued_at),
        )
    }

    /// A response in canonical form around what is inside, with that signature.
    pub(crate) fn response(&self, signature: &str, inside: &str) -> String {
        let destination = self.destination.as_ref();
        let destination = destination.map_or(String::new(), |to| format!(r#"Destination="{to}" "#));
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" {destination}ID="{}" IssueInstant="{}" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{}</saml:Issuer>{signature}<samlp:Status><samlp:StatusCode Value="{}"></samlp:StatusCode></samlp:Status>{inside}</samlp:Response>"#,
            self.response_id,
            time::format(self.issued_at),
            self.issuer,
            self.status,
        )
    }

    /// The signature of the assertion.
    pub(crate) fn assertion_signature(&self, signing: &Signing) -> String {
        signing.sign(&self.assertion(""), &self.id)
    }

    /// The signature of a response around what is inside.
    pub(crate) fn response_signature(&self, signing: &Signing, inside: &str) -> String {
        signing.sign(&self.response("", inside), &self.response_id)
    }

    /// A response whose assertion is signed.
    pub(crate) fn signed(&self) -> String {
        self.signed_with(&Signing::usual())
    }

    pub(crate) fn signed_with(&self, signing: &Signing) -> String {
        let signature = self.assertion_signature(signing);
        self.response("", &self.assertion(&signature))
    }

    /// A response that is signed itself.
    pub(crate) fn response_signed(&self) -> String {
        let inside = self.assertion("");
        let signature = self.response_signature(&Signing::usual(), &inside);
        self.response(&signature, &inside)
    }

    /// A response that is signed and whose assertion is.
    pub(crate) fn both_signed(&self) -> String {
        let signature = self.assertion_signature(&Signing::usual());
        let inside = self.assertion(&signature);
        let signature = self.response_signature(&Signing::usual(), &inside);
        self.response(&signature, &inside)
    }
}

/// A response as the call takes it.
pub(crate) fn encoded(xml: &str) -> String {
    STANDARD.encode(xml)
}

/// The parameters of a sound call but for its response.
pub(crate) const SAML_CALL: Pairs<'static> = &[("SAMLProviderArn", PROVIDER), ("RoleArn", ROLE)];

/// How the server is set up that users sign on to.
pub(crate) fn saml_setup(on: On) -> Setup {
    Setup {
        federation: FederationConfig {
            saml: SamlConfig {
                recipients: vec![
                    "https://other.rampart.example/sso".to_owned(),
                    RECIPIENT.to_owned(),
                ],
                sha1: Sha1::Refused,
            },
            ..FederationConfig::default()
        },
        ..Setup::on(on)
    }
}

impl TestApp {
    /// A server with a provider that has those keys, and a role `Federated` that trusts it.
    pub(crate) async fn signed_on_to(setup: Setup, keys: &[Key]) -> Self {
        let app = Self::with(setup).await;
        let document = metadata(keys);
        let provider = [
            ("SAMLProviderName", "Idp"),
            ("EncodedSAMLMetadataDocument", document.as_str()),
        ];
        app.provided("CreateSAMLProvider", &provider).await;
        app.saml_role("Federated", "{}").await;
        app
    }

    /// The same with the first RSA key.
    pub(crate) async fn with_sso(on: On) -> Self {
        Self::signed_on_to(saml_setup(on), &[Key::Rsa(0)]).await
    }

    /// A role that trusts the provider under a condition.
    pub(crate) async fn saml_role(&self, name: &str, condition: &str) {
        let trust = trusting(PROVIDER, condition);
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        self.ram(&self.root(), "CreateRole", &role).await.ok();
    }

    /// `AssumeRoleWithSAML` as [`SAML_CALL`] with this response.
    pub(crate) async fn with_response(&self, xml: &str) -> Reply {
        self.with_response_and(xml, SAML_CALL).await
    }

    /// The same with other parameters beside. It goes in a form: a response is too long for a URL.
    pub(crate) async fn with_response_and(&self, xml: &str, params: Pairs<'_>) -> Reply {
        self.saml(&with(params, "SAMLAssertion", &encoded(xml)))
            .await
    }

    /// `AssumeRoleWithSAML` with these parameters.
    pub(crate) async fn saml(&self, params: Pairs<'_>) -> Reply {
        let mut all = vec![
            ("Action", "AssumeRoleWithSAML"),
            ("Version", "2015-04-01"),
            ("Format", "JSON"),
        ];
        all.extend(params);
        let headers = [
            ("host", "127.0.0.1:7267"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = crate::app::encode(&all);
        self.send("POST", "/", &headers, &body).await
    }
}
