//! Sessions for users that an identity provider vouches for.
//!
//! The calls are unsigned: what they carry proves itself. In this order: the provider, what it says of
//! its user, the role, the role's trust in the provider. Only who has been vouched for is told
//! anything of the role.

mod admission;
mod budget;
pub mod key_set;
pub mod keys;
pub mod oidc;
pub mod saml;
pub mod token;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::credential::seal::SealError;
use crate::iam::cache::AccountCache;
use crate::iam::freshness::FreshnessError;
use crate::iam::named::Named;
use crate::iam::sessions::GrantError;
use crate::model::provider::OidcProvider;
use crate::policy::arn::{ProviderKind, provider_arn};
use crate::policy::ids::ProviderName;
use crate::ports::{Clock, NoOutbound, OutboundHttp};
use crate::store::{Snapshot, StoreError};

use budget::{Budgets, Size};
use key_set::KeySet;
use keys::{KeysError, ProviderKeys};
use saml::verify::{Bergshamra, SamlVerifier};
use saml::{AssertionError, SamlConfig};
use token::TokenError;

/// How often calls from one peer may be refused: so often at once, and then two each second. Who is
/// beyond that is not looked at.
const REFUSALS: Size = Size {
    most: 120,
    per_second_millis: 2000,
};
/// How many peers are remembered.
const PEERS: usize = 65_536;
/// How many calls may look for a provider in the database at once.
const LOOKS_AT_ONCE: usize = 16;

/// What federation is set to.
#[derive(Clone)]
pub struct FederationConfig {
    /// The way out.
    pub outbound: Arc<dyn OutboundHttp>,
    /// What SAML responses must be for, and may rest on.
    pub saml: SamlConfig,
    /// How long a chain of sessions may go on from its first, in seconds.
    pub max_chain_seconds: i64,
}

impl std::fmt::Debug for FederationConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FederationConfig")
            .field("saml", &self.saml)
            .field("max_chain_seconds", &self.max_chain_seconds)
            .finish_non_exhaustive()
    }
}

impl Default for FederationConfig {
    /// Nothing is fetched; no SAML response is for here; a chain ends after 12 hours.
    fn default() -> Self {
        Self {
            outbound: Arc::new(NoOutbound),
            saml: SamlConfig::default(),
            max_chain_seconds: 12 * 3600,
        }
    }
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum FederationError {
    /// Too many calls from there were refused lately.
    #[error("too many calls of this peer were refused")]
    Throttled,
    /// There is no such provider.
    #[error("no such identity provider")]
    NoProvider(ProviderKind),
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The provider's keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The response.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// The provider's metadata cannot be used, or not any more.
    #[error("the metadata of the provider cannot be used")]
    Metadata,
    /// There is no such role.
    #[error("no such role")]
    RoleNotFound,
    /// The role does not trust the provider, or not for this user.
    #[error("the role does not trust the provider for this user")]
    NotTrusted,
    /// Longer than the role allows.
    #[error("longer than the role allows")]
    Duration(ProviderKind),
    /// The state of the account cannot be read.
    #[error("the state of the account cannot be read")]
    Unavailable,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl FederationError {
    /// Whether somebody was not let in, and not a fault of ours or of who runs the issuer.
    pub fn is_refused_caller(&self) -> bool {
        match self {
            Self::Throttled
            | Self::NoProvider(_)
            | Self::Token(_)
            | Self::Assertion(_)
            | Self::RoleNotFound
            | Self::NotTrusted => true,
            // An issuer's outage is no fault of those who come with its tokens; what it costs is
            // bounded with the provider.
            Self::Keys(_)
            | Self::Metadata
            | Self::Duration(_)
            | Self::Unavailable
            | Self::Store(_)
            | Self::Seal(_) => false,
        }
    }
}

impl From<GrantError> for FederationError {
    fn from(error: GrantError) -> Self {
        match error {
            // It begins with this session, so it is not over.
            GrantError::ChainEnded => Self::Unavailable,
            GrantError::Seal(error) => Self::Seal(error),
        }
    }
}

impl From<FreshnessError> for FederationError {
    fn from(_: FreshnessError) -> Self {
        Self::Unavailable
    }
}

/// A kind of provider, as it is decided on and kept.
#[async_trait]
pub(in crate::iam) trait ProviderView: Sized + Send + Sync + 'static {
    /// Where those of an account are kept.
    fn kept(cache: &AccountCache) -> &Named<ProviderName, Self>;

    /// Its name.
    fn name(&self) -> &ProviderName;

    /// What it weighs in memory, roughly, in bytes.
    fn bytes(&self) -> usize;

    /// Reads the one of that name, where there is one.
    async fn read(
        snapshot: &mut dyn Snapshot,
        name: &ProviderName,
    ) -> Result<Option<Self>, StoreError>;
}

/// An OIDC provider as it is decided on.
#[derive(Debug)]
pub struct OidcView {
    /// The provider; its keys, where they are given, are in `given`.
    pub provider: OidcProvider,
    /// Its ARN.
    pub arn: String,
    /// What its fetched keys depend on.
    source: String,
    /// Its keys, where they are given.
    given: Option<Arc<KeySet>>,
}

impl OidcView {
    fn new(mut provider: OidcProvider) -> Self {
        let arn = provider_arn(provider.account, ProviderKind::Oidc, &provider.name).to_string();
        // What is stored and cannot be read verifies nothing.
        let given = provider.key_set.take().map(|text| {
            KeySet::parse(text.as_bytes()).unwrap_or_else(|error| {
                tracing::error!(provider.arn = arn, %error, "a stored key set cannot be read");
                KeySet::default()
            })
        });
        let source = format!(
            "{arn}\n{}\n{}",
            provider.issuer_url,
            provider.fingerprints.join(",")
        );
        Self {
            provider,
            arn,
            source,
            given: given.map(Arc::new),
        }
    }
}

#[async_trait]
impl ProviderView for OidcView {
    fn kept(cache: &AccountCache) -> &Named<ProviderName, Self> {
        &cache.oidc_providers
    }

    fn name(&self) -> &ProviderName {
        &self.provider.name
    }

    fn bytes(&self) -> usize {
        let provider = &self.provider;
        let lists = provider.client_ids.iter().chain(&provider.fingerprints);
        let texts = lists.map(|text| text.len() + 24).sum::<usize>();
        let keys = self.given.as_ref().map_or(0, |keys| keys.bytes());
        1024 + texts + 2 * self.source.len() + provider.description.len() + keys
    }

    async fn read(
        snapshot: &mut dyn Snapshot,
        name: &ProviderName,
    ) -> Result<Option<Self>, StoreError> {
        let provider = snapshot.get_oidc_provider(name).await?;
        Ok(provider.map(Self::new))
    }
}

/// The state of federation on a running server.
pub struct Federation {
    keys: Arc<ProviderKeys>,
    refusals: Budgets<IpAddr>,
    looks: tokio::sync::Semaphore,
    saml: SamlConfig,
    verifier: Box<dyn SamlVerifier>,
    /// How long a chain of sessions may go on from its first, in seconds.
    pub(super) max_chain_seconds: i64,
}

impl std::fmt::Debug for Federation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Federation(..)")
    }
}

impl Federation {
    pub(super) fn new(config: FederationConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: Arc::new(ProviderKeys::new(config.outbound, clock)),
            refusals: Budgets::new(REFUSALS, PEERS),
            looks: tokio::sync::Semaphore::new(LOOKS_AT_ONCE),
            saml: config.saml,
            verifier: Box::new(Bergshamra),
            max_chain_seconds: config.max_chain_seconds,
        }
    }
}
