//! What an account holds now, as far as a seed needs to know it.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::model::{SeedAccount, SeedKey};
use crate::credential::secret::SecretText;
use crate::iam::Iam;
use crate::model::account::Account;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::model::policy::{Policy, PolicyRef, PolicyType, VersionId};
use crate::model::principal::{PrincipalId, Role, User};
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, RoleName, UserName};
use crate::store::{Page, Removed, Snapshot, StoreError};

/// The setting that holds, for each entity a seed wrote, the fingerprint of what it wrote.
const WRITTEN: &str = "seed.written";

/// How many keys are looked up at once.
const KEYS: usize = 200;

/// How many entries are read at once.
const PAGE: u32 = 200;

/// Of [`WRITTEN`]: from `kind/folded name` to a fingerprint.
pub(super) type Written = BTreeMap<String, String>;

/// What must be asked before a snapshot or transaction is open, because it crosses accounts.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The seed's key ids that somebody has.
    pub(super) keys: BTreeSet<AccessKeyId>,
    /// Which account has the seed's alias.
    pub(super) alias: Option<AccountId>,
}

impl Outside {
    pub(super) async fn load(iam: &Iam, seed: &SeedAccount) -> Result<Self, StoreError> {
        let mut outside = Self::default();
        if let Some(alias) = &seed.alias {
            outside.alias = iam
                .store
                .find_account(alias)
                .await?
                .map(|account| account.id);
        }
        let ids: Vec<AccessKeyId> = seed.every_key().map(|key| key.id.clone()).collect();
        for ids in ids.chunks(KEYS) {
            let found = iam.store.find_keys(ids).await?.into_iter().flatten();
            outside.keys.extend(found.map(|key| key.id));
        }
        Ok(outside)
    }
}

/// A key that is there.
#[derive(Debug)]
pub(super) struct KeyState {
    pub(super) status: AccessKeyStatus,
    /// Whether its secret is the seed's. `None` where the seed does not name it.
    pub(super) as_seeded: Option<bool>,
}

pub(super) type Keys = BTreeMap<AccessKeyId, KeyState>;

#[derive(Debug)]
pub(super) struct UserState {
    pub(super) user: User,
    pub(super) keys: Keys,
    pub(super) attached: BTreeSet<PolicyRef>,
}

#[derive(Debug)]
pub(super) struct RoleState {
    pub(super) role: Role,
    pub(super) attached: BTreeSet<PolicyRef>,
}

#[derive(Debug)]
pub(super) struct PolicyState {
    pub(super) policy: Policy,
    /// Oldest first.
    pub(super) versions: Vec<VersionId>,
    /// Of the default version.
    pub(super) document: String,
}

/// What an account holds: all that the seed names, and all there is where it is to be pruned.
#[derive(Debug, Default)]
pub(super) struct AccountState {
    /// `None` where there is no such account yet.
    pub(super) account: Option<Account>,
    pub(super) root_keys: Keys,
    pub(super) users: BTreeMap<UserName, UserState>,
    pub(super) roles: BTreeMap<RoleName, RoleState>,
    pub(super) policies: BTreeMap<PolicyName, PolicyState>,
    /// How many users, roles and policies there are, seen here or not.
    pub(super) counts: Counts,
    /// What the seed names, is not there, and once was.
    pub(super) removed: Gone,
    pub(super) written: Written,
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) users: u32,
    pub(super) roles: u32,
    pub(super) policies: u32,
}

#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) users: BTreeSet<UserName>,
    pub(super) roles: BTreeSet<RoleName>,
    pub(super) policies: BTreeSet<PolicyName>,
    pub(super) keys: BTreeSet<AccessKeyId>,
    pub(super) attachments: BTreeSet<(PrincipalId, PolicyRef)>,
}

impl AccountState {
    pub(super) async fn load(
        iam: &Iam,
        snapshot: &mut dyn Snapshot,
        seed: &SeedAccount,
        options: Options,
    ) -> Result<Self, StoreError> {
        let mut loader = Loader {
            iam,
            snapshot,
            secrets: seed.every_key().map(|key| (&key.id, &key.secret)).collect(),
            state: Self::default(),
        };
        loader.account().await?;
        loader.policies(seed, options).await?;
        loader.users(seed, options).await?;
        loader.roles(seed, options).await?;
        loader.gone(seed).await?;
        Ok(loader.state)
    }

    pub(super) fn encode_written(written: &Written) -> (&'static str, String) {
        let text = serde_json::to_string(written).unwrap_or_default();
        (WRITTEN, text)
    }
}

impl SeedAccount {
    /// The keys of the account itself and of its users.
    pub(super) fn every_key(&self) -> impl Iterator<Item = &SeedKey> {
        let users = self.users.iter().flat_map(|user| &user.keys);
        self.root_keys.iter().chain(users)
    }

    /// The custom policies that the seed defines or attaches.
    pub(super) fn every_custom_policy(&self) -> BTreeSet<&PolicyName> {
        let attached = self.users.iter().flat_map(|user| &user.policies);
        let attached = attached.chain(self.roles.iter().flat_map(|role| &role.policies));
        let custom = attached.filter(|policy| policy.policy_type == PolicyType::Custom);
        let named = self.policies.iter().map(|policy| &policy.name);
        named.chain(custom.map(|policy| &policy.name)).collect()
    }
}

struct Loader<'a> {
    iam: &'a Iam,
    snapshot: &'a mut dyn Snapshot,
    secrets: BTreeMap<&'a AccessKeyId, &'a SecretText>,
    state: AccountState,
}

impl Loader<'_> {
    async fn account(&mut self) -> Result<(), StoreError> {
        self.state.account = Some(self.snapshot.account().clone());
        self.state.counts = Counts {
            users: self.snapshot.count_users().await?,
            roles: self.snapshot.count_roles().await?,
            policies: self.snapshot.count_policies().await?,
        };
        if let Some(text) = self.snapshot.get_setting(WRITTEN).await? {
            // What cannot be read is as if it had never been written: the file is compared afresh.
            self.state.written = serde_json::from_str(&text).unwrap_or_default();
        }
        self.state.root_keys = self.keys(KeyOwner::Root).await?;
        Ok(())
    }

    async fn keys(&mut self, owner: KeyOwner) -> Result<Keys, StoreError> {
        let keys = self.snapshot.list_keys(owner).await?;
        Ok(keys.into_iter().map(|key| self.key(key)).collect())
    }

    fn key(&self, key: AccessKey) -> (AccessKeyId, KeyState) {
        let as_seeded = self.secrets.get(&key.id).map(|wanted| {
            // A secret that does not open is not the seed's.
            let opened = self.iam.secrets.open_access_key(&key);
            opened.is_ok_and(|secret| secret.ct_eq(wanted.expose().as_bytes()))
        });
        let state = KeyState {
            status: key.status,
            as_seeded,
        };
        (key.id, state)
    }

    async fn attached(&mut self, to: PrincipalId) -> Result<BTreeSet<PolicyRef>, StoreError> {
        let attachments = self.snapshot.list_attachments(to).await?;
        Ok(attachments
            .into_iter()
            .map(|attachment| attachment.policy)
            .collect())
    }

    async fn policies(&mut self, seed: &SeedAccount, options: Options) -> Result<(), StoreError> {
        for name in seed.every_custom_policy() {
            if let Some(policy) = self.snapshot.get_policy(name).await? {
                self.policy(policy).await?;
            }
        }
        let mut after: Option<String> = None;
        while options.prune {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let policies = self.snapshot.list_policies(page, &[]).await?;
            let Some(last) = policies.last() else { break };
            after = Some(last.name.key().to_owned());
            for policy in policies {
                if !self.state.policies.contains_key(&policy.name) {
                    self.policy(policy).await?;
                }
            }
        }
        Ok(())
    }

    async fn policy(&mut self, policy: Policy) -> Result<(), StoreError> {
        let versions = self.snapshot.list_policy_versions(&policy.name).await?;
        let default = versions
            .iter()
            .find(|version| version.version == policy.default_version);
        let state = PolicyState {
            document: default
                .map(|version| version.document.clone())
                .unwrap_or_default(),
            versions: versions.iter().map(|version| version.version).collect(),
            policy,
        };
        self.state.policies.insert(state.policy.name.clone(), state);
        Ok(())
    }

    async fn users(&mut self, seed: &SeedAccount, options: Options) -> Result<(), StoreError> {
        for wanted in &seed.users {
            if let Some(user) = self.snapshot.get_user(&wanted.name).await? {
                self.user(user).await?;
            }
        }
        let mut after: Option<String> = None;
        while options.prune {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let users = self.snapshot.list_users(page).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.name.key().to_owned());
            for user in users {
                if !self.state.users.contains_key(&user.name) {
                    self.user(user).await?;
                }
            }
        }
        Ok(())
    }

    async fn user(&mut self, user: User) -> Result<(), StoreError> {
        let keys = self.keys(KeyOwner::User(user.id)).await?;
        let attached = self.attached(PrincipalId::User(user.id)).await?;
        let state = UserState {
            user,
            keys,
            attached,
        };
        self.state.users.insert(state.user.name.clone(), state);
        Ok(())
    }

    async fn roles(&mut self, seed: &SeedAccount, options: Options) -> Result<(), StoreError> {
        for wanted in &seed.roles {
            if let Some(role) = self.snapshot.get_role(&wanted.name).await? {
                self.role(role).await?;
            }
        }
        let mut after: Option<String> = None;
        while options.prune {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let roles = self.snapshot.list_roles(page, &[]).await?;
            let Some(last) = roles.last() else { break };
            after = Some(last.name.key().to_owned());
            for role in roles {
                if !self.state.roles.contains_key(&role.name) {
                    self.role(role).await?;
                }
            }
        }
        Ok(())
    }

    async fn role(&mut self, role: Role) -> Result<(), StoreError> {
        let attached = self.attached(PrincipalId::Role(role.id)).await?;
        let state = RoleState { role, attached };
        self.state.roles.insert(state.role.name.clone(), state);
        Ok(())
    }

    async fn gone(&mut self, seed: &SeedAccount) -> Result<(), StoreError> {
        let Self {
            snapshot, state, ..
        } = self;
        let AccountState {
            users,
            roles,
            policies,
            root_keys,
            removed,
            ..
        } = state;
        for policy in &seed.policies {
            let name = &policy.name;
            if !policies.contains_key(name) && snapshot.was_removed(Removed::Policy(name)).await? {
                removed.policies.insert(name.clone());
            }
        }
        for key in seed.every_key() {
            let there = root_keys.contains_key(&key.id)
                || users.values().any(|user| user.keys.contains_key(&key.id));
            if !there && snapshot.was_removed(Removed::Key(&key.id)).await? {
                removed.keys.insert(key.id.clone());
            }
        }
        let mut missing = Vec::new();
        for user in &seed.users {
            let Some(state) = users.get(&user.name) else {
                if snapshot.was_removed(Removed::User(&user.name)).await? {
                    removed.users.insert(user.name.clone());
                }
                continue;
            };
            let beyond = user
                .policies
                .iter()
                .filter(|policy| !state.attached.contains(policy));
            missing.extend(beyond.map(|policy| (PrincipalId::User(state.user.id), policy)));
        }
        for role in &seed.roles {
            let Some(state) = roles.get(&role.name) else {
                if snapshot.was_removed(Removed::Role(&role.name)).await? {
                    removed.roles.insert(role.name.clone());
                }
                continue;
            };
            let beyond = role
                .policies
                .iter()
                .filter(|policy| !state.attached.contains(policy));
            missing.extend(beyond.map(|policy| (PrincipalId::Role(state.role.id), policy)));
        }
        for (to, policy) in missing {
            if snapshot
                .was_removed(Removed::Attachment(to, policy))
                .await?
            {
                removed.attachments.insert((to, policy.clone()));
            }
        }
        Ok(())
    }
}
