//! Reads what an account holds, from a snapshot or within a transaction.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::model::SeedAccount;
use super::state::{
    AccountState, Counts, KeyState, Keys, PolicyState, RoleState, UserState, WRITTEN,
};
use crate::credential::secret::SecretText;
use crate::iam::Iam;
use crate::model::key::{AccessKey, KeyOwner};
use crate::model::policy::{Policy, PolicyRef};
use crate::model::principal::{PrincipalId, Role, User};
use crate::policy::ids::AccessKeyId;
use crate::store::{Page, Removed, Snapshot, StoreError};

/// How many entries are read at once.
const PAGE: u32 = 200;

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
        loader.oidc_providers(seed, options).await?;
        loader.saml_providers(seed, options).await?;
        loader.gone(seed).await?;
        Ok(loader.state)
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
        self.state.quotas = Some(self.iam.quotas_of(&mut *self.snapshot).await?);
        self.state.counts = Counts {
            users: self.snapshot.count_users().await?,
            roles: self.snapshot.count_roles().await?,
            policies: self.snapshot.count_policies().await?,
            oidc_providers: self.snapshot.count_oidc_providers().await?,
            saml_providers: self.snapshot.count_saml_providers().await?,
        };
        if let Some(text) = self.snapshot.get_setting(WRITTEN).await? {
            // What cannot be read is as if it had never been written: the file is compared afresh.
            self.state.written = serde_json::from_str(&text).unwrap_or_default();
        }
        self.state.root_keys = self.keys(KeyOwner::Root).await?;
        Ok(())
    }

    async fn keys(&mut self, owner: KeyOwner) -> Result<Keys, StoreError> {
        let keys = self.snapshot.list_keys(&owner).await?;
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
        if !options.prune {
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let policies = self.snapshot.list_policies(page, &[]).await?;
            let Some(last) = policies.last() else {
                return Ok(());
            };
            after = Some(last.name.key().to_owned());
            for policy in policies {
                if !self.state.policies.contains_key(&policy.name) {
                    self.policy(policy).await?;
                }
            }
        }
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
        if !options.prune {
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let users = self.snapshot.list_users(page, &[]).await?;
            let Some(last) = users.last() else {
                return Ok(());
            };
            after = Some(last.name.key().to_owned());
            for user in users {
                if !self.state.users.contains_key(&user.name) {
                    self.user(user).await?;
                }
            }
        }
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
        if !options.prune {
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let roles = self.snapshot.list_roles(page, &[]).await?;
            let Some(last) = roles.last() else {
                return Ok(());
            };
            after = Some(last.name.key().to_owned());
            for role in roles {
                if !self.state.roles.contains_key(&role.name) {
                    self.role(role).await?;
                }
            }
        }
    }

    async fn role(&mut self, role: Role) -> Result<(), StoreError> {
        let attached = self.attached(PrincipalId::Role(role.id)).await?;
        let state = RoleState { role, attached };
        self.state.roles.insert(state.role.name.clone(), state);
        Ok(())
    }

    async fn oidc_providers(
        &mut self,
        seed: &SeedAccount,
        options: Options,
    ) -> Result<(), StoreError> {
        let mut found = Vec::new();
        for wanted in &seed.oidc_providers {
            found.extend(self.snapshot.get_oidc_provider(&wanted.name).await?);
        }
        let mut after: Option<String> = None;
        let mut goes_on = options.prune;
        while goes_on {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let providers = self.snapshot.list_oidc_providers(page).await?;
            after = providers.last().map(|last| last.name.key().to_owned());
            goes_on = after.is_some();
            found.extend(providers);
        }
        for provider in found {
            let name = provider.name.clone();
            self.state.oidc_providers.insert(name, provider);
        }
        Ok(())
    }

    async fn saml_providers(
        &mut self,
        seed: &SeedAccount,
        options: Options,
    ) -> Result<(), StoreError> {
        let mut found = Vec::new();
        for wanted in &seed.saml_providers {
            found.extend(self.snapshot.get_saml_provider(&wanted.name).await?);
        }
        let mut after: Option<String> = None;
        let mut goes_on = options.prune;
        while goes_on {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let providers = self.snapshot.list_saml_providers(page).await?;
            after = providers.last().map(|last| last.name.key().to_owned());
            goes_on = after.is_some();
            found.extend(providers);
        }
        for provider in found {
            let name = provider.name.clone();
            self.state.saml_providers.insert(name, provider);
        }
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
            oidc_providers,
            saml_providers,
            removed,
            ..
        } = state;
        for provider in &seed.oidc_providers {
            let name = &provider.name;
            if !oidc_providers.contains_key(name)
                && snapshot.was_removed(Removed::OidcProvider(name)).await?
            {
                removed.oidc_providers.insert(name.clone());
            }
        }
        for provider in &seed.saml_providers {
            let name = &provider.name;
            if !saml_providers.contains_key(name)
                && snapshot.was_removed(Removed::SamlProvider(name)).await?
            {
                removed.saml_providers.insert(name.clone());
            }
        }
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
