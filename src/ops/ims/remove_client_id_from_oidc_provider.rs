//! `RemoveClientIdFromOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown};
use crate::ops::values::ClientId;
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Takes away one audience that a provider's tokens may be for.
    RemoveClientIdFromOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:RemoveClientIdFromOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
            /// The client id; case counts.
            client_id: ClientId = "ClientId",
        }
    }
}

#[async_trait]
impl Write for RemoveClientIdFromOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        oidc_providers::change(cx, tx, &self.name, |provider| {
            let ids = &mut provider.client_ids;
            oidc_providers::remove(ids, &self.client_id.0, str::eq, Entity::OidcClientId)
        })
        .await
    }
}
