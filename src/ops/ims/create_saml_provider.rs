//! `CreateSAMLProvider`.

use async_trait::async_trait;

use crate::model::provider::{AuthnSignAlgo, SamlProvider};
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ims::saml_providers::Shown;
use crate::ops::values::{self, ProviderDescription, SamlMetadata};
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Registers a provider whose SAML responses can assume roles that trust it.
    CreateSAMLProvider {
        product: Ims,
        access: Write,
        action: "ram:CreateSAMLProvider",
        resources: Of(&["acs:ram:*:{account}:saml-provider/*"]),
        params {
            /// 1 to 128 letters, digits, `.`, `-`, `_`; unique among SAML providers regardless of case.
            name: ProviderName = "SAMLProviderName",
            /// The provider's SAML 2.0 metadata in Base64, up to 262144 characters.
            metadata: SamlMetadata = "EncodedSAMLMetadataDocument",
            /// Up to 256 characters.
            description: Option<ProviderDescription> = "Description",
            /// `rsa-sha256` or `rsa-sha1`, which it is where nothing is said; kept and shown.
            authn_sign_algo: Option<AuthnSignAlgo> = "AuthnSignAlgo",
        }
    }
}

#[async_trait]
impl Write for CreateSAMLProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let provider = SamlProvider {
            account: tx.account().id,
            name: self.name.clone(),
            description: values::text(self.description.as_ref()),
            metadata: self.metadata.0.clone(),
            authn_sign_algo: self.authn_sign_algo.unwrap_or_default(),
            created_at: cx.now,
            updated_at: cx.now,
        };
        tx.create_saml_provider(&provider)
            .await
            .or_exists(Entity::SamlProvider)?;
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        if tx.count_saml_providers().await? > quotas.saml_providers {
            return Err(OpError::LimitExceeded(Entity::SamlProvider));
        }
        Ok(Shown::written(provider))
    }
}
