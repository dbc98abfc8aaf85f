//! `DeleteSAMLProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Removes a SAML provider. Its responses assume no role any more; sessions go on until they end.
    DeleteSAMLProvider {
        product: Ims,
        access: Write,
        action: "ram:DeleteSAMLProvider",
        resources: Of(&["acs:ram:*:{account}:saml-provider/{SAMLProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "SAMLProviderName",
        }
    }
}

#[async_trait]
impl Write for DeleteSAMLProvider {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        tx.delete_saml_provider(&self.name)
            .await
            .or_missing(Entity::SamlProvider)?;
        Ok(Done {})
    }
}
