//! `AssumeRoleWithOIDC`: a provider's token for a session of a role.
//!
//! Source: policy-evaluation §3, errors-and-limits B.8.

use std::sync::Arc;

use super::token::{Expected, TokenClaims, UnverifiedToken};
use super::{FederationError, OidcView};
use crate::credential::token::Origin;
use crate::iam::Iam;
use crate::iam::caller;
use crate::iam::context::UnsignedContext;
use crate::iam::sessions::{ASSUME_ROLE, DEFAULT_DURATION, Grant, Session};
use crate::iam::views::{AccountView, RoleView};
use crate::policy::arn::{ProviderArn, RoleArn};
use crate::policy::context::{ConditionKey, Context};
use crate::policy::evaluate::Effect;
use crate::policy::ids::{AccountId, ProviderName, RoleName, RoleSessionName};
use crate::policy::principal::Principal;
use crate::policy::trust::TrustRequest;
use crate::store::StoreError;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct OidcRequest<'a> {
    /// Which role.
    pub role: &'a RoleArn,
    /// Which provider.
    pub provider: &'a ProviderArn,
    /// Its token.
    pub token: &'a str,
    /// The session's name.
    pub session_name: &'a RoleSessionName,
    /// For how long, in seconds; [`DEFAULT_DURATION`] where nothing is said.
    pub duration: Option<i64>,
    /// A policy that narrows the role's.
    pub policy: Option<&'a str>,
    /// Where the call comes from.
    pub origin: caller::Origin,
    /// Now, in unix seconds.
    pub now: i64,
}

/// The condition keys of the call's own.
struct Keys<'a> {
    claims: &'a TokenClaims,
    session_name: &'a RoleSessionName,
}

impl Context for Keys<'_> {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        match key.as_str() {
            "oidc:iss" => each(&self.claims.issuer),
            "oidc:sub" => each(&self.claims.subject),
            "oidc:aud" => self
                .claims
                .audiences
                .iter()
                .for_each(|audience| each(audience)),
            "sts:rolesessionname" => each(self.session_name.as_str()),
            _ => {}
        }
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        ["oidc:aud", "oidc:iss", "oidc:sub", "sts:RoleSessionName"]
            .into_iter()
            .for_each(each);
    }
}

impl Iam {
    /// Verifies the token, asks the role's trust, and mints a session.
    ///
    /// # Errors
    /// [`FederationError`].
    pub async fn assume_role_with_oidc(
        &self,
        request: &OidcRequest<'_>,
    ) -> Result<(Session, TokenClaims), FederationError> {
        let peer = caller::peer(request.origin.source_ip);
        let refusals = &self.federation.refusals;
        if !refusals.has(&peer, request.now) {
            return Err(FederationError::Throttled);
        }
        let outcome = self.with_oidc(request).await;
        if outcome
            .as_ref()
            .is_err_and(FederationError::is_refused_caller)
        {
            refusals.take(peer, request.now);
        }
        outcome
    }

    async fn with_oidc(
        &self,
        request: &OidcRequest<'_>,
    ) -> Result<(Session, TokenClaims), FederationError> {
        let OidcRequest {
            role,
            provider,
            now,
            ..
        } = *request;
        let token = UnverifiedToken::parse(request.token)?;
        let found = self.oidc_provider(provider, now).await?;
        let (account, view) = found.ok_or(FederationError::NoProvider)?;
        let keys = if let Some(given) = &view.given {
            Arc::clone(given)
        } else {
            let keys = &self.federation.keys;
            keys.get(&view, &token, now).await?
        };
        let claims = token.verify(&keys)?;
        claims.check(
            Expected {
                issuer: &view.provider.issuer_url,
                client_ids: &view.provider.client_ids,
                issuance_limit: view.provider.issuance_limit_hours * 3600,
            },
            now,
        )?;
        // A trust policy can name providers of its own account only.
        if provider.account() != role.account {
            return Err(FederationError::NotTrusted);
        }
        let found = self.federated_role(&account, &role.name).await?;
        let found = found.ok_or(FederationError::RoleNotFound)?;
        let keys = Keys {
            claims: &claims,
            session_name: request.session_name,
        };
        let context = UnsignedContext {
            now,
            origin: request.origin,
            own: &keys,
        };
        let decision = found.trust.evaluate(&TrustRequest {
            action: ASSUME_ROLE,
            principal: &Principal::Federated { provider },
            role_account: role.account,
            context: &context,
        });
        if decision.effect != Effect::Allow {
            return Err(FederationError::NotTrusted);
        }
        let duration = request.duration.unwrap_or(DEFAULT_DURATION);
        if duration > found.role.max_session_duration {
            return Err(FederationError::Duration);
        }
        let session = self.grant(Grant {
            role: &found,
            session_name: request.session_name,
            policy: request.policy,
            source_identity: None,
            origin: Origin {
                account: provider.account(),
                principal: view.arn.clone(),
                access_key_id: None,
                first_hop_at: now,
            },
            now,
            duration,
        })?;
        Ok((session, claims))
    }

    /// The provider, with the state of its account that it was found in and that is not older than
    /// this call.
    async fn oidc_provider(
        &self,
        arn: &ProviderArn,
        now: i64,
    ) -> Result<Option<(AccountView, Arc<OidcView>)>, FederationError> {
        let Ok(name) = arn.name().parse::<ProviderName>() else {
            return Ok(None);
        };
        if arn.account() == AccountId::SYSTEM {
            return Ok(None);
        }
        let known = self.freshness.known(arn.account(), now).await?;
        if let Some(view) = known
            && let Some(known) = view.oidc_provider(&name)
        {
            return Ok(known.map(|provider| (view, provider)));
        }
        // Strangers can ask for what does not exist: so many of them at once.
        let _look = self.federation.looks.acquire().await;
        let (mut snapshot, view) = match self.freshness.read_kept(arn.account()).await {
            Err(StoreError::NotFound) => return Ok(None),
            opened => opened?,
        };
        let loaded = view.load_oidc_provider(snapshot.as_mut(), &name).await?;
        self.freshness.make_room(&view);
        Ok(loaded.map(|provider| (view, provider)))
    }

    /// The role that somebody who was vouched for asks for, in the account of who vouched.
    async fn federated_role(
        &self,
        account: &AccountView,
        name: &RoleName,
    ) -> Result<Option<Arc<RoleView>>, FederationError> {
        match account.role(name) {
            Some(known) => Ok(known),
            None => Ok(self.read_role(account.account, name).await?),
        }
    }
}
