//! OIDC providers of a seed: believed, compared and written.

use std::collections::BTreeSet;

use serde_saphyr::Spanned;

use super::apply::{Applier, Done, NAME_TAKEN, taken};
use super::check::Check;
use super::document::stored_text;
use super::file::FileOidcProvider;
use super::fingerprint::fingerprint;
use super::model::SeedOidcProvider;
use super::plan::Planner;
use super::report::{Action, Outcome};
use super::step::{Change, Entity, Step};
use crate::model::provider::OidcProvider;
use crate::ops::params::ParamValue;
use crate::ops::values::{
    ClientId, Fingerprint, IssuanceLimitTime, IssuerUrl, JsonWebKeySet, ProviderDescription,
};
use crate::policy::arn::{ProviderKind, provider_arn};
use crate::policy::ids::ProviderName;

impl Check<'_> {
    pub(super) fn oidc_providers(
        &mut self,
        providers: Vec<FileOidcProvider>,
    ) -> Vec<SeedOidcProvider> {
        let (mut seen, mut issuers) = (BTreeSet::new(), BTreeSet::new());
        let mut checked = Vec::new();
        for provider in providers {
            let (place, at_issuer) = (provider.name.referenced, provider.issuer_url.referenced);
            let name = self.parameter::<ProviderName>(&provider.name, "the provider's name");
            let issuer = self.parameter::<IssuerUrl>(&provider.issuer_url, "the issuer URL");
            let description =
                self.value::<ProviderDescription>(provider.description, "the description");
            let client_ids = provider.client_ids.map(|ids| {
                let ids = ids.iter();
                ids.filter_map(|id| self.parameter::<ClientId>(id, "the client id"))
                    .map(|id| id.0)
                    .collect()
            });
            let fingerprints = provider.fingerprints.map(|prints| {
                let prints = prints.iter();
                prints
                    .filter_map(|print| self.parameter::<Fingerprint>(print, "the fingerprint"))
                    .map(|print| print.0)
                    .collect()
            });
            if let Some(hours) = &provider.issuance_limit_time
                && IssuanceLimitTime::parse(&hours.value.to_string()).is_err()
            {
                self.fault(hours.referenced, "issuance_limit_time is 1 to 168 hours");
            }
            let key_set = provider.json_web_key_set.and_then(|keys| {
                let text = stored_text(&keys.value);
                let sound = text.filter(|text| JsonWebKeySet::parse(text).is_ok());
                if sound.is_none() {
                    let message = "json_web_key_set is no JSON Web Key Set with a key of use";
                    self.fault(keys.referenced, message);
                }
                sound
            });
            let (Some(name), Some(IssuerUrl(issuer_url))) = (name, issuer) else {
                continue;
            };
            self.once(&mut seen, name.clone(), place, "the provider");
            self.once(&mut issuers, issuer_url.clone(), at_issuer, "the issuer");
            checked.push(SeedOidcProvider {
                name,
                issuer_url,
                description,
                client_ids,
                fingerprints,
                issuance_limit_hours: provider.issuance_limit_time.map(|hours| hours.value),
                key_set,
            });
        }
        checked
    }

    /// A text that obeys the rule of the API's parameter of type `T`.
    pub(super) fn parameter<T: ParamValue>(
        &mut self,
        text: &Spanned<String>,
        what: &str,
    ) -> Option<T> {
        match T::parse(&text.value) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.fault(text.referenced, format!("{what} {problem}"));
                None
            }
        }
    }
}

impl SeedOidcProvider {
    fn print(&self) -> String {
        let list = |list: &Option<Vec<String>>| list.as_ref().map(|list| list.join(","));
        let hours = self.issuance_limit_hours.map(|hours| hours.to_string());
        fingerprint(&[
            Some(&self.issuer_url),
            self.description.as_deref(),
            list(&self.client_ids).as_deref(),
            list(&self.fingerprints).as_deref(),
            hours.as_deref(),
            self.key_set.as_deref(),
        ])
    }
}

impl<'a> Planner<'a> {
    pub(super) fn oidc_provider(&mut self, seed: &'a SeedOidcProvider) {
        let entity = Entity::OidcProvider(seed.name.clone());
        let quotas = self.quotas;
        for (list, most, what) in [
            (
                &seed.client_ids,
                quotas.client_ids_per_oidc_provider,
                "client ids",
            ),
            (
                &seed.fingerprints,
                quotas.fingerprints_per_oidc_provider,
                "fingerprints",
            ),
        ] {
            let count = list.as_ref().map_or(0, Vec::len);
            if count > usize::try_from(most).unwrap_or(usize::MAX) {
                let reason = format!("has more than {most} {what}");
                return self.impossible(&entity, &reason);
            }
        }
        let Some(there) = self.state.oidc_providers.get(&seed.name) else {
            let removed = self.state.removed.oidc_providers.contains(&seed.name);
            let count = self.counts.oidc_providers;
            if self.can_create(&entity, removed, count, quotas.oidc_providers) {
                self.counts.oidc_providers += 1;
                let step = Step::change(self.account, Change::CreateOidcProvider(seed));
                self.push(step.remember(entity, Some(seed.print())));
            }
            return;
        };
        if there.issuer_url != seed.issuer_url {
            let reason = "has another issuer, which never changes: remove it first";
            return self.impossible(&entity, reason);
        }
        let mut provider = there.clone();
        let mut changed = Vec::new();
        for (wanted, field, word) in [
            (&seed.client_ids, &mut provider.client_ids, "client ids"),
            (
                &seed.fingerprints,
                &mut provider.fingerprints,
                "fingerprints",
            ),
        ] {
            if let Some(list) = wanted.as_ref().filter(|list| *list != field) {
                field.clone_from(list);
                changed.push(word);
            }
        }
        let description = seed.description.as_ref();
        if let Some(text) = description.filter(|text| **text != provider.description) {
            provider.description.clone_from(text);
            changed.push("description");
        }
        let hours = seed.issuance_limit_hours;
        if let Some(hours) = hours.filter(|hours| *hours != provider.issuance_limit_hours) {
            provider.issuance_limit_hours = hours;
            changed.push("issuance limit");
        }
        if seed.key_set.is_some() && seed.key_set != provider.key_set {
            provider.key_set.clone_from(&seed.key_set);
            changed.push("key set");
        }
        self.present(entity, seed.print(), &changed, || {
            Change::UpdateOidcProvider(Box::new(provider))
        });
    }

    fn impossible(&mut self, entity: &Entity, reason: &str) {
        let subject = entity.to_string();
        self.left(Outcome::Impossible, Action::Update, subject, reason);
    }
}

impl Applier<'_> {
    pub(super) fn oidc_provider_arn(&self, name: &ProviderName) -> String {
        provider_arn(self.account, ProviderKind::Oidc, name).to_string()
    }

    pub(super) async fn create_oidc_provider(&mut self, seed: &SeedOidcProvider) -> Done {
        let provider = OidcProvider {
            account: self.account,
            name: seed.name.clone(),
            issuer_url: seed.issuer_url.clone(),
            description: seed.description.clone().unwrap_or_default(),
            client_ids: seed.client_ids.clone().unwrap_or_default(),
            fingerprints: seed.fingerprints.clone().unwrap_or_default(),
            issuance_limit_hours: seed
                .issuance_limit_hours
                .unwrap_or(IssuanceLimitTime::DEFAULT),
            key_set: seed.key_set.clone(),
            created_at: self.now,
            updated_at: self.now,
        };
        if taken(self.tx.create_oidc_provider(&provider).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        let arn = self.oidc_provider_arn(&seed.name);
        self.record("CreateOIDCProvider", arn).await
    }

    pub(super) async fn update_oidc_provider(&mut self, provider: &OidcProvider) -> Done {
        let provider = OidcProvider {
            updated_at: self.now,
            ..provider.clone()
        };
        self.tx.update_oidc_provider(&provider).await?;
        let arn = self.oidc_provider_arn(&provider.name);
        self.record("UpdateOIDCProvider", arn).await
    }
}
