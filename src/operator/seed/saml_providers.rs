//! SAML providers of a seed: believed, compared and written.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_saphyr::Spanned;

use super::apply::{Applier, Done, NAME_TAKEN, taken};
use super::check::Check;
use super::file::FileSamlProvider;
use super::fingerprint::fingerprint;
use super::model::SeedSamlProvider;
use super::plan::Planner;
use super::step::{Change, Entity, Step};
use crate::iam::federation::saml::metadata::Metadata;
use crate::model::provider::{AuthnSignAlgo, SamlProvider};
use crate::ops::values::ProviderDescription;
use crate::policy::arn::{ProviderKind, provider_arn};
use crate::policy::ids::ProviderName;

impl Check<'_> {
    pub(super) fn saml_providers(
        &mut self,
        providers: Vec<FileSamlProvider>,
    ) -> Vec<SeedSamlProvider> {
        let mut seen = BTreeSet::new();
        let mut checked = Vec::new();
        for provider in providers {
            let place = provider.name.referenced;
            let name = self.parameter::<ProviderName>(&provider.name, "the provider's name");
            let metadata = self.metadata(&provider.metadata);
            let description =
                self.value::<ProviderDescription>(provider.description, "the description");
            let algorithm = provider.authn_sign_algo.as_ref();
            let authn_sign_algo =
                algorithm.and_then(|text| self.parameter::<AuthnSignAlgo>(text, "authn_sign_algo"));
            let (Some(name), Some(metadata)) = (name, metadata) else {
                continue;
            };
            self.once(&mut seen, name.clone(), place, "the provider");
            checked.push(SeedSamlProvider {
                name,
                metadata,
                description,
                authn_sign_algo,
            });
        }
        checked
    }

    /// Metadata, as XML or in Base64, in Base64.
    fn metadata(&mut self, text: &Spanned<String>) -> Option<String> {
        let given = text.value.trim();
        let encoded = if given.starts_with('<') {
            STANDARD.encode(given)
        } else {
            given.to_owned()
        };
        match Metadata::decode(&encoded) {
            Ok(_) => Some(encoded),
            Err(error) => {
                self.fault(text.referenced, error.to_string());
                None
            }
        }
    }
}

impl SeedSamlProvider {
    fn print(&self) -> String {
        fingerprint(&[
            Some(&self.metadata),
            self.description.as_deref(),
            self.authn_sign_algo.map(AuthnSignAlgo::as_str),
        ])
    }
}

impl<'a> Planner<'a> {
    pub(super) fn saml_provider(&mut self, seed: &'a SeedSamlProvider) {
        let entity = Entity::SamlProvider(seed.name.clone());
        let Some(there) = self.state.saml_providers.get(&seed.name) else {
            let removed = self.state.removed.saml_providers.contains(&seed.name);
            let (count, most) = (self.counts.saml_providers, self.quotas.saml_providers);
            if self.can_create(&entity, removed, count, most) {
                self.counts.saml_providers += 1;
                let step = Step::change(self.account, Change::CreateSamlProvider(seed));
                self.push(step.remember(entity, Some(seed.print())));
            }
            return;
        };
        let mut provider = there.clone();
        let mut changed = Vec::new();
        if seed.metadata != provider.metadata {
            provider.metadata.clone_from(&seed.metadata);
            changed.push("metadata");
        }
        let description = seed.description.as_ref();
        if let Some(text) = description.filter(|text| **text != provider.description) {
            provider.description.clone_from(text);
            changed.push("description");
        }
        let algorithm = seed.authn_sign_algo;
        if let Some(algorithm) = algorithm.filter(|known| *known != provider.authn_sign_algo) {
            provider.authn_sign_algo = algorithm;
            changed.push("algorithm of sign-on requests");
        }
        self.present(entity, seed.print(), &changed, || {
            Change::UpdateSamlProvider(Box::new(provider))
        });
    }
}

impl Applier<'_> {
    pub(super) fn saml_provider_arn(&self, name: &ProviderName) -> String {
        provider_arn(self.account, ProviderKind::Saml, name).to_string()
    }

    pub(super) async fn create_saml_provider(&mut self, seed: &SeedSamlProvider) -> Done {
        let provider = SamlProvider {
            account: self.account,
            name: seed.name.clone(),
            description: seed.description.clone().unwrap_or_default(),
            metadata: seed.metadata.clone(),
            authn_sign_algo: seed.authn_sign_algo.unwrap_or_default(),
            created_at: self.now,
            updated_at: self.now,
        };
        if taken(self.tx.create_saml_provider(&provider).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        let arn = self.saml_provider_arn(&seed.name);
        self.record("CreateSAMLProvider", arn).await
    }

    pub(super) async fn update_saml_provider(&mut self, provider: &SamlProvider) -> Done {
        let provider = SamlProvider {
            updated_at: self.now,
            ..provider.clone()
        };
        self.tx.update_saml_provider(&provider).await?;
        let arn = self.saml_provider_arn(&provider.name);
        self.record("UpdateSAMLProvider", arn).await
    }

    pub(super) async fn delete_saml_provider(&mut self, name: &ProviderName) -> Done {
        self.tx.delete_saml_provider(name).await?;
        let arn = self.saml_provider_arn(name);
        self.record("DeleteSAMLProvider", arn).await
    }
}
