//! What this replica knows of accounts: keys, principals with their compiled policies, roles with
//! their compiled trust. Everything hangs on one [`AccountView`], which is true at one revision
//! tag; when the account moves on, the view is dropped whole.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::account::RevisionTag;
use crate::model::catalog;
use crate::model::policy::{PolicyRef, PolicyType, VersionId};
use crate::model::principal::{PrincipalId, Role};
use crate::policy::compile::CompiledPolicy;
use crate::policy::document::DocumentKind;
use crate::policy::evaluate::PolicySet;
use crate::policy::ids::{AccountId, PolicyName, RoleName, UserName};
use crate::policy::trust::TrustPolicy;
use crate::store::{Result as StoreResult, Snapshot};

/// A user or role, and what it may do.
#[derive(Debug)]
pub struct PrincipalView {
    /// A user's name now; of a role its sessions carry the name.
    pub user_name: Option<UserName>,
    /// For a role the epoch that its sessions must carry; zero for a user.
    pub session_epoch: i64,
    /// Its policies, compiled.
    pub policies: PolicySet,
    /// Which policy stands at which place of `policies`.
    pub sources: Box<[(PolicyRef, VersionId)]>,
}

/// A role as one that is to be assumed.
#[derive(Debug)]
pub struct RoleView {
    /// The role; its trust policy is in `trust`.
    pub role: Role,
    /// Whom it trusts.
    pub trust: TrustPolicy,
}

/// One account at one revision tag.
#[derive(Debug)]
pub struct AccountView {
    /// The account.
    pub account: AccountId,
    /// The tag at which everything here is true.
    pub tag: RevisionTag,
    principals: Shelf<PrincipalId, PrincipalView>,
    roles: Shelf<RoleName, RoleView>,
    /// Roles known not to exist, so that asking for one again costs what a refusal costs. Strangers
    /// can ask: it takes no room from what the account itself uses.
    absent: RwLock<HashSet<RoleName>>,
    /// Compiled documents, shared by the principals they are attached to.
    documents: Shelf<(PolicyName, VersionId), CompiledPolicy>,
    bytes: AtomicUsize,
    budget: usize,
    /// When a request last came, in unix seconds.
    used_at: AtomicU64,
}

/// A map that is read on the hot path and seldom written.
#[derive(Debug)]
struct Shelf<K, V>(RwLock<HashMap<K, Arc<V>>>);

impl<K: Eq + Hash, V> Shelf<K, V> {
    fn new() -> Self {
        Self(RwLock::new(HashMap::new()))
    }

    fn get(&self, key: &K) -> Option<Arc<V>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    fn put(&self, key: K, value: Arc<V>) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, value);
    }

    fn clear(&self) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// What a compiled document weighs, roughly: its text, matchers and their tables.
const COMPILED_FACTOR: usize = 4;
/// How many roles are remembered not to exist.
const ABSENT_KEPT: usize = 1024;
/// What an entry weighs beside its documents.
const ENTRY_COST: usize = 512;

impl AccountView {
    /// An empty view. `budget` bounds what is kept in it, in bytes.
    pub fn new(account: AccountId, tag: RevisionTag, budget: usize) -> Self {
        Self {
            account,
            tag,
            principals: Shelf::new(),
            roles: Shelf::new(),
            absent: RwLock::default(),
            documents: Shelf::new(),
            bytes: AtomicUsize::new(0),
            budget,
            used_at: AtomicU64::new(0),
        }
    }

    /// What the view weighs, in bytes, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
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

    /// The principal, if it is known here already.
    pub fn principal(&self, id: PrincipalId) -> Option<Arc<PrincipalView>> {
        self.principals.get(&id)
    }

    /// The role, if it is known here already whether there is one.
    pub fn role(&self, name: &RoleName) -> Option<Option<Arc<RoleView>>> {
        if let Some(known) = self.roles.get(name) {
            return Some(Some(known));
        }
        let absent = self.absent.read().unwrap_or_else(PoisonError::into_inner);
        absent.contains(name).then_some(None)
    }

    /// Makes room for `cost`: who is over its budget evicts itself, nobody else.
    fn charge(&self, cost: usize) {
        if self.bytes.fetch_add(cost, Ordering::Relaxed) + cost > self.budget {
            self.principals.clear();
            self.roles.clear();
            self.documents.clear();
            self.bytes.store(cost, Ordering::Relaxed);
        }
    }

    /// Reads a principal from a snapshot; keeps it if the snapshot is of this view's state.
    ///
    /// # Errors
    /// As the store; `Ok(None)` where there is no such principal.
    pub async fn load_principal(
        &self,
        snapshot: &mut dyn Snapshot,
        id: PrincipalId,
    ) -> StoreResult<Option<Arc<PrincipalView>>> {
        let current = snapshot.account().tag == self.tag;
        let (user_name, session_epoch) = match id {
            PrincipalId::User(id) => match snapshot.get_user_by_id(id).await? {
                Some(user) => (Some(user.name), 0),
                None => return Ok(None),
            },
            PrincipalId::Role(id) => match snapshot.get_role_by_id(id).await? {
                Some(role) => (None, role.session_epoch),
                None => return Ok(None),
            },
        };
        let mut cost = ENTRY_COST;
        let mut compiled = Vec::new();
        let mut sources = Vec::new();
        for (policy, version) in snapshot.list_attached_documents(id).await? {
            let key = (policy.name.clone(), version.version);
            let known = self.documents.get(&key).filter(|_| current);
            let document = known.unwrap_or_else(|| {
                cost += version.document.len() * COMPILED_FACTOR;
                let document = Arc::new(read_stored(
                    DocumentKind::Identity,
                    &version.document,
                    &policy.name,
                ));
                if current {
                    self.documents.put(key, Arc::clone(&document));
                }
                document
            });
            compiled.push(document);
            sources.push((
                PolicyRef {
                    policy_type: PolicyType::Custom,
                    name: policy.name,
                },
                version.version,
            ));
        }
        for attachment in snapshot.list_attachments(id).await? {
            if attachment.policy.policy_type == PolicyType::System {
                let (document, version) = system_document(&attachment.policy.name);
                compiled.push(document);
                sources.push((attachment.policy, version));
            }
        }
        let view = Arc::new(PrincipalView {
            user_name,
            session_epoch,
            policies: PolicySet::new(compiled),
            sources: sources.into(),
        });
        if current {
            self.charge(cost);
            self.principals.put(id, Arc::clone(&view));
        }
        Ok(Some(view))
    }

    /// Reads a role from a snapshot; keeps it if the snapshot is of this view's state.
    ///
    /// # Errors
    /// As the store; `Ok(None)` where there is no such role.
    pub async fn load_role(
        &self,
        snapshot: &mut dyn Snapshot,
        name: &RoleName,
    ) -> StoreResult<Option<Arc<RoleView>>> {
        let current = snapshot.account().tag == self.tag;
        let Some(mut role) = snapshot.get_role(name).await? else {
            if current {
                let mut absent = self.absent.write().unwrap_or_else(PoisonError::into_inner);
                if absent.len() >= ABSENT_KEPT {
                    absent.clear();
                }
                absent.insert(name.clone());
            }
            return Ok(None);
        };
        let text = std::mem::take(&mut role.trust_policy);
        let trust = TrustPolicy::from_stored(&text);
        if trust.is_unreadable() {
            tracing::error!(role.name = %role.name, account.id = %self.account,
                "a stored trust policy cannot be read: it trusts nobody");
        }
        let cost = ENTRY_COST + text.len() * COMPILED_FACTOR;
        let view = Arc::new(RoleView { role, trust });
        if current {
            self.charge(cost);
            self.roles.put(name.clone(), Arc::clone(&view));
        }
        Ok(Some(view))
    }
}

fn read_stored(kind: DocumentKind, text: &str, name: &PolicyName) -> CompiledPolicy {
    let compiled = CompiledPolicy::from_stored(kind, text);
    if compiled.is_unreadable() {
        tracing::error!(policy.name = %name, "a stored policy cannot be read: it denies everything");
    }
    compiled
}

/// The catalogue's documents, compiled at their first use.
fn system_document(name: &PolicyName) -> (Arc<CompiledPolicy>, VersionId) {
    static COMPILED: RwLock<Option<HashMap<PolicyName, Arc<CompiledPolicy>>>> = RwLock::new(None);
    let Some(policy) = catalog::system_policy(name) else {
        // Attached once and gone from a later catalogue: what it denied is not known any more.
        return (Arc::new(CompiledPolicy::unreadable()), VersionId(1));
    };
    let version = VersionId(policy.default_version);
    if let Some(compiled) = COMPILED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .and_then(|map| map.get(name))
    {
        return (Arc::clone(compiled), version);
    }
    let compiled = Arc::new(read_stored(DocumentKind::Identity, &policy.document, name));
    COMPILED
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_default()
        .insert(name.clone(), Arc::clone(&compiled));
    (compiled, version)
}
