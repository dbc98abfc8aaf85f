//! `RemoveFingerprintFromOIDCProvider`.

use async_trait::async_trait;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::oidc_providers::{self, Shown};
use crate::ops::values::Fingerprint;
use crate::policy::ids::ProviderName;
use crate::store::Tx;

operation! {
    /// Takes away a certificate that the one of a provider's host may come from.
    RemoveFingerprintFromOIDCProvider {
        product: Ims,
        access: Write,
        action: "ram:RemoveFingerprintFromOIDCProvider",
        resources: Of(&["acs:ram::{account}:oidc-provider/{OIDCProviderName}"]),
        params {
            /// The provider; case is ignored.
            name: ProviderName = "OIDCProviderName",
            /// The fingerprint; case is ignored.
            fingerprint: Fingerprint = "Fingerprint",
        }
    }
}

#[async_trait]
impl Write for RemoveFingerprintFromOIDCProvider {
    type Answer = Shown;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Shown, OpError> {
        oidc_providers::change(cx, tx, &self.name, |provider| {
            let (prints, print) = (&mut provider.fingerprints, &self.fingerprint.0);
            let same = str::eq_ignore_ascii_case;
            oidc_providers::remove(prints, print, same, Entity::OidcFingerprint)
        })
        .await
    }
}
