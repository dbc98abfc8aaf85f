//! `GetSAMLProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::saml_providers::{self, Shown};
use crate::policy::ids::ProviderName;
use crate::store::Snapshot;

operation! {
    /// Reads a SAML provider with its metadata.
    GetSAMLProvider {
        product: Ims,
        access: Read,
        action: "ram:GetSAMLProvider",
        resources: Of(&["acs:ram:*:{account}:saml-provider/{SAMLProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "SAMLProviderName",
        }
    }
}

#[async_trait]
impl Read for GetSAMLProvider {
    type Answer = Shown;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Shown, OpError> {
        let provider = saml_providers::provider(snapshot, &self.name).await?;
        Ok(Shown::read(provider))
    }
}
