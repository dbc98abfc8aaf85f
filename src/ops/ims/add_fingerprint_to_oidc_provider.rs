//! `AddFingerprintToOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown, within};
use crate::ops::values::Fingerprint;
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Lets the certificate of a provider's host come from one certificate more.
    AddFingerprintToOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:AddFingerprintToOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
            /// The SHA-1 or SHA-256 of a certificate in hexadecimal digits.
            fingerprint: Fingerprint = "Fingerprint",
        }
    }
}

#[async_trait]
impl Write for AddFingerprintToOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        let mut provider = oidc_providers::provider(&mut *tx, &self.name).await?;
        let Fingerprint(print) = &self.fingerprint;
        let mut known = provider.fingerprints.iter();
        if known.any(|known| known.eq_ignore_ascii_case(print)) {
            return Err(OpError::AlreadyExists(Entity::OidcFingerprint));
        }
        provider.fingerprints.push(print.clone());
        within(
            &provider.fingerprints,
            cx.iam.quotas.fingerprints_per_oidc_provider,
            Entity::OidcFingerprint,
        )?;
        provider.updated_at = cx.now;
        tx.update_oidc_provider(&provider).await?;
        Ok(provider.into())
    }
}
