//! What the calls share that nobody signs, whoever vouches: what strangers may cause, where a provider
//! is found, and the role that is asked for.

use std::net::IpAddr;
use std::sync::Arc;

use super::budget::Budgets;
use super::{FederationError, ProviderView};
use crate::iam::Iam;
use crate::iam::caller;
use crate::iam::context::UnsignedContext;
use crate::iam::sessions::{ASSUME_ROLE, DEFAULT_DURATION};
use crate::iam::views::{AccountView, RoleView};
use crate::policy::arn::{ProviderArn, RoleArn};
use crate::policy::context::Context;
use crate::policy::evaluate::Effect;
use crate::policy::ids::{AccountId, ProviderName};
use crate::policy::principal::Principal;
use crate::policy::trust::TrustRequest;
use crate::store::StoreError;

/// Somebody whom a provider has vouched for, at the door of a role.
pub(super) struct Guest<'a> {
    /// The provider.
    pub(super) provider: &'a ProviderArn,
    /// Its account, in the state that it was found in.
    pub(super) account: &'a AccountView,
    /// The role that is asked for.
    pub(super) role: &'a RoleArn,
    /// For how long, in seconds, where it is said.
    pub(super) duration: Option<i64>,
    /// The condition keys of the call's own.
    pub(super) own: &'a dyn Context,
    /// Where the call comes from.
    pub(super) origin: caller::Origin,
    /// Now, in unix seconds.
    pub(super) now: i64,
}

/// The peer of a call that nobody signed, for whom its outcome is to be settled.
#[must_use]
pub(super) struct Stranger<'a> {
    refusals: &'a Budgets<IpAddr>,
    peer: IpAddr,
    now: i64,
}

impl Stranger<'_> {
    /// Counts the call where it was refused.
    pub(super) fn settle<T>(
        self,
        outcome: Result<T, FederationError>,
    ) -> Result<T, FederationError> {
        if outcome
            .as_ref()
            .is_err_and(FederationError::is_refused_caller)
        {
            self.refusals.take(self.peer, self.now);
        }
        outcome
    }
}

impl Iam {
    /// The peer of a call that nobody signed, unless too many of its calls were refused lately.
    ///
    /// Not a function around the call: the call's future would lie in another's, and be moved twice.
    pub(super) fn stranger(
        &self,
        origin: caller::Origin,
        now: i64,
    ) -> Result<Stranger<'_>, FederationError> {
        let peer = caller::peer(origin.source_ip);
        let refusals = &self.federation.refusals;
        if !refusals.has(&peer, now) {
            return Err(FederationError::Throttled);
        }
        Ok(Stranger {
            refusals,
            peer,
            now,
        })
    }

    /// The provider, with the state of its account that it was found in and that is not older than
    /// this call.
    pub(super) async fn provider<P: ProviderView>(
        &self,
        arn: &ProviderArn,
        now: i64,
    ) -> Result<Option<(AccountView, Arc<P>)>, FederationError> {
        if arn.account() == AccountId::SYSTEM {
            return Ok(None);
        }
        let known = self.freshness.known(arn.account(), now).await?;
        if let Some(view) = known
            && let Some(known) = view.provider::<P>(arn.name())
        {
            return Ok(known.map(|provider| (view, provider)));
        }
        Box::pin(self.read_provider(arn.account(), arn.name())).await
    }

    async fn read_provider<P: ProviderView>(
        &self,
        account: AccountId,
        name: &ProviderName,
    ) -> Result<Option<(AccountView, Arc<P>)>, FederationError> {
        // Strangers can ask for what does not exist: so many of them at once.
        let _look = self.federation.looks.acquire().await;
        let (mut snapshot, view) = match self.freshness.read_kept(account).await {
            Err(StoreError::NotFound) => return Ok(None),
            opened => opened?,
        };
        let loaded = view.load_provider::<P>(snapshot.as_mut(), name).await?;
        self.freshness.make_room(&view);
        Ok(loaded.map(|provider| (view, provider)))
    }

    /// The role that the guest asks for, where its trust admits him, and for how long he may have it.
    pub(super) async fn admit(
        &self,
        guest: &Guest<'_>,
    ) -> Result<(Arc<RoleView>, i64), FederationError> {
        let RoleArn { account, name } = guest.role;
        // A trust policy can name providers of its own account only.
        if guest.provider.account() != *account {
            return Err(FederationError::NotTrusted);
        }
        let found = match guest.account.role(name) {
            Some(known) => known,
            None => Box::pin(self.read_role(guest.account.account, name)).await?,
        };
        let found = found.ok_or(FederationError::RoleNotFound)?;
        let context = UnsignedContext {
            now: guest.now,
            origin: guest.origin,
            own: guest.own,
        };
        let decision = found.trust.evaluate(&TrustRequest {
            action: ASSUME_ROLE,
            principal: &Principal::Federated {
                provider: guest.provider,
            },
            role_account: *account,
            context: &context,
        });
        if decision.effect != Effect::Allow {
            return Err(FederationError::NotTrusted);
        }
        let duration = guest.duration.unwrap_or(DEFAULT_DURATION);
        if duration > found.role.max_session_duration {
            return Err(FederationError::Duration(guest.provider.kind()));
        }
        Ok((found, duration))
    }
}
