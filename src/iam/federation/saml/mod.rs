//! `AssumeRoleWithSAML`: a provider's SAML response for a session of a role.
//!
//! [`metadata`] says who a provider is and what it signs with, [`verify`] whose a response is,
//! [`response`] what it says, and [`judge`](mod@judge) whether that opens a role. Each assertion opens
//! one session and no more, at whatever server it is held out.
//!
//! Source: policy-evaluation §3, errors-and-limits B.7 and F 24, THREATS row 18.

pub mod judge;
pub mod metadata;
pub mod response;
pub mod verify;
mod xml;

use async_trait::async_trait;

use super::admission::Guest;
use super::{FederationError, ProviderView};
use crate::credential::token::Origin;
use crate::iam::Iam;
use crate::iam::cache::AccountCache;
use crate::iam::caller;
use crate::iam::named::Named;
use crate::iam::sessions::{Grant, Session};
use crate::model::provider::SamlProvider;
use crate::policy::arn::{ProviderArn, ProviderKind, RoleArn, provider_arn};
use crate::policy::context::{ConditionKey, Context};
use crate::policy::ids::ProviderName;
use crate::store::{NonceRow, Snapshot, StoreError};

use judge::{Expected, SKEW, Vouched, judge};
use metadata::Metadata;
use verify::Sha1;

/// The longest response, in characters of Base64. Source: the vendor's metadata.
pub const LONGEST: usize = 100_000;

/// How SAML is set.
#[derive(Debug, Clone, Default)]
pub struct SamlConfig {
    /// The addresses that this deployment's users sign on at: what assertions must be for.
    pub recipients: Vec<String>,
    /// Whether SHA-1 is taken.
    pub sha1: Sha1,
}

/// Why a response is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Too long, or not Base64 of UTF-8.
    #[error("it is not UTF-8 in up to 100000 characters of Base64")]
    Encoding,
    /// Not XML, or with a document type.
    #[error("it is no XML, or has a document type")]
    Xml,
    /// Not in the one shape that is taken.
    #[error("{0}")]
    Shape(&'static str),
    /// Something in it is encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// Nothing is signed.
    #[error("neither response nor assertion is signed")]
    Unsigned,
    /// A method that is not taken.
    #[error("the method of the signature or of its digest is not taken")]
    Algorithm,
    /// SHA-1 where that is not taken.
    #[error("the signature rests on SHA-1, which `federation.saml_allow_sha1` would take")]
    Sha1,
    /// Not by the provider's keys, or of something else.
    #[error("the signature is not the provider's, or not of what it lies in")]
    Signature,
    /// Something cannot be read.
    #[error("{0} cannot be understood")]
    Content(&'static str),
    /// The provider says that it failed.
    #[error("its status is no success")]
    Status,
    /// By another provider.
    #[error("the issuer is not the `entityID` of the provider's metadata")]
    Issuer,
    /// For somebody else.
    #[error("the audience is another")]
    Audience,
    /// For another address.
    #[error("recipient or destination is none of `federation.saml_recipients`")]
    Recipient,
    /// From later on.
    #[error("it is dated ahead")]
    TooEarly,
    /// Its time has passed.
    #[error("it is expired")]
    Expired,
    /// Good for too long.
    #[error("it is good for longer than an hour from its issue")]
    Lifetime,
    /// It does not speak of the role and the provider.
    #[error("no value of the attribute `Role` pairs the role with the provider")]
    Role,
    /// Not one session name.
    #[error("the attribute `RoleSessionName` does not have one value that is a session's name")]
    SessionName,
    /// It was used before.
    #[error("it was used before")]
    Used,
}

/// A SAML provider as it is decided on.
#[derive(Debug)]
pub struct SamlView {
    name: ProviderName,
    /// Its ARN.
    pub arn: String,
    /// `None` where what is stored cannot be read: it vouches for nobody.
    metadata: Option<Metadata>,
}

impl SamlView {
    fn new(provider: &SamlProvider) -> Self {
        let arn = provider_arn(provider.account, ProviderKind::Saml, &provider.name).to_string();
        let metadata = Metadata::decode(&provider.metadata)
            .inspect_err(|error| {
                tracing::error!(provider.arn = arn, %error, "stored metadata cannot be read");
            })
            .ok();
        Self {
            name: provider.name.clone(),
            arn,
            metadata,
        }
    }
}

#[async_trait]
impl ProviderView for SamlView {
    fn kept(cache: &AccountCache) -> &Named<ProviderName, Self> {
        &cache.saml_providers
    }

    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn bytes(&self) -> usize {
        // A key weighs a few kilobytes.
        let metadata = self.metadata.as_ref();
        1024 + self.arn.len() + metadata.map_or(0, |known| known.entity_id.len() + 16 * 1024)
    }

    async fn read(
        snapshot: &mut dyn Snapshot,
        name: &ProviderName,
    ) -> Result<Option<Self>, StoreError> {
        let provider = snapshot.get_saml_provider(name).await?;
        Ok(provider.as_ref().map(Self::new))
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct SamlRequest<'a> {
    /// Which role.
    pub role: &'a RoleArn,
    /// Which provider.
    pub provider: &'a ProviderArn,
    /// Its response, in Base64.
    pub response: &'a str,
    /// For how long, in seconds, where it is said.
    pub duration: Option<i64>,
    /// A policy that narrows the role's.
    pub policy: Option<&'a str>,
    /// Where the call comes from.
    pub origin: caller::Origin,
    /// Now, in unix seconds.
    pub now: i64,
}

impl std::fmt::Debug for SamlRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SamlRequest({}, {})", self.role, self.provider)
    }
}

/// The condition keys of the call's own.
struct Keys<'a>(&'a Vouched);

impl Context for Keys<'_> {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        match key.as_str() {
            "saml:recipient" => each(&self.0.recipient),
            "sts:rolesessionname" => each(self.0.session_name.as_str()),
            _ => {}
        }
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        ["saml:recipient", "sts:RoleSessionName"]
            .into_iter()
            .for_each(each);
    }
}

impl Iam {
    /// Verifies the response, asks the role's trust, and mints a session.
    ///
    /// # Errors
    /// [`FederationError`].
    pub async fn assume_role_with_saml(
        &self,
        request: &SamlRequest<'_>,
    ) -> Result<(Session, Vouched), FederationError> {
        let stranger = self.stranger(request.origin, request.now)?;
        stranger.settle(self.with_saml(request).await)
    }

    async fn with_saml(
        &self,
        request: &SamlRequest<'_>,
    ) -> Result<(Session, Vouched), FederationError> {
        let now = request.now;
        let text = decoded(request.response)?;
        let found = self.provider::<SamlView>(request.provider, now).await?;
        let (account, view) = found.ok_or(FederationError::NoProvider(ProviderKind::Saml))?;
        let vouched = self.vouched(&text, &view, request).inspect_err(|error| {
            // Who runs the provider cannot see more than a word of it in the answer.
            tracing::info!(provider.arn = view.arn, %error, "a SAML response is refused");
        })?;
        let keys = Keys(&vouched);
        let (role, duration) = self
            .admit(&Guest {
                provider: request.provider,
                account: &account,
                role: request.role,
                duration: request.duration,
                own: &keys,
                origin: request.origin,
                now,
            })
            .await?;
        self.use_once(request.provider, &vouched, now).await?;
        let session = self.grant(Grant {
            role: &role,
            session_name: &vouched.session_name,
            policy: request.policy,
            source_identity: None,
            origin: Origin {
                account: request.provider.account(),
                principal: view.arn.clone(),
                access_key_id: None,
                first_hop_at: now,
            },
            now,
            duration: vouched
                .session_seconds
                .map_or(duration, |most| most.min(duration)),
        })?;
        Ok((session, vouched))
    }

    /// For whom the response vouches.
    fn vouched(
        &self,
        text: &str,
        view: &SamlView,
        request: &SamlRequest<'_>,
    ) -> Result<Vouched, FederationError> {
        let now = request.now;
        let metadata = view.metadata.as_ref().filter(|metadata| {
            let until = metadata.valid_until;
            until.is_none_or(|until| now < until)
        });
        let metadata = metadata.ok_or(FederationError::Metadata)?;
        let config = &self.federation.saml;
        let response = self
            .federation
            .verifier
            .verify(text, &metadata.keys, config.sha1)?;
        let expected = Expected {
            entity_id: &metadata.entity_id,
            recipients: &config.recipients,
            role: request.role,
            provider: request.provider,
        };
        let vouched = judge(response, expected, now)?;
        // The database that this one was made from may have taken it.
        if vouched.issued_at <= self.replay_floor.saturating_add(SKEW) {
            return Err(AssertionError::Expired.into());
        }
        Ok(vouched)
    }

    /// Uses an assertion up, for every server and across restarts.
    async fn use_once(
        &self,
        provider: &ProviderArn,
        vouched: &Vouched,
        now: i64,
    ) -> Result<(), FederationError> {
        // An issuer's ids are its own in one account: what another account says of an issuer of that
        // name does not count here.
        let account = provider.account();
        let issuer = format!("saml:{account}:{}", vouched.issuer);
        let row = NonceRow {
            hash: self.nonce_hasher.hash(&issuer, &vouched.id),
            expires_at: vouched.expires_at + 1,
        };
        if !self.nonce_shares.take(account, row.expires_at, now) {
            metrics::counter!("rampart_nonces_refused_total").increment(1);
            return Err(FederationError::Unavailable);
        }
        if self.freshness.take_once(row).await? {
            return Ok(());
        }
        self.nonce_shares.give_back(account, row.expires_at);
        Err(AssertionError::Used.into())
    }
}

/// The XML of a response.
fn decoded(text: &str) -> Result<String, AssertionError> {
    let bytes = (text.len() <= LONGEST)
        .then(|| xml::decode(text))
        .flatten()
        .ok_or(AssertionError::Encoding)?;
    String::from_utf8(bytes).map_err(|_| AssertionError::Encoding)
}
