//! `AssumeRoleWithOIDC`: a provider's token for a session of a role.
//!
//! Source: policy-evaluation §3, errors-and-limits B.8.

use std::sync::Arc;

use super::admission::Guest;
use super::token::{Expected, TokenClaims, UnverifiedToken};
use super::{FederationError, OidcView};
use crate::credential::token::Origin;
use crate::iam::Iam;
use crate::iam::caller;
use crate::iam::sessions::{Grant, Session};
use crate::policy::arn::{ProviderArn, ProviderKind, RoleArn};
use crate::policy::context::{ConditionKey, Context};
use crate::policy::ids::RoleSessionName;

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
    /// For how long, in seconds, where it is said.
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
        let stranger = self.stranger(request.origin, request.now)?;
        stranger.settle(self.with_oidc(request).await)
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
        let found = self.provider::<OidcView>(provider, now).await?;
        let (account, view) = found.ok_or(FederationError::NoProvider(ProviderKind::Oidc))?;
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
        let keys = Keys {
            claims: &claims,
            session_name: request.session_name,
        };
        let (role, duration) = self
            .admit(&Guest {
                provider,
                account: &account,
                role,
                duration: request.duration,
                own: &keys,
                origin: request.origin,
                now,
            })
            .await?;
        let session = self.grant(Grant {
            role: &role,
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
}
