//! `UpdateSAMLProvider`.

use async_trait::async_trait;

use crate::model::provider::AuthnSignAlgo;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::saml_providers::{self, Shown};
use crate::ops::values::{ProviderDescription, SamlMetadata};
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Changes what is said of a SAML provider. With new metadata its keys are those of it at once.
    UpdateSAMLProvider {
        product: Ims,
        access: Write,
        action: "ram:UpdateSAMLProvider",
        resources: Of(&["acs:ram:*:{account}:saml-provider/{SAMLProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "SAMLProviderName",
            /// Its metadata from now on, in Base64.
            new_metadata: Option<SamlMetadata> = "NewEncodedSAMLMetadataDocument",
            /// Up to 256 characters.
            new_description: Option<ProviderDescription> = "NewDescription",
            /// `rsa-sha256` or `rsa-sha1`; kept and shown.
            authn_sign_algo: Option<AuthnSignAlgo> = "AuthnSignAlgo",
        }
    }
}

#[async_trait]
impl Write for UpdateSAMLProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let mut provider = saml_providers::provider(&mut *tx, &self.name).await?;
        if let Some(metadata) = &self.new_metadata {
            provider.metadata.clone_from(&metadata.0);
        }
        if let Some(description) = &self.new_description {
            provider.description.clone_from(&description.0);
        }
        if let Some(algorithm) = self.authn_sign_algo {
            provider.authn_sign_algo = algorithm;
        }
        provider.updated_at = cx.now;
        tx.update_saml_provider(&provider).await?;
        Ok(Shown::written(provider))
    }
}
