//! `ListOIDCProviders`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::oidc_providers::ProviderShape;
use crate::ops::page::Paged;
use crate::ops::values::{Marker, ShortPage};
use crate::store::Snapshot;

operation! {
    /// Pages through OIDC providers, in the order of their names.
    ListOIDCProviders {
        product: Ims,
        access: Read,
        action: "ram:ListOIDCProviders",
        resources: Of(&["*"]),
        params {
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 100; 100 where nothing is said.
            max_items: Option<ShortPage> = "MaxItems",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "OIDCProviders")]
    providers: Providers,
}

#[derive(Debug, Serialize)]
struct Providers {
    #[serde(rename = "OIDCProvider")]
    provider: Vec<ProviderShape>,
}

#[async_trait]
impl Read for ListOIDCProviders {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items.map(Into::into));
        let providers = snapshot.list_oidc_providers(paged.page()).await?;
        let (providers, marker) = paged.cut(providers, |provider| provider.name.key().to_owned());
        let provider = providers.into_iter().map(ProviderShape::listed).collect();
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            providers: Providers { provider },
        })
    }
}
