//! Who signed: the key or the session token, the time, the signature; then, on a fresh state of the
//! account, whether that identity still stands.

mod error;
mod request;

use std::net::IpAddr;
use std::sync::Arc;

pub use self::error::AuthnError;
use self::error::Unestablished;
pub use self::request::{Proof, SignedRequest};
use crate::credential::token::Claims;
use crate::iam::Iam;
use crate::iam::caller::{Caller, Identity};
use crate::iam::freshness::{Current, FreshnessError};
use crate::iam::keys::Signer;
use crate::iam::replay::ReplayError;
use crate::iam::replay::memory::Recorded;
use crate::iam::views::{AccountView, PrincipalView};
use crate::model::key::{AccessKeyStatus, KeyOwner};
use crate::model::principal::PrincipalId;
use crate::policy::arn;
use crate::policy::evaluate::PolicySet;
use crate::policy::ids::AccountId;
use crate::store::{NonceRow, Snapshot, StoreError};

/// Whose signature it is.
#[derive(Debug, Clone)]
enum Signed {
    Long(Arc<Signer>),
    Session(Arc<Claims>),
}

/// A verified signature. Whether its identity still stands is a question of its own.
#[derive(Debug, Clone)]
pub struct Verified {
    signed: Signed,
    timestamp: i64,
}

impl Verified {
    /// The account that signed.
    pub fn account(&self) -> AccountId {
        match &self.signed {
            Signed::Long(signer) => signer.account,
            Signed::Session(claims) => claims.account,
        }
    }

    /// Whose share of the nonces the call uses up: its account's, and of a service's key that of the
    /// account that it acts for. Keys that act for any share the system account's.
    fn share(&self) -> AccountId {
        match &self.signed {
            Signed::Long(signer) => match &signer.owner {
                KeyOwner::Service(service) => service.account.unwrap_or(signer.account),
                KeyOwner::Root | KeyOwner::User(_) => signer.account,
            },
            Signed::Session(claims) => claims.account,
        }
    }

    /// Refuses a key that may not sign from there.
    fn expect_admitted(&self, source_ip: IpAddr) -> Result<(), AuthnError> {
        let policy = match &self.signed {
            Signed::Long(signer) => signer.network_policy.as_deref(),
            Signed::Session(_) => None,
        };
        if policy.is_some_and(|policy| !policy.admits(source_ip)) {
            return Err(AuthnError::Network);
        }
        Ok(())
    }

    /// Whom refusals are counted for: a key, or a role. Sessions are free to make, so each of its
    /// own would make the number of rows the caller's choice.
    pub fn principal(&self) -> String {
        match &self.signed {
            Signed::Long(signer) => signer.id.to_string(),
            Signed::Session(claims) => arn::role_arn(claims.account, &claims.role_name).to_string(),
        }
    }

    /// The access key id that signed.
    pub fn access_key_id(&self) -> &str {
        match &self.signed {
            Signed::Long(signer) => signer.id.as_str(),
            Signed::Session(claims) => claims.access_key_id.as_str(),
        }
    }
}

/// A caller and what it may do, on one state of its account.
#[derive(Debug, Clone)]
pub struct Established {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The caller's policies; `None` for root and for a service.
    pub principal: Option<Arc<PrincipalView>>,
    /// The policy that narrows the caller's session.
    pub session_policy: Option<Arc<PolicySet>>,
}

impl Iam {
    /// Finds the key, opens the token, judges the time, checks the signature, in this order.
    ///
    /// # Errors
    /// [`AuthnError`].
    pub async fn verify(&self, request: &SignedRequest<'_>) -> Result<Verified, AuthnError> {
        let now_millis = self.clock.now_millis();
        if request.access_key_id.starts_with("STS.") {
            let token = request.security_token.ok_or(AuthnError::TokenMissing)?;
            let claims = self.key_ring.open_token(token).await?;
            if !claims.belongs_to(request.access_key_id) {
                return Err(AuthnError::TokenMismatch);
            }
            if claims.is_expired(now_millis.div_euclid(1000)) {
                return Err(AuthnError::TokenExpired);
            }
            let timestamp = self.window().check(request.time, now_millis)?;
            request.proof.verify_once(&claims.secret)?;
            return Ok(Verified {
                signed: Signed::Session(Arc::new(claims)),
                timestamp,
            });
        }
        let mut signer = self.keys.find(request.access_key_id).await?;
        if request.security_token.is_some() {
            return Err(AuthnError::TokenMismatch);
        }
        let timestamp = self.window().check(request.time, now_millis)?;
        let verified = request.proof.verify(&signer.rpc, &signer.acs3);
        if verified == Err(AuthnError::SignatureMismatch)
            && let Some(current) = Box::pin(self.keys.doubt(&signer, now_millis)).await?
        {
            request.proof.verify(&current.rpc, &current.acs3)?;
            signer = current;
        } else {
            verified?;
        }
        Ok(Verified {
            signed: Signed::Long(signer),
            timestamp,
        })
    }

    /// Takes the nonce and establishes who calls on a state that is not older than the request.
    ///
    /// `source_ip` is where the request comes from, `other` another account that the call involves,
    /// `now` the time in unix seconds. With `may_be_stale` the state may be as old as the operator
    /// allows while the database does not answer ([`staleness`](crate::iam::staleness)).
    ///
    /// # Errors
    /// [`AuthnError`].
    pub async fn establish(
        &self,
        request: &SignedRequest<'_>,
        verified: &mut Verified,
        source_ip: IpAddr,
        (other, may_be_stale): (Option<AccountId>, bool),
        now: i64,
    ) -> Result<(Established, Current), AuthnError> {
        let account = verified.account();
        let timestamp = verified.timestamp.div_euclid(1000);
        if timestamp <= self.replay_floor {
            return Err(AuthnError::TimeExpired);
        }
        let expires_at = timestamp + i64::from(self.window().seconds) + 1;
        let share = verified.share();
        let nonce = self.take_nonce(share, request, (timestamp, expires_at), now);
        let nonce = nonce.await?;
        let mut current = self
            .freshness
            .current(account, other, nonce, now)
            .await
            .or_else(|error| match error {
                FreshnessError::NonceUsed => {
                    self.nonce_shares.give_back(share, expires_at);
                    Err(AuthnError::NonceUsed)
                }
                FreshnessError::Unavailable if may_be_stale => {
                    let stale = self.freshness.stale(account, self.staleness.most());
                    let stale = stale.ok_or(AuthnError::Unavailable)?;
                    if let Some(nonce) = nonce {
                        self.staleness.owe(nonce);
                    }
                    Ok(stale)
                }
                FreshnessError::Unavailable => Err(AuthnError::Unavailable),
            })?;
        let known = self.establish_at(verified, request.proof, &current.own, None);
        match known.await {
            Ok(established) => {
                self.let_in(verified, source_ip, now)?;
                return Ok((established, current));
            }
            Err(Unestablished::Refused(error)) => return Err(error),
            Err(Unestablished::Moved) => {}
        }
        // The account moved on between the batch and the look at what is not kept here. One snapshot
        // holds everything in one state, and that is newer than the request.
        let mut snapshot = self.store.begin_read(account).await?;
        current.own = self.freshness.pinned(snapshot.as_ref());
        let snapshot = Some(snapshot.as_mut());
        let again = self.establish_at(verified, request.proof, &current.own, snapshot);
        let established = Box::pin(again).await.map_err(AuthnError::from)?;
        self.let_in(verified, source_ip, now)?;
        Ok((established, current))
    }

    /// Lets a caller who stands in, from where its key may be used, and notes that a long-lived key was.
    fn let_in(&self, verified: &Verified, source_ip: IpAddr, now: i64) -> Result<(), AuthnError> {
        verified.expect_admitted(source_ip)?;
        if let Signed::Long(signer) = &verified.signed {
            self.key_uses.note(signer, now);
        }
        Ok(())
    }

    /// Takes the nonce of a request where this process is the only one. Else makes room for it and
    /// answers what to ask the database with the freshness, which tells whether it is new.
    async fn take_nonce(
        &self,
        account: AccountId,
        request: &SignedRequest<'_>,
        (timestamp, expires_at): (i64, i64),
        now: i64,
    ) -> Result<Option<NonceRow>, AuthnError> {
        let (key, nonce) = (request.access_key_id, request.nonce);
        let taken = if self.freshness.is_embedded() {
            let fingerprint = self.nonce_hasher.fingerprint(key, nonce);
            let taken = self
                .replay
                .take(account, fingerprint, timestamp, expires_at, now);
            taken.await.map(|()| None)
        } else {
            let hash = self.nonce_hasher.hash(key, nonce);
            let nonce = NonceRow { hash, expires_at };
            match self.staleness.remember(account, &nonce, now) {
                Recorded::Known => Err(ReplayError::Used),
                Recorded::New if self.nonce_shares.take(account, expires_at, now) => {
                    Ok(Some(nonce))
                }
                Recorded::New | Recorded::Full => Err(ReplayError::Full),
            }
        };
        taken.map_err(|error| match error {
            ReplayError::Used => AuthnError::NonceUsed,
            ReplayError::BeforeCrash => AuthnError::TimeExpired,
            ReplayError::Full => {
                metrics::counter!("rampart_nonces_refused_total").increment(1);
                AuthnError::Unavailable
            }
            ReplayError::Unavailable => AuthnError::Unavailable,
        })
    }

    /// Establishes who calls once more, on what a transaction sees. Where the key's sealed secret is
    /// another by now, the signature is checked with that.
    ///
    /// # Errors
    /// [`AuthnError`].
    pub async fn establish_within(
        &self,
        snapshot: &mut dyn Snapshot,
        verified: &Verified,
        source_ip: IpAddr,
        proof: Proof<'_>,
    ) -> Result<Established, AuthnError> {
        let (mut verified, view) = (verified.clone(), AccountView::of(snapshot, None));
        let established = self
            .establish_at(&mut verified, proof, &view, Some(snapshot))
            .await
            .map_err(AuthnError::from)?;
        verified.expect_admitted(source_ip)?;
        Ok(established)
    }

    /// Whether the key of a service that was established still stands, on what a transaction of
    /// another account sees: that of the role that the service's call changes.
    ///
    /// # Errors
    /// [`AuthnError`].
    pub async fn service_stands_within(
        &self,
        snapshot: &mut dyn Snapshot,
        verified: &Verified,
        proof: Proof<'_>,
    ) -> Result<(), AuthnError> {
        let Signed::Long(signer) = &verified.signed else {
            return Err(AuthnError::KeyNotFound);
        };
        let known = self.keys.read_service(snapshot, signer).await?;
        if known.sealed_secret != signer.sealed_secret {
            proof.verify(&known.rpc, &known.acs3)?;
        }
        match known.status {
            AccessKeyStatus::Active => Ok(()),
            AccessKeyStatus::Inactive => Err(AuthnError::KeyInactive),
        }
    }

    /// Establishes who calls in the state of `view`. What is not kept there is read from `snapshot`,
    /// or from one that is opened for it, and that must be of the same state.
    async fn establish_at(
        &self,
        verified: &mut Verified,
        proof: Proof<'_>,
        view: &AccountView,
        mut snapshot: Option<&mut (dyn Snapshot + '_)>,
    ) -> Result<Established, Unestablished> {
        if let Signed::Long(signer) = &verified.signed {
            let known = match view.key(&signer.id) {
                Some(known) => known,
                None => Box::pin(self.key_at(signer, view, snapshot.as_deref_mut())).await?,
            };
            if !Arc::ptr_eq(&known, signer) {
                // Something about the key changed since it was read, or it is compared for the first
                // time.
                if known.sealed_secret != signer.sealed_secret {
                    proof.verify(&known.rpc, &known.acs3)?;
                }
                self.keys.adopt(&known);
                verified.signed = Signed::Long(known);
            }
        }
        self.stand(verified, view, snapshot).await
    }

    async fn key_at(
        &self,
        signer: &Signer,
        view: &AccountView,
        snapshot: Option<&mut (dyn Snapshot + '_)>,
    ) -> Result<Arc<Signer>, Unestablished> {
        let known = if let Some(snapshot) = snapshot {
            view.expect_same(snapshot)?;
            self.keys.read(snapshot, signer).await
        } else {
            let mut snapshot = self.store.begin_read(view.account).await?;
            view.expect_same(snapshot.as_ref())?;
            self.keys.read(snapshot.as_mut(), signer).await
        };
        let known = known.map_err(AuthnError::from)?;
        view.keep_key(&known);
        self.freshness.make_room(view);
        Ok(known)
    }

    /// Whether the identity still stands at `view`; reads through `snapshot` where one is given.
    async fn stand(
        &self,
        verified: &Verified,
        view: &AccountView,
        snapshot: Option<&mut (dyn Snapshot + '_)>,
    ) -> Result<Established, Unestablished> {
        match &verified.signed {
            Signed::Long(signer) => {
                if signer.status == AccessKeyStatus::Inactive {
                    return Err(AuthnError::KeyInactive.into());
                }
                let (identity, principal) = match &signer.owner {
                    KeyOwner::Root => (Identity::Root, None),
                    KeyOwner::Service(service) => (Identity::Service(Arc::clone(service)), None),
                    &KeyOwner::User(id) => {
                        let user = self
                            .principal(view, PrincipalId::User(id), snapshot)
                            .await?;
                        let user = user.ok_or(AuthnError::KeyNotFound)?;
                        let name = user.user_name.clone().ok_or(AuthnError::KeyNotFound)?;
                        (Identity::User { id, name }, Some(user))
                    }
                };
                let caller = Arc::new(Caller {
                    account: signer.account,
                    identity,
                    access_key_id: signer.id.clone(),
                });
                Ok(Established {
                    caller,
                    principal,
                    session_policy: None,
                })
            }
            Signed::Session(claims) => {
                let role = self
                    .principal(view, PrincipalId::Role(claims.role_id), snapshot)
                    .await?;
                let role = role.ok_or(AuthnError::TokenExpired)?;
                if role.session_epoch != claims.session_epoch {
                    return Err(AuthnError::TokenExpired.into());
                }
                let caller = Arc::new(Caller {
                    account: claims.account,
                    identity: Identity::Session(Arc::clone(claims)),
                    access_key_id: claims.access_key_id.clone(),
                });
                let session_policy = claims
                    .policy
                    .as_deref()
                    .map(|text| self.session_policies.get(text));
                Ok(Established {
                    caller,
                    principal: Some(role),
                    session_policy,
                })
            }
        }
    }

    async fn principal(
        &self,
        view: &AccountView,
        id: PrincipalId,
        snapshot: Option<&mut (dyn Snapshot + '_)>,
    ) -> Result<Option<Arc<PrincipalView>>, StoreError> {
        if let Some(known) = view.principal(id) {
            return Ok(Some(known));
        }
        let loaded = if let Some(snapshot) = snapshot {
            Box::pin(view.load_principal(snapshot, id)).await?
        } else {
            let mut snapshot = self.store.begin_read(view.account).await?;
            Box::pin(view.load_principal(snapshot.as_mut(), id)).await?
        };
        self.freshness.make_room(view);
        Ok(loaded)
    }
}
