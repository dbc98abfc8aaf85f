//! What the tests of identity providers share.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::ops::declare::Product;
use serde_json::Value;

use super::{
    Pairs, Refusal, absent, bad_chars, members, missing, refusal, too_long, with, without,
};
use crate::app::{ACCOUNT, Credentials, TestApp, policy};

/// A provider as most tests make it.
pub(crate) const IDP: Pairs<'static> = &[
    ("OIDCProviderName", "Idp"),
    ("IssuerUrl", "https://idp.example/tenant"),
    ("ClientIds", "one,two"),
    ("Fingerprints", "902ef2deeb3c5b13ea4c3d5193629309e231ae55"),
];

impl TestApp {
    /// Root's call of IMS: the members of its answer.
    pub(crate) async fn provided(&self, action: &str, params: Pairs<'_>) -> Value {
        let reply = self.rpc(&self.root(), Product::Ims, action, params).await;
        members(&reply)
    }

    /// A server with the provider [`IDP`].
    pub(crate) async fn with_idp(on: crate::app::On) -> Self {
        let app = Self::start(on).await;
        app.provided("CreateOIDCProvider", IDP).await;
        app
    }

    /// Checks that root's call of IMS is refused with exactly that, and that nothing changed.
    pub(crate) async fn provides_not(&self, action: &str, params: Pairs<'_>, expected: &Refusal) {
        self.refuses_of(Product::Ims, &self.root(), action, params, expected)
            .await;
    }

    /// Checks the name of a provider in a call that is good but for it.
    pub(crate) async fn checks_provider_name(&self, action: &str, good: Pairs<'_>, name: &str) {
        for params in [without(good, name), with(good, name, "")] {
            self.provides_not(action, &params, &missing(name)).await;
        }
        let text = "a".repeat(129);
        self.provides_not(action, &with(good, name, &text), &too_long(name))
            .await;
        for text in ["a b", "a/b", "a*", "ré", "a@b", "-a", "a-", ".", "a_"] {
            self.provides_not(action, &with(good, name, text), &bad_chars(name))
                .await;
        }
    }

    /// Checks that the call speaks of a provider of the caller's account that is there.
    pub(crate) async fn checks_provider_is_there(&self, action: &str, good: Pairs<'_>) {
        let (name, what) = if action.contains("SAML") {
            ("SAMLProviderName", "SAMLProvider")
        } else {
            ("OIDCProviderName", "OIDCProvider")
        };
        self.provides_not(action, &with(good, name, "other"), &absent(what))
            .await;
        let stranger = self.add_account("1000000000000077").await;
        self.refuses_of(Product::Ims, &stranger, action, good, &absent(what))
            .await;
    }

    /// Checks that the call needs its action on that resource and nothing more. It is made once.
    pub(crate) async fn provider_call_needs(
        &self,
        action: &str,
        params: Pairs<'_>,
        resource: &str,
    ) {
        let name = format!("ram:{action}");
        let text = format!(
            "You are not authorized to do this action. Resource: {resource} Action: {name}"
        );
        let denied = refusal(403, "NoPermission", &text);
        let everything = policy("Allow", "*", "*");
        let deny = policy("Deny", &name, resource);
        let others = policy("Allow", &name, "acs:ram:*:*:*-provider/another");
        for (user, policies) in [
            ("nobody", vec![]),
            ("denied", vec![everything.as_str(), deny.as_str()]),
            ("elsewhere", vec![others.as_str()]),
        ] {
            let user = self.user(user, &policies).await;
            self.refuses_of(Product::Ims, &user, action, params, &denied)
                .await;
        }
        let exact = policy("Allow", &name, resource);
        let allowed: Credentials = self.user("allowed", &[&exact]).await;
        self.rpc(&allowed, Product::Ims, action, params).await.ok();
    }
}

/// The resource of a provider.
pub(crate) fn oidc_provider(name: &str) -> String {
    format!("acs:ram::{ACCOUNT}:oidc-provider/{name}")
}

/// The metadata of a SAML provider, in Base64.
pub(crate) static METADATA: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(include_str!("../../vectors/saml/metadata.xml")));

/// The parameters that make a SAML provider.
pub(crate) fn saml_idp() -> Vec<(&'static str, &'static str)> {
    vec![
        ("SAMLProviderName", "Idp"),
        ("EncodedSAMLMetadataDocument", METADATA.as_str()),
    ]
}

impl TestApp {
    /// A server with the provider [`saml_idp`].
    pub(crate) async fn with_saml_idp(on: crate::app::On) -> Self {
        let app = Self::start(on).await;
        app.provided("CreateSAMLProvider", &saml_idp()).await;
        app
    }
}

/// The resource of a SAML provider, or of all.
pub(crate) fn saml_provider(name: &str) -> String {
    format!("acs:ram:*:{ACCOUNT}:saml-provider/{name}")
}
