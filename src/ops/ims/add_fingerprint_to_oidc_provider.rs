//! `AddFingerprintToOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown};
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
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        let most = (
            quotas.fingerprints_per_oidc_provider,
            Entity::OidcFingerprint,
        );
        oidc_providers::change(cx, tx, &self.name, |provider| {
            let prints = &mut provider.fingerprints;
            oidc_providers::add(prints, &self.fingerprint.0, str::eq_ignore_ascii_case, most)
        })
        .await
    }
}
