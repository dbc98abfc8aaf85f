//! What this replica keeps of one account: keys, principals with their compiled policies, roles with
//! their compiled trust, each from the revision on at which it was read.
//!
//! The cache stands at one state of the account and is moved on by the changes that lead to the
//! next: each takes out what it touched, everything else stays. Where they do not lead there without
//! a gap, the cache is replaced by an empty one (`iam::freshness`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::iam::federation::saml::SamlView;
use crate::iam::federation::{OidcView, ProviderView};
use crate::iam::keys::Signer;
use crate::iam::named::Named;
use crate::iam::shelf::{Charge, Meter, Shelf};
use crate::iam::views::{PrincipalView, RoleView};
use crate::model::account::AccountState;
use crate::model::change::Touched;
use crate::model::policy::VersionId;
use crate::model::principal::PrincipalId;
use crate::policy::compile::CompiledPolicy;
use crate::policy::ids::{AccessKeyId, AccountId, GroupId, PolicyName, ProviderName, RoleName};

/// How many states ahead of its own a cache takes entries of.
const MOST_AHEAD: usize = 16;
/// Below this part of the bound for all, an account makes no room for others.
const FLOOR_PARTS: usize = 64;

/// From which revision on something is known to be so, and from which on it is not any more.
#[derive(Debug)]
struct Life {
    since: i64,
    ended_at: AtomicI64,
}

impl Life {
    const fn new(since: i64) -> Self {
        Self {
            since,
            ended_at: AtomicI64::new(i64::MAX),
        }
    }

    fn is_true_at(&self, revision: i64) -> bool {
        self.ended_at.load(Ordering::Acquire) > revision
    }

    fn was_true_at(&self, revision: i64) -> bool {
        self.since <= revision && self.is_true_at(revision)
    }

    /// Ends what was read before `revision`; answers whether it goes on.
    fn end(&self, revision: i64) -> bool {
        if self.since < revision {
            self.ended_at.fetch_min(revision, Ordering::AcqRel);
        }
        self.is_true_at(i64::MAX - 1)
    }
}

/// A custom policy's default version, compiled; shared by the principals it is attached to.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) compiled: Arc<CompiledPolicy>,
    name: PolicyName,
    pub(super) version: VersionId,
    life: Life,
    _charge: Charge,
}

/// What was attached to a group when members of it were read; shared by them.
#[derive(Debug)]
pub(super) struct GroupRights {
    group: GroupId,
    life: Life,
}

impl GroupRights {
    pub(super) fn new(group: GroupId, since: i64) -> Self {
        let life = Life::new(since);
        Self { group, life }
    }

    /// Whether this is still what is attached at `revision`.
    pub(super) fn is_true_at(&self, revision: i64) -> bool {
        self.life.is_true_at(revision)
    }
}

/// What principals share, by what it is of; former ones stay as long as a principal holds them.
type SharedBy<K, T> = Mutex<HashMap<K, Vec<Weak<T>>>>;

/// Adds what a principal holds.
fn share<K: std::hash::Hash + Eq, T>(all: &mut HashMap<K, Vec<Weak<T>>>, key: K, held: &Arc<T>) {
    let known = all.entry(key).or_default();
    if !known.iter().any(|k| k.as_ptr() == Arc::as_ptr(held)) {
        known.retain(|other| other.strong_count() > 0);
        known.push(Arc::downgrade(held));
    }
}

/// Ends what was read of `key` before a revision.
fn end_all<K: std::hash::Hash + Eq, T>(all: &SharedBy<K, T>, key: &K, end: impl Fn(&T) -> bool) {
    let mut all = lock(all);
    if let Some(known) = all.get_mut(key) {
        known.retain(|held| held.upgrade().is_some_and(|held| end(&held)));
        if known.is_empty() {
            all.remove(key);
        }
    }
}

impl Document {
    pub(super) fn new(
        compiled: Arc<CompiledPolicy>,
        name: PolicyName,
        version: VersionId,
        since: i64,
        charge: Charge,
    ) -> Self {
        Self {
            compiled,
            name,
            version,
            life: Life::new(since),
            _charge: charge,
        }
    }

    /// Whether this is still the policy at `revision`.
    pub(super) fn is_true_at(&self, revision: i64) -> bool {
        self.life.is_true_at(revision)
    }
}

/// Where the cache stands.
#[derive(Debug)]
struct Position {
    now: AccountState,
    /// States after it of which entries were read and kept already. The changes must lead over them.
    ahead: Vec<AccountState>,
}

/// The cache of one account.
#[derive(Debug)]
pub(super) struct AccountCache {
    pub(super) account: AccountId,
    position: Mutex<Position>,
    principals: Shelf<PrincipalId, PrincipalView>,
    /// Also those known not to exist and since when, so that asking for one again costs what a
    /// refusal costs. Strangers can ask: it takes no room from what the account itself uses.
    roles: Named<RoleName, RoleView>,
    keys: Shelf<AccessKeyId, Signer>,
    pub(super) oidc_providers: Named<ProviderName, OidcView>,
    pub(super) saml_providers: Named<ProviderName, SamlView>,
    documents: SharedBy<PolicyName, Document>,
    groups: SharedBy<GroupId, GroupRights>,
    pub(super) meter: Arc<Meter>,
    /// When a request last came, in unix seconds.
    used_at: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AccountCache {
    /// An empty cache at a state. `all` counts what the caches of all accounts weigh.
    pub(super) fn new(account: AccountId, state: AccountState, all: Arc<AtomicUsize>) -> Self {
        Self {
            account,
            position: Mutex::new(Position {
                now: state,
                ahead: Vec::new(),
            }),
            principals: Shelf::new(),
            roles: Named::new(),
            keys: Shelf::new(),
            oidc_providers: Named::new(),
            saml_providers: Named::new(),
            documents: Mutex::default(),
            groups: Mutex::default(),
            meter: Arc::new(Meter::new(all)),
            used_at: AtomicU64::new(0),
        }
    }

    /// The state that the cache stands at.
    pub(super) fn state(&self) -> AccountState {
        lock(&self.position).now
    }

    pub(super) fn touch(&self, now: i64) {
        let now = u64::try_from(now).unwrap_or(0);
        if self.used_at.load(Ordering::Relaxed) != now {
            self.used_at.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn used_at(&self) -> u64 {
        self.used_at.load(Ordering::Relaxed)
    }

    /// Moves on to `to` by the changes that lead there, oldest first. Answers whether that is
    /// possible; where it is not, the cache is of no more use.
    pub(super) fn advance(
        &self,
        to: AccountState,
        changes: Option<&[(AccountState, Vec<Touched>)]>,
    ) -> bool {
        let mut position = lock(&self.position);
        if position.now == to {
            return true;
        }
        let Some(changes) = changes else { return false };
        let leads_over = |ahead: &AccountState| {
            ahead.revision > to.revision || changes.iter().any(|(state, _)| state == ahead)
        };
        if !position.ahead.iter().all(leads_over) {
            return false;
        }
        for (state, touched) in changes {
            for entity in touched {
                self.evict(entity, state.revision);
            }
        }
        position.now = to;
        position.ahead.retain(|ahead| ahead.revision > to.revision);
        true
    }

    /// Takes out what was read before `revision` of an entity that changed then.
    fn evict(&self, entity: &Touched, revision: i64) {
        match entity {
            Touched::User(id) => self
                .principals
                .remove_older(&PrincipalId::User(*id), revision),
            Touched::Role(id) => self
                .principals
                .remove_older(&PrincipalId::Role(*id), revision),
            Touched::RoleNamed(name) => self.roles.evict(name, revision),
            Touched::Key(id) => self.keys.remove_older(id, revision),
            Touched::Policy(name) => {
                end_all(&self.documents, name, |document| {
                    document.life.end(revision)
                });
            }
            Touched::OidcProvider(name) => self.oidc_providers.evict(name, revision),
            Touched::SamlProvider(name) => self.saml_providers.evict(name, revision),
            // Not its members one by one: there may be thousands.
            Touched::Group(id) => {
                end_all(&self.groups, id, |rights| rights.life.end(revision));
            }
        }
    }

    /// Puts in what was read at `at`, unless the cache has moved on since. What was read ahead of the
    /// cache is kept for when it arrives there.
    fn keep(&self, at: AccountState, put: impl FnOnce()) -> bool {
        let mut position = lock(&self.position);
        if at != position.now {
            if at.revision <= position.now.revision {
                return false;
            }
            if !position.ahead.contains(&at) {
                if position.ahead.len() == MOST_AHEAD {
                    return false;
                }
                position.ahead.push(at);
            }
        }
        put();
        true
    }

    pub(super) fn principal(&self, id: PrincipalId, revision: i64) -> Option<Arc<PrincipalView>> {
        let known = self.principals.get(&id, revision)?;
        known.is_true_at(revision).then_some(known)
    }

    pub(super) fn keep_principal(
        &self,
        at: AccountState,
        id: PrincipalId,
        view: &Arc<PrincipalView>,
        bytes: usize,
    ) {
        self.keep(at, || {
            let mut documents = lock(&self.documents);
            for document in view.documents() {
                share(&mut documents, document.name.clone(), document);
            }
            drop(documents);
            let mut groups = lock(&self.groups);
            for rights in view.groups() {
                share(&mut groups, rights.group, rights);
            }
            drop(groups);
            let charge = Charge::new(&self.meter, bytes);
            self.principals
                .put(id, Arc::clone(view), at.revision, charge);
        });
    }

    /// The document of a policy's version as it is at `at`, where it is known.
    pub(super) fn document(
        &self,
        at: AccountState,
        name: &PolicyName,
        version: VersionId,
    ) -> Option<Arc<Document>> {
        if self.state() != at {
            return None;
        }
        let documents = lock(&self.documents);
        documents.get(name)?.iter().find_map(|document| {
            document.upgrade().filter(|document| {
                document.version == version && document.life.was_true_at(at.revision)
            })
        })
    }

    /// What is attached to a group at `at`, where members of it are known.
    pub(super) fn group(&self, at: AccountState, id: GroupId) -> Option<Arc<GroupRights>> {
        if self.state() != at {
            return None;
        }
        let groups = lock(&self.groups);
        groups.get(&id)?.iter().find_map(|rights| {
            let rights = rights.upgrade()?;
            rights.life.was_true_at(at.revision).then_some(rights)
        })
    }

    /// The role, if it is known whether there is one.
    #[expect(
        clippy::option_option,
        reason = "known to exist, known not to exist, not known"
    )]
    pub(super) fn role(&self, name: &RoleName, revision: i64) -> Option<Option<Arc<RoleView>>> {
        self.roles.get(name, revision)
    }

    /// The provider, if it is known whether there is one.
    #[expect(
        clippy::option_option,
        reason = "known to exist, known not to exist, not known"
    )]
    pub(super) fn provider<P: ProviderView>(
        &self,
        name: &ProviderName,
        revision: i64,
    ) -> Option<Option<Arc<P>>> {
        P::kept(self).get(name, revision)
    }

    pub(super) fn keep_provider<P: ProviderView>(&self, at: AccountState, view: &Arc<P>) {
        self.keep(at, || {
            let charge = Charge::new(&self.meter, view.bytes());
            let name = view.name().clone();
            let kept = &P::kept(self).there;
            kept.put(name, Arc::clone(view), at.revision, charge);
        });
    }

    pub(super) fn keep_absent_provider<P: ProviderView>(
        &self,
        at: AccountState,
        name: &ProviderName,
    ) {
        self.keep(at, || P::kept(self).absent.note(name, at.revision));
    }

    pub(super) fn keep_role(&self, at: AccountState, view: &Arc<RoleView>, bytes: usize) {
        self.keep(at, || {
            let charge = Charge::new(&self.meter, bytes);
            self.roles.there.put(
                view.role.name.clone(),
                Arc::clone(view),
                at.revision,
                charge,
            );
        });
    }

    pub(super) fn keep_absent(&self, at: AccountState, name: &RoleName) {
        self.keep(at, || self.roles.absent.note(name, at.revision));
    }

    pub(super) fn key(&self, id: &AccessKeyId, revision: i64) -> Option<Arc<Signer>> {
        self.keys.get(id, revision)
    }

    pub(super) fn keep_key(&self, at: AccountState, signer: &Arc<Signer>, bytes: usize) {
        self.keep(at, || {
            let charge = Charge::new(&self.meter, bytes);
            self.keys
                .put(signer.id.clone(), Arc::clone(signer), at.revision, charge);
        });
    }

    /// Makes room after something came in: an account beyond its share evicts of its own, and as
    /// long as all accounts together are beyond their bound, so does one that is above the floor.
    pub(super) fn make_room(&self, total: usize) {
        let share = total / 4;
        let floor = total / FLOOR_PARTS;
        let is_beyond = |own: usize, all: usize| own > share || (all > total && own > floor);
        while is_beyond(self.meter.own(), self.meter.all()) {
            if !self.evict_one() {
                return;
            }
        }
    }

    /// Takes out one entry of the heaviest kind.
    pub(super) fn evict_one(&self) -> bool {
        let kinds = [
            self.principals.bytes(),
            self.roles.there.bytes(),
            self.keys.bytes(),
            self.oidc_providers.there.bytes(),
            self.saml_providers.there.bytes(),
        ];
        let [principals, roles, keys, oidc_providers, _] = kinds;
        let most = kinds.into_iter().max().unwrap_or_default();
        let evicted = match most {
            most if most == principals => self.principals.evict_one(),
            most if most == roles => self.roles.there.evict_one(),
            most if most == keys => self.keys.evict_one(),
            most if most == oidc_providers => self.oidc_providers.there.evict_one(),
            _ => self.saml_providers.there.evict_one(),
        };
        if evicted {
            metrics::counter!("rampart_cache_evictions_total", "why" => "room").increment(1);
        }
        evicted
    }
}
