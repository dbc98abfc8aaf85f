//! `AddClientIdToOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown};
use crate::ops::values::ClientId;
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Lets a provider's tokens be for one audience more.
    AddClientIdToOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:AddClientIdToOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
            /// 1 to 128 letters, digits, `.`, `_`, `:`, `/`, `-`.
            client_id: ClientId = "ClientId",
        }
    }
}

#[async_trait]
impl Write for AddClientIdToOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        let most = (quotas.client_ids_per_oidc_provider, Entity::OidcClientId);
        oidc_providers::change(cx, tx, &self.name, |provider| {
            let ids = &mut provider.client_ids;
            oidc_providers::add(ids, &self.client_id.0, str::eq, most)
        })
        .await
    }
}
