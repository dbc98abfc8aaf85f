//! What operations on SAML providers share.

use serde::Serialize;

use crate::credential::time;
use crate::model::provider::SamlProvider;
use crate::ops::error::{Entity, OpError};
use crate::policy::arn::{ProviderKind, provider_arn};
use crate::policy::ids::ProviderName;
use crate::store::Snapshot;

/// The answer of each operation on one provider that answers with it.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(rename = "SAMLProvider")]
    provider: ProviderShape,
}

impl Shown {
    /// The provider without its metadata, as who writes it is answered.
    pub(super) fn written(provider: SamlProvider) -> Self {
        Self {
            provider: ProviderShape {
                encoded_metadata: None,
                ..ProviderShape::whole(provider)
            },
        }
    }

    /// The provider with its metadata.
    pub(super) fn read(provider: SamlProvider) -> Self {
        Self {
            provider: ProviderShape::whole(provider),
        }
    }
}

/// A provider.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderShape {
    arn: String,
    #[serde(rename = "SAMLProviderName")]
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authn_sign_algo: Option<&'static str>,
    #[serde(
        rename = "EncodedSAMLMetadataDocument",
        skip_serializing_if = "Option::is_none"
    )]
    encoded_metadata: Option<String>,
    create_date: String,
    update_date: String,
}

impl ProviderShape {
    fn whole(provider: SamlProvider) -> Self {
        Self {
            arn: provider_arn(provider.account, ProviderKind::Saml, &provider.name).to_string(),
            name: provider.name.to_string(),
            description: provider.description,
            authn_sign_algo: Some(provider.authn_sign_algo.as_str()),
            encoded_metadata: Some(provider.metadata),
            create_date: time::format(provider.created_at),
            update_date: time::format(provider.updated_at),
        }
    }

    /// As an item of a list, which is thinner.
    pub(super) fn listed(provider: SamlProvider) -> Self {
        Self {
            authn_sign_algo: None,
            encoded_metadata: None,
            ..Self::whole(provider)
        }
    }
}

/// The provider of that name.
pub(super) async fn provider(
    snapshot: &mut dyn Snapshot,
    name: &ProviderName,
) -> Result<SamlProvider, OpError> {
    snapshot
        .get_saml_provider(name)
        .await?
        .ok_or(OpError::NotExist(Entity::SamlProvider))
}
