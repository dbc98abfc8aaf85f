//! What a request is decided on: an account as it was at one state, with what is kept of it
//! (`iam::cache`) and the loading of what is not.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::iam::cache::{AccountCache, Document, GroupRights};
use crate::iam::federation::ProviderView;
use crate::iam::keys::Signer;
use crate::iam::shelf::Charge;
use crate::model::account::AccountState;
use crate::model::catalog;
use crate::model::policy::{Attachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{PrincipalId, Role};
use crate::policy::compile::CompiledPolicy;
use crate::policy::document::DocumentKind;
use crate::policy::evaluate::PolicySet;
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, ProviderName, RoleName, UserName};
use crate::policy::trust::TrustPolicy;
use crate::store::{Result as StoreResult, Snapshot, StoreError};

/// Where a policy of a principal comes from.
#[derive(Debug)]
pub struct Source {
    /// The policy.
    pub policy: PolicyRef,
    /// The version that counts.
    pub version: VersionId,
    /// What it is attached to: the principal, or a group that it is in.
    pub attached_to: PrincipalId,
}

/// A user or role, and what it may do.
#[derive(Debug)]
pub struct PrincipalView {
    /// A user's name now; of a role its sessions carry the name.
    pub user_name: Option<UserName>,
    /// For a role the epoch that its sessions must carry; zero for a user.
    pub session_epoch: i64,
    /// Its policies, and those of its groups, compiled.
    pub policies: PolicySet,
    /// Which policy stands at which place of `policies`.
    pub sources: Box<[Source]>,
    /// Those of its policies that can change.
    documents: Box<[Arc<Document>]>,
    /// The groups that it is in.
    groups: Box<[Arc<GroupRights>]>,
}

impl PrincipalView {
    pub(super) fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    pub(super) fn groups(&self) -> &[Arc<GroupRights>] {
        &self.groups
    }

    /// Whether its policies, and its groups', are still what they were when it was read.
    pub(super) fn is_true_at(&self, revision: i64) -> bool {
        let (mut documents, mut groups) = (self.documents.iter(), self.groups.iter());
        documents.all(|document| document.is_true_at(revision))
            && groups.all(|rights| rights.is_true_at(revision))
    }
}

/// A role as one that is to be assumed.
#[derive(Debug)]
pub struct RoleView {
    /// The role; its trust policy is in `trust`.
    pub role: Role,
    /// Whom it trusts.
    pub trust: TrustPolicy,
}

/// One account at one state.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account.
    pub account: AccountId,
    /// The state at which everything here is true.
    pub state: AccountState,
    cache: Arc<AccountCache>,
    /// Where what is loaded is kept for others, where that is not `cache`.
    shared: Option<Arc<AccountCache>>,
}

/// What a compiled document weighs, roughly: its text, matchers and their tables.
pub(super) const COMPILED_FACTOR: usize = 4;
/// What an entry weighs beside its documents and the index of their statements.
const ENTRY_COST: usize = 512;
/// What a key weighs, with the prepared states of both schemes.
const KEY_COST: usize = 1536;

impl AccountView {
    pub(super) fn new(cache: Arc<AccountCache>, state: AccountState) -> Self {
        Self {
            account: cache.account,
            state,
            cache,
            shared: None,
        }
    }

    /// A view of the very state that a snapshot or transaction sees, which what is loaded through it
    /// fills. `shared` gets what is loaded too; never that of a transaction, which may not commit.
    pub(super) fn of(snapshot: &dyn Snapshot, shared: Option<Arc<AccountCache>>) -> Self {
        let (account, state) = (snapshot.account().id, snapshot.state());
        Self {
            account,
            state,
            cache: Arc::new(AccountCache::new(account, state, Arc::default())),
            shared,
        }
    }

    /// The cache that others use.
    pub(super) fn cache(&self) -> &Arc<AccountCache> {
        self.shared.as_ref().unwrap_or(&self.cache)
    }

    /// What is kept of the account weighs so much, in bytes, roughly.
    pub fn bytes(&self) -> usize {
        self.cache.meter.own()
    }

    pub(super) fn touch(&self, now: i64) {
        self.cache.touch(now);
    }

    /// The principal, if it is known here.
    pub fn principal(&self, id: PrincipalId) -> Option<Arc<PrincipalView>> {
        self.cache.principal(id, self.state.revision)
    }

    /// The role, if it is known here already whether there is one.
    pub fn role(&self, name: &RoleName) -> Option<Option<Arc<RoleView>>> {
        self.cache.role(name, self.state.revision)
    }

    /// The provider, if it is known here already whether there is one.
    #[expect(
        clippy::option_option,
        reason = "known to exist, known not to exist, not known"
    )]
    pub(super) fn provider<P: ProviderView>(&self, name: &ProviderName) -> Option<Option<Arc<P>>> {
        self.cache.provider(name, self.state.revision)
    }

    /// Reads a provider from a snapshot of this state, and keeps it.
    ///
    /// # Errors
    /// As [`Self::load_principal`]; `Ok(None)` where there is no such provider.
    pub(super) async fn load_provider<P: ProviderView>(
        &self,
        snapshot: &mut dyn Snapshot,
        name: &ProviderName,
    ) -> StoreResult<Option<Arc<P>>> {
        self.expect_same(snapshot)?;
        let Some(view) = P::read(snapshot, name).await? else {
            for cache in self.caches() {
                cache.keep_absent_provider::<P>(self.state, name);
            }
            return Ok(None);
        };
        let view = Arc::new(view);
        for cache in self.caches() {
            cache.keep_provider(self.state, &view);
        }
        Ok(Some(view))
    }

    /// The key as it is in this state, if it is known here.
    pub fn key(&self, id: &AccessKeyId) -> Option<Arc<Signer>> {
        self.cache.key(id, self.state.revision)
    }

    /// Refuses a snapshot of another state: what it holds must not be mixed with what is here.
    pub(super) fn expect_same(&self, snapshot: &dyn Snapshot) -> StoreResult<()> {
        if snapshot.state() == self.state {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }

    fn caches(&self) -> impl Iterator<Item = &Arc<AccountCache>> {
        std::iter::once(&self.cache).chain(&self.shared)
    }

    /// Keeps a key that was read in this state.
    pub(super) fn keep_key(&self, signer: &Arc<Signer>) {
        for cache in self.caches() {
            cache.keep_key(self.state, signer, KEY_COST);
        }
    }

    /// Reads a principal from a snapshot of this state, and keeps it.
    ///
    /// # Errors
    /// As the store, and [`StoreError::Conflict`] where the snapshot is of another state; `Ok(None)`
    /// where there is no such principal.
    pub async fn load_principal(
        &self,
        snapshot: &mut dyn Snapshot,
        id: PrincipalId,
    ) -> StoreResult<Option<Arc<PrincipalView>>> {
        self.expect_same(snapshot)?;
        let (user_name, session_epoch) = match id {
            PrincipalId::User(id) => match snapshot.get_user_by_id(id).await? {
                Some(user) => (Some(user.name), 0),
                None => return Ok(None),
            },
            // Nobody calls as one.
            PrincipalId::Group(_) => return Ok(None),
            PrincipalId::Role(id) => match snapshot.get_role_by_id(id).await? {
                Some(role) => (None, role.session_epoch),
                None => return Ok(None),
            },
        };
        let mut collected = Collected::default();
        for (policy, version) in snapshot.list_attached_documents(id).await? {
            collected.custom(id, self.document(&policy, &version), policy.name);
        }
        collected.system(snapshot.list_attachments(id).await?);
        let mut groups = Vec::new();
        if let PrincipalId::User(id) = id {
            for (group, _) in snapshot.list_groups_of_user(id).await? {
                let known = self.cache().group(self.state, group.id);
                let rights = known
                    .unwrap_or_else(|| Arc::new(GroupRights::new(group.id, self.state.revision)));
                groups.push(rights);
            }
            if !groups.is_empty() {
                for (group, policy, version) in snapshot.list_group_documents(id).await? {
                    let document = self.document(&policy, &version);
                    collected.custom(PrincipalId::Group(group), document, policy.name);
                }
                collected.system(snapshot.list_group_attachments(id).await?);
            }
        }
        let policies = PolicySet::new(collected.compiled);
        let bytes = ENTRY_COST.saturating_add(policies.index_bytes());
        let view = Arc::new(PrincipalView {
            user_name,
            session_epoch,
            policies,
            sources: collected.sources.into(),
            documents: collected.documents.into(),
            groups: groups.into(),
        });
        for cache in self.caches() {
            cache.keep_principal(self.state, id, &view, bytes);
        }
        Ok(Some(view))
    }

    /// The compiled document, shared with the principals that have it already.
    fn document(&self, policy: &Policy, version: &PolicyVersion) -> Arc<Document> {
        let home = self.cache();
        let (name, text) = (&policy.name, &version.document);
        if let Some(known) = home.document(self.state, name, version.version) {
            return known;
        }
        let compiled = Arc::new(read_stored(DocumentKind::Identity, text, name));
        let charge = Charge::new(&home.meter, text.len() * COMPILED_FACTOR);
        let since = self.state.revision;
        let name = name.clone();
        Arc::new(Document::new(
            compiled,
            name,
            version.version,
            since,
            charge,
        ))
    }

    /// Reads a role from a snapshot of this state, and keeps it.
    ///
    /// # Errors
    /// As [`Self::load_principal`]; `Ok(None)` where there is no such role.
    pub async fn load_role(
        &self,
        snapshot: &mut dyn Snapshot,
        name: &RoleName,
    ) -> StoreResult<Option<Arc<RoleView>>> {
        self.expect_same(snapshot)?;
        let Some(mut role) = snapshot.get_role(name).await? else {
            for cache in self.caches() {
                cache.keep_absent(self.state, name);
            }
            return Ok(None);
        };
        let text = std::mem::take(&mut role.trust_policy);
        let trust = TrustPolicy::from_stored(&text);
        if trust.is_unreadable() {
            tracing::error!(role.name = %role.name, account.id = %self.account,
                "a stored trust policy cannot be read: it trusts nobody");
        }
        let bytes = ENTRY_COST + text.len() * COMPILED_FACTOR;
        let view = Arc::new(RoleView { role, trust });
        for cache in self.caches() {
            cache.keep_role(self.state, &view, bytes);
        }
        Ok(Some(view))
    }
}

/// The policies of a principal, as they are read.
#[derive(Default)]
struct Collected {
    compiled: Vec<Arc<CompiledPolicy>>,
    sources: Vec<Source>,
    documents: Vec<Arc<Document>>,
}

impl Collected {
    fn custom(&mut self, attached_to: PrincipalId, document: Arc<Document>, name: PolicyName) {
        self.compiled.push(Arc::clone(&document.compiled));
        self.sources.push(Source {
            policy: PolicyRef {
                policy_type: PolicyType::Custom,
                name,
            },
            version: document.version,
            attached_to,
        });
        self.documents.push(document);
    }

    /// Of the attachments those of system policies.
    fn system(&mut self, attachments: Vec<Attachment>) {
        for attachment in attachments {
            if attachment.policy.policy_type == PolicyType::System {
                let (document, version) = system_document(&attachment.policy.name);
                self.compiled.push(document);
                self.sources.push(Source {
                    policy: attachment.policy,
                    version,
                    attached_to: attachment.principal,
                });
            }
        }
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
