//! `DeleteOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Removes an OIDC provider. Its tokens assume no role any more; sessions go on until they end.
    DeleteOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:DeleteOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
        }
    }
}

#[async_trait]
impl Write for DeleteOIDCProvider {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        tx.delete_oidc_provider(&self.name)
            .await
            .or_missing(Entity::OidcProvider)?;
        Ok(Done {})
    }
}
