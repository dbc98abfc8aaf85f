//! Role sessions: who may take a role, and the temporary credential that is minted then.
//!
//! Both sides must allow, within one account too: the caller's own policies and the role's trust
//! policy. A service has no policies: for it the role's trust alone decides. The caller's side comes first, so that one without permission learns nothing about the
//! role. Between accounts a missing account, a missing role and a trust that refuses are one answer,
//! by one work: what a stranger is refused is looked at in the database each time, whatever is kept.

use std::borrow::Cow;
use std::sync::Arc;

use crate::credential::seal::SealError;
use crate::credential::secret::SecretText;
use crate::credential::token::{Claims, Origin};
use crate::iam::Iam;
use crate::iam::authz::{self, Denial};
use crate::iam::caller::{self, Caller, Identity};
use crate::iam::context::CallContext;
use crate::iam::diagnosis;
use crate::iam::freshness::Current;
use crate::iam::views::{AccountView, PrincipalView, RoleView};
use crate::policy::arn::RoleArn;
use crate::policy::context::{ConditionKey, Context};
use crate::policy::evaluate::{Decision, Effect, PolicySet, Reason, Request};
use crate::policy::flow::combine_assume;
use crate::policy::ids::{AccountId, RoleName, RoleSessionName};
use crate::policy::principal::Principal;
use crate::policy::trust::{TrustPolicy, TrustRequest};
use crate::store::{Snapshot, StoreError};

/// The shortest session, in seconds.
pub const MIN_DURATION: i64 = 900;
/// The length of a session where none is asked for, in seconds.
pub const DEFAULT_DURATION: i64 = 3600;

/// The action of each call that takes a role.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";
const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct SessionRequest<'a> {
    /// Which role.
    pub role: &'a RoleArn,
    /// The session's name.
    pub session_name: &'a RoleSessionName,
    /// For how long, in seconds; [`DEFAULT_DURATION`] where nothing is said.
    pub duration: Option<i64>,
    /// A policy that narrows the role's.
    pub policy: Option<&'a str>,
    /// Who stands behind the caller, by the caller's word.
    pub source_identity: Option<&'a str>,
    /// What the trust policy may ask for.
    pub external_id: Option<&'a str>,
    /// Where the call comes from.
    pub origin: caller::Origin,
    /// Now, in unix seconds.
    pub now: i64,
}

/// The condition keys of the call, the same on both sides (policy-evaluation §5).
impl Context for SessionRequest<'_> {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        let value = match key.as_str() {
            "sts:externalid" => self.external_id,
            "sts:sourceidentity" => self.source_identity,
            "sts:rolesessionname" => Some(self.session_name.as_str()),
            _ => None,
        };
        value.into_iter().for_each(each);
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        [
            "sts:ExternalId",
            "sts:RoleSessionName",
            "sts:SourceIdentity",
        ]
        .into_iter()
        .for_each(each);
    }
}

/// What was minted.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session's claims, with the key id and the secret.
    pub claims: Claims,
    /// The sealed token.
    pub token: String,
}

/// Why no session was minted.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The account itself asked.
    #[error("roles may not be assumed by the account itself")]
    RootCaller,
    /// One side does not allow it.
    #[error("not allowed")]
    Denied(Box<Denial>),
    /// The role does not exist; said only to callers of its own account whose side allows.
    #[error("no such role")]
    RoleNotFound,
    /// Longer than the role's own maximum.
    #[error("longer than the role allows")]
    Duration,
    /// The chain of sessions has gone on for as long as one may.
    #[error("the chain of sessions has come to its end")]
    ChainEnded,
    /// Another source identity than the one that the caller's own session carries.
    #[error("the source identity cannot be changed")]
    SourceIdentity,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<GrantError> for SessionError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::ChainEnded => Self::ChainEnded,
            GrantError::Seal(error) => Self::Seal(error),
        }
    }
}

impl Iam {
    /// Decides on both sides and mints a session of the role.
    ///
    /// `principal` and `session_policy` are the caller's own; `current` the views to decide on.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn assume_role(
        &self,
        caller: &Caller,
        principal: Option<&PrincipalView>,
        session_policy: Option<&PolicySet>,
        current: &Current,
        request: &SessionRequest<'_>,
    ) -> Result<Session, SessionError> {
        let inherited = match &caller.identity {
            Identity::Root => return Err(SessionError::RootCaller),
            Identity::User { .. } | Identity::Service(_) => None,
            Identity::Session(claims) => claims.source_identity.as_deref(),
        };
        if let (Some(inherited), Some(sent)) = (inherited, request.source_identity)
            && inherited != sent
        {
            return Err(SessionError::SourceIdentity);
        }
        let RoleArn { account, name } = request.role;
        let mut resource = String::with_capacity(32 + RoleName::MAX_LENGTH);
        resource.push_str("acs:ram:*:");
        account.push_to(&mut resource);
        resource.push_str(":role/");
        resource.push_str(name.as_str());
        let own_account = *account == caller.account;

        let context = CallContext {
            now: request.now,
            origin: request.origin,
            caller,
            own: request,
            resource_tags: None,
        };

        // The caller's side: setting a source identity is an action of its own.
        let nothing = PolicySet::default();
        let policies = principal.map_or(&nothing, |principal| &principal.policies);
        let resources = [Cow::Owned(resource)];
        let sets_identity = request.source_identity.is_some() && inherited.is_none();
        // A service has no side of its own: the role's decides.
        let own_side = caller.service().is_none();
        for action in actions(sets_identity).filter(|_| own_side) {
            let verdict = authz::evaluate(policies, session_policy, action, &resources, &context);
            if !verdict.is_allowed() {
                let request = Request::new(action, &resources[0]).with_context(&context);
                let matched =
                    diagnosis::denying(verdict.step, &context, principal, session_policy, &request);
                return Err(SessionError::Denied(Box::new(Denial::new(
                    &context,
                    action,
                    &resources[0],
                    verdict,
                    matched,
                ))));
            }
        }

        // The role's side. What a stranger learns of it is one bit.
        let identity = request.source_identity.or(inherited);
        let Some(asks) = principal_of(caller) else {
            return Err(SessionError::RootCaller);
        };
        let decide = |trust: &TrustPolicy| {
            let decided = actions(identity.is_some()).map(|action| {
                let asked = TrustRequest {
                    action,
                    principal: &asks,
                    role_account: *account,
                    context: &context,
                };
                // The caller's side allowed it: what is reported is the role's.
                (
                    combine_assume(None, ALLOWED, trust.evaluate(&asked)),
                    action,
                    asked,
                )
            });
            let mut decided = decided.filter(|(verdict, ..)| !verdict.is_allowed());
            decided.next().map_or(Ok(()), |(verdict, action, asked)| {
                let (verdict, matched) = if own_account {
                    (verdict, diagnosis::denying_trust(trust, &asked))
                } else {
                    (combine_assume(None, ALLOWED, NOT_ALLOWED), Vec::new())
                };
                let denial = Denial::new(&context, action, &resources[0], verdict, matched);
                Err(SessionError::Denied(Box::new(denial)))
            })
        };
        let role = if own_account {
            let role = self.role_view(&current.own, request.role).await?;
            let role = role.ok_or(SessionError::RoleNotFound)?;
            decide(&role.trust)?;
            role
        } else {
            let kept = current.other.as_ref().and_then(|view| view.role(name));
            let admitted = kept.flatten().filter(|role| decide(&role.trust).is_ok());
            if let Some(role) = admitted {
                role
            } else {
                let found = Box::pin(self.foreign_role(current, request.role)).await?;
                let trust = found.as_ref().map(|role| &role.trust);
                let nobody = trust.is_none().then(|| TrustPolicy::from_stored(NOBODY));
                // Where there is no role, this refuses.
                if let Some(trust) = trust.or(nobody.as_ref()) {
                    decide(trust)?;
                }
                found.ok_or(SessionError::RoleNotFound)?
            }
        };

        let duration = request.duration.unwrap_or(DEFAULT_DURATION);
        if duration > role.role.max_session_duration {
            return Err(SessionError::Duration);
        }
        self.next_in_chain(caller, &role, request, identity, duration)
    }

    /// Mints the caller's session of a role that was decided on.
    fn next_in_chain(
        &self,
        caller: &Caller,
        role: &RoleView,
        request: &SessionRequest<'_>,
        identity: Option<&str>,
        duration: i64,
    ) -> Result<Session, SessionError> {
        Ok(self.grant(Grant {
            role,
            session_name: request.session_name,
            policy: request.policy,
            source_identity: identity,
            origin: origin_of(caller, request.now),
            now: request.now,
            duration,
        })?)
    }

    /// Puts a role into a view that was pinned to a snapshot.
    ///
    /// # Errors
    /// As the store.
    pub async fn pin_role(
        &self,
        view: &AccountView,
        snapshot: &mut dyn Snapshot,
        name: &RoleName,
    ) -> Result<(), StoreError> {
        view.load_role(snapshot, name).await?;
        self.freshness.make_room(view);
        Ok(())
    }

    /// The role of another account than the caller's, as the database has it now. The work is the
    /// same whether there is such an account and such a role: where there is no account, the system
    /// account stands in, which has no roles.
    async fn foreign_role(
        &self,
        current: &Current,
        arn: &RoleArn,
    ) -> Result<Option<Arc<RoleView>>, StoreError> {
        let exists = self.freshness.exists(arn.account, current).await?;
        let account = if exists {
            arn.account
        } else {
            AccountId::SYSTEM
        };
        self.read_role(account, &arn.name).await
    }

    /// A role as the database has it now.
    pub(super) async fn read_role(
        &self,
        account: AccountId,
        name: &RoleName,
    ) -> Result<Option<Arc<RoleView>>, StoreError> {
        let (mut snapshot, view) = self.freshness.read_kept(account).await?;
        let loaded = view.load_role(snapshot.as_mut(), name).await?;
        self.freshness.make_room(&view);
        Ok(loaded)
    }

    /// The role as it is at `view`; `None` where there is none. [`StoreError::Conflict`] where it is
    /// not kept and the account has moved on.
    async fn role_view(
        &self,
        view: &AccountView,
        arn: &RoleArn,
    ) -> Result<Option<Arc<RoleView>>, StoreError> {
        match view.role(&arn.name) {
            Some(known) => Ok(known),
            None => Box::pin(self.load_role(view, arn)).await,
        }
    }

    async fn load_role(
        &self,
        view: &AccountView,
        arn: &RoleArn,
    ) -> Result<Option<Arc<RoleView>>, StoreError> {
        let mut snapshot = self.store.begin_read(arn.account).await?;
        let loaded = view.load_role(snapshot.as_mut(), &arn.name).await?;
        self.freshness.make_room(view);
        Ok(loaded)
    }

    /// Mints a session of a role that was decided on.
    ///
    /// # Errors
    /// [`GrantError`].
    pub(super) fn grant(&self, grant: Grant<'_>) -> Result<Session, GrantError> {
        let Grant { role, now, .. } = grant;
        // However often it is renewed, a chain ends so long after its first session began.
        let chain_ends_at = grant.origin.first_hop_at + self.federation.max_chain_seconds;
        let expires_at = (now + grant.duration).min(chain_ends_at);
        if expires_at <= now {
            return Err(GrantError::ChainEnded);
        }
        let (access_key_id, secret) = self.new_session_key();
        let claims = Claims {
            account: role.role.account,
            role_id: role.role.id,
            role_name: role.role.name.clone(),
            session_name: grant.session_name.clone(),
            policy: grant.policy.map(str::to_owned),
            source_identity: grant.source_identity.map(str::to_owned),
            origin: grant.origin,
            issued_at: now,
            expires_at,
            // The epoch that this decision saw: if the role has moved on meanwhile, the token is
            // dead before it is used.
            session_epoch: role.role.session_epoch,
            access_key_id,
            secret: SecretText::new(secret),
        };
        let token = self.key_ring.seal(&claims)?;
        Ok(Session { claims, token })
    }
}

/// A session that is to be minted: every decision has been made.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    pub(super) role: &'a RoleView,
    pub(super) session_name: &'a RoleSessionName,
    pub(super) policy: Option<&'a str>,
    pub(super) source_identity: Option<&'a str>,
    pub(super) origin: Origin,
    /// Now, in unix seconds.
    pub(super) now: i64,
    /// For how many seconds, as far as the chain goes on so long.
    pub(super) duration: i64,
}

/// Why a session that was decided on is not minted.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The chain that it would go on with is over.
    #[error("the chain of sessions is over")]
    ChainEnded,
    /// The token could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Where the chain began that a session for this caller goes on with.
fn origin_of(caller: &Caller, now: i64) -> Origin {
    match &caller.identity {
        Identity::Session(claims) => claims.origin.clone(),
        Identity::Root | Identity::User { .. } | Identity::Service(_) => Origin {
            account: caller.account,
            principal: caller.arn(),
            access_key_id: Some(caller.access_key_id.clone()),
            first_hop_at: now,
        },
    }
}

/// A trust that is read where there is no role, so that this costs what reading a role's costs.
const NOBODY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::0000000000000000:root"]}}]}"#;

/// What the caller's side said before the role's is asked.
const ALLOWED: Decision = Decision {
    effect: Effect::Allow,
    reason: Reason::NoStatement,
    resource: 0,
};

/// What a stranger is told of a trust that does not admit him.
const NOT_ALLOWED: Decision = Decision {
    effect: Effect::ImplicitDeny,
    reason: Reason::NoStatement,
    resource: 0,
};

fn actions(source_identity: bool) -> impl Iterator<Item = &'static str> {
    std::iter::once(ASSUME_ROLE).chain(source_identity.then_some(SET_SOURCE_IDENTITY))
}

fn principal_of(caller: &Caller) -> Option<Principal<'_>> {
    match &caller.identity {
        Identity::Root => None,
        Identity::User { name, .. } => Some(Principal::User {
            account: caller.account,
            name,
        }),
        Identity::Session(claims) => Some(Principal::Role {
            account: caller.account,
            name: &claims.role_name,
        }),
        Identity::Service(service) => Some(Principal::Service {
            name: service.name.as_str(),
            acting_for: service.account,
        }),
    }
}
