//! What an account holds now, as far as a seed needs to know it.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{SeedAccount, SeedKey};
use crate::iam::Iam;
use crate::model::account::Account;
use crate::model::key::AccessKeyStatus;
use crate::model::policy::{Policy, PolicyRef, PolicyType, VersionId};
use crate::model::principal::{PrincipalId, Role, User};
use crate::model::provider::{OidcProvider, SamlProvider};
use crate::model::quotas::Quotas;
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, ProviderName, RoleName, UserName};
use crate::store::StoreError;

/// The setting that holds, for each entity a seed wrote, the fingerprint of what it wrote.
pub(super) const WRITTEN: &str = "seed.written";

/// How many keys are looked up at once.
const KEYS: usize = 200;

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
    /// Its quotas, where there is such an account.
    pub(super) quotas: Option<Quotas>,
    /// `None` where there is no such account yet.
    pub(super) account: Option<Account>,
    pub(super) root_keys: Keys,
    pub(super) users: BTreeMap<UserName, UserState>,
    pub(super) roles: BTreeMap<RoleName, RoleState>,
    pub(super) policies: BTreeMap<PolicyName, PolicyState>,
    pub(super) oidc_providers: BTreeMap<ProviderName, OidcProvider>,
    pub(super) saml_providers: BTreeMap<ProviderName, SamlProvider>,
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
    pub(super) oidc_providers: u32,
    pub(super) saml_providers: u32,
}

#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) users: BTreeSet<UserName>,
    pub(super) roles: BTreeSet<RoleName>,
    pub(super) policies: BTreeSet<PolicyName>,
    pub(super) oidc_providers: BTreeSet<ProviderName>,
    pub(super) saml_providers: BTreeSet<ProviderName>,
    pub(super) keys: BTreeSet<AccessKeyId>,
    pub(super) attachments: BTreeSet<(PrincipalId, PolicyRef)>,
}

impl AccountState {
    /// The quotas that hold for it: the server's, where it is still to be made.
    pub(super) fn quotas<'a>(&'a self, iam: &'a Iam) -> &'a Quotas {
        self.quotas.as_ref().unwrap_or(&iam.quotas)
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
