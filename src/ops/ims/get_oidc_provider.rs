//! `GetOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::oidc_providers::{self, Shown};
use crate::policy::ids::ProviderName;
use crate::store::Snapshot;

operation! {
    /// Reads an OIDC provider.
    GetOIDCProvider {
        product: Ims,
        access: Read,
        action: "ram:GetOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
        }
    }
}

#[async_trait]
impl Read for GetOIDCProvider {
    type Answer = Shown;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Shown, OpError> {
        let provider = oidc_providers::provider(snapshot, &self.name).await?;
        Ok(provider.into())
    }
}
