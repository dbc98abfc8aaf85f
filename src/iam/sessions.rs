//! Role sessions: who may take a role, and the temporary credential that is minted then.
//!
//! Both sides must allow, within one account too: the caller's own policies and the role's trust
//! policy. The caller's side comes first, so that one without permission learns nothing about the
//! role. Between accounts a missing account, a missing role and a trust that refuses are one answer.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::credential::seal::SealError;
use crate::credential::secret::SecretText;
use crate::credential::token::{Claims, Origin};
use crate::iam::Iam;
use crate::iam::authz::{self, Denial};
use crate::iam::caller::{self, Caller, Identity};
use crate::iam::context::CallContext;
use crate::iam::freshness::Current;
use crate::iam::views::{AccountView, PrincipalView, RoleView};
use crate::policy::arn::RoleArn;
use crate::policy::context::{ConditionKey, Context};
use crate::policy::evaluate::{Decision, Effect, PolicySet, Reason};
use crate::policy::flow::{Step, Verdict};
use crate::policy::ids::{RoleName, RoleSessionName};
use crate::policy::principal::Principal;
use crate::policy::trust::TrustRequest;
use crate::store::{Snapshot, StoreError};

/// The shortest session, in seconds.
pub const MIN_DURATION: i64 = 900;
/// The length of a session where none is asked for, in seconds.
pub const DEFAULT_DURATION: i64 = 3600;

const ASSUME_ROLE: &str = "sts:AssumeRole";
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
            Identity::User { .. } => None,
            Identity::Session(claims) => claims.source_identity.as_deref(),
        };
        if let (Some(inherited), Some(sent)) = (inherited, request.source_identity)
            && inherited != sent
        {
            return Err(SessionError::SourceIdentity);
        }
        let RoleArn { account, name } = request.role;
        let mut resource = String::with_capacity(32 + RoleName::MAX_LENGTH);
        // Writing to a string does not fail.
        let _ = write!(resource, "acs:ram:*:{account}:role/{name}");
        let own_account = *account == caller.account;

        let context = CallContext {
            now: request.now,
            origin: request.origin,
            caller,
            own: request,
        };

        // The caller's side: setting a source identity is an action of its own.
        let nothing = PolicySet::default();
        let policies = principal.map_or(&nothing, |principal| &principal.policies);
        let resources = [Cow::Owned(resource)];
        let sets_identity = request.source_identity.is_some() && inherited.is_none();
        for action in actions(sets_identity) {
            let verdict = authz::evaluate(policies, session_policy, action, &resources, &context);
            if !verdict.is_allowed() {
                return Err(SessionError::Denied(Box::new(Denial::new(
                    caller,
                    action,
                    &resources[0],
                    verdict,
                ))));
            }
        }

        // The role's side. What a stranger learns of it is one bit.
        let refused = |decision: Decision, action| {
            let decision = if own_account { decision } else { NOT_ALLOWED };
            let verdict = Verdict {
                decision,
                step: Step::TrustPolicy,
            };
            SessionError::Denied(Box::new(Denial::new(
                caller,
                action,
                &resources[0],
                verdict,
            )))
        };
        let view = if own_account {
            Some(&current.own)
        } else {
            current.other.as_ref()
        };
        let role = match view {
            Some(view) => self.role_view(view, request.role).await?,
            None => None,
        };
        let Some(role) = role else {
            return Err(if own_account {
                SessionError::RoleNotFound
            } else {
                refused(NOT_ALLOWED, ASSUME_ROLE)
            });
        };
        let identity = request.source_identity.or(inherited);
        let Some(asks) = principal_of(caller) else {
            return Err(SessionError::RootCaller);
        };
        for action in actions(identity.is_some()) {
            let decision = role.trust.evaluate(&TrustRequest {
                action,
                principal: &asks,
                role_account: *account,
                context: &context,
            });
            if !decision.is_allowed() {
                return Err(refused(decision, action));
            }
        }

        let duration = request.duration.unwrap_or(DEFAULT_DURATION);
        if duration > role.role.max_session_duration {
            return Err(SessionError::Duration);
        }
        self.mint(caller, &role, request, identity, duration)
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

    /// A view of another account than the caller's as a snapshot of now sees it, with the role that
    /// is asked for; `None` where there is no such account.
    ///
    /// # Errors
    /// As the store.
    pub async fn pin_other(&self, arn: &RoleArn) -> Result<Option<AccountView>, StoreError> {
        let mut snapshot = match self.store.begin_read(arn.account).await {
            Ok(snapshot) => snapshot,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let view = self.freshness.pinned(snapshot.as_ref());
        self.pin_role(&view, snapshot.as_mut(), &arn.name).await?;
        Ok(Some(view))
    }

    /// The role as it is at `view`; `None` where there is none. [`StoreError::Conflict`] where it is
    /// not kept and the account has moved on.
    async fn role_view(
        &self,
        view: &AccountView,
        arn: &RoleArn,
    ) -> Result<Option<Arc<RoleView>>, StoreError> {
        if let Some(known) = view.role(&arn.name) {
            return Ok(known);
        }
        let mut snapshot = self.store.begin_read(arn.account).await?;
        let loaded = view.load_role(snapshot.as_mut(), &arn.name).await?;
        self.freshness.make_room(view);
        Ok(loaded)
    }

    fn mint(
        &self,
        caller: &Caller,
        role: &RoleView,
        request: &SessionRequest<'_>,
        source_identity: Option<&str>,
        duration: i64,
    ) -> Result<Session, SessionError> {
        let now = request.now;
        let (access_key_id, secret) = self.new_session_key();
        let origin = match &caller.identity {
            Identity::Session(claims) => claims.origin.clone(),
            Identity::Root | Identity::User { .. } => Origin {
                account: caller.account,
                principal: caller.arn(),
                access_key_id: Some(caller.access_key_id.clone()),
                first_hop_at: now,
            },
        };
        let claims = Claims {
            account: role.role.account,
            role_id: role.role.id,
            role_name: role.role.name.clone(),
            session_name: request.session_name.clone(),
            policy: request.policy.map(str::to_owned),
            source_identity: source_identity.map(str::to_owned),
            origin,
            issued_at: now,
            expires_at: now + duration,
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
    }
}
