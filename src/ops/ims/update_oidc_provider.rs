//! `UpdateOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown, within};
use crate::ops::values::{ClientIds, IssuanceLimitTime, JsonWebKeySet, ProviderDescription};
use crate::policy::context::MapContext;
use crate::policy::ids::ProviderName;
use crate::store::{Snapshot, Tx};

operation! {
    /// Changes what is said of an OIDC provider. Name and issuer stay.
    UpdateOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:UpdateOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        checks: own,
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
            /// All client ids from now on, with commas between.
            client_ids: Option<ClientIds> = "ClientIds",
            /// Up to 256 characters.
            new_description: Option<ProviderDescription> = "NewDescription",
            /// How old a token may be: 1 to 168 hours.
            issuance_limit_time: Option<IssuanceLimitTime> = "IssuanceLimitTime",
            /// The issuer's keys from now on, a JSON Web Key Set.
            key_set: Option<JsonWebKeySet> = "JsonWebKeySet",
        }
    }
}

#[async_trait]
impl Checked for UpdateOIDCProvider {
    fn loads_keys(&self) -> bool {
        true
    }

    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        let provider = snapshot.get_oidc_provider(&self.name).await?;
        let issuer = provider.map(|provider| ("ram:OidcIssuerUrl", [provider.issuer_url]));
        Ok(issuer.into_iter().collect())
    }
}

#[async_trait]
impl Write for UpdateOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        let most = quotas.client_ids_per_oidc_provider;
        oidc_providers::change(cx, tx, &self.name, |provider| {
            if let Some(ids) = &self.client_ids {
                provider.client_ids.clone_from(&ids.0);
            }
            if let Some(description) = &self.new_description {
                provider.description.clone_from(&description.0);
            }
            if let Some(hours) = self.issuance_limit_time {
                provider.issuance_limit_hours = hours.0;
            }
            if let Some(keys) = &self.key_set {
                provider.key_set = Some(keys.0.clone());
            }
            within(&provider.client_ids, most, Entity::OidcClientId)
        })
        .await
    }
}
