//! `CreateOIDCProvider`.

use async_trait::async_trait;

use crate::model::provider::OidcProvider;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ims::oidc_providers::{Shown, within};
use crate::ops::values::{
    self, ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, JsonWebKeySet, ProviderDescription,
};
use crate::policy::context::MapContext;
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Registers a provider whose tokens can assume roles that trust it.
    CreateOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:CreateOIDCProvider",
        resources: Of(&["*"]),
        checks: own,
        params {
            /// 1 to 128 letters, digits, `.`, `-`, `_`; unique among OIDC providers regardless of case.
            name: ProviderName = "OIDCProviderName",
            /// An `https` URL of up to 255 characters, without query, fragment and user; unique too.
            issuer_url: IssuerUrl = "IssuerUrl",
            /// Which audiences tokens may be for, with commas between.
            client_ids: Option<ClientIds> = "ClientIds",
            /// Of certificates that the issuer's must come from, with commas between.
            fingerprints: Option<Fingerprints> = "Fingerprints",
            /// Up to 256 characters.
            description: Option<ProviderDescription> = "Description",
            /// How old a token may be: 1 to 168 hours; 12 where nothing is said.
            issuance_limit_time: Option<IssuanceLimitTime> = "IssuanceLimitTime",
            /// The issuer's keys, a JSON Web Key Set; where it is given, nothing is fetched.
            key_set: Option<JsonWebKeySet> = "JsonWebKeySet",
        }
    }
}

impl Checked for CreateOIDCProvider {
    fn keys(&self) -> MapContext {
        [("ram:OidcIssuerUrl", [self.issuer_url.0.as_str()])]
            .into_iter()
            .collect()
    }
}

#[async_trait]
impl Write for CreateOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let provider = OidcProvider {
            account: tx.account().id,
            name: self.name.clone(),
            issuer_url: self.issuer_url.0.clone(),
            description: values::text(self.description.as_ref()),
            client_ids: self.client_ids.clone().unwrap_or_default().0,
            fingerprints: self.fingerprints.clone().unwrap_or_default().0,
            issuance_limit_hours: self
                .issuance_limit_time
                .map_or(IssuanceLimitTime::DEFAULT, |hours| hours.0),
            key_set: self.key_set.as_ref().map(|keys| keys.0.clone()),
            created_at: cx.now,
            updated_at: cx.now,
        };
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        if tx.get_oidc_provider(&provider.name).await?.is_some() {
            return Err(OpError::AlreadyExists(Entity::OidcProvider));
        }
        tx.create_oidc_provider(&provider)
            .await
            .or_exists(Entity::OidcIssuer)?;
        within(
            &provider.client_ids,
            quotas.client_ids_per_oidc_provider,
            Entity::OidcClientId,
        )?;
        within(
            &provider.fingerprints,
            quotas.fingerprints_per_oidc_provider,
            Entity::OidcFingerprint,
        )?;
        if tx.count_oidc_providers().await? > quotas.oidc_providers {
            return Err(OpError::LimitExceeded(Entity::OidcProvider));
        }
        Ok(provider.into())
    }
}
