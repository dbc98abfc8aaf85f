//! The steps of a plan: what each writes, and what is said of it.

use std::fmt;

use super::model::{
    SeedAccount, SeedKey, SeedOidcProvider, SeedPolicy, SeedRole, SeedSamlProvider, SeedUser,
};
use super::report::{Action, Line, Outcome};
use crate::model::policy::{Policy, PolicyRef, VersionId};
use crate::model::principal::{Role, User};
use crate::model::provider::{OidcProvider, SamlProvider};
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, ProviderName, RoleName, UserName};

/// Whom keys and attachments belong to, by name: the id may not exist before the step is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    Root,
    User(UserName),
    Role(RoleName),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("the root identity"),
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
        }
    }
}

/// An entity whose last written state is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entity {
    User(UserName),
    Role(RoleName),
    Policy(PolicyName),
    OidcProvider(ProviderName),
    SamlProvider(ProviderName),
}

impl Entity {
    /// The key under which its fingerprint is remembered.
    pub(super) fn key(&self) -> String {
        match self {
            Self::User(name) => format!("user/{}", name.key()),
            Self::Role(name) => format!("role/{}", name.key()),
            Self::Policy(name) => format!("policy/{}", name.key()),
            Self::OidcProvider(name) => format!("oidc-provider/{}", name.key()),
            Self::SamlProvider(name) => format!("saml-provider/{}", name.key()),
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::Policy(name) => write!(f, "policy {name}"),
            Self::OidcProvider(name) => write!(f, "OIDC provider {name}"),
            Self::SamlProvider(name) => write!(f, "SAML provider {name}"),
        }
    }
}

/// A policy's new version, and the one that makes room for it.
#[derive(Debug)]
pub(super) struct NewVersion<'a> {
    pub(super) document: &'a str,
    pub(super) dropped: Option<VersionId>,
}

/// What a step writes.
#[derive(Debug)]
pub(super) enum Change<'a> {
    CreateAccount(&'a SeedAccount),
    CreateUser(&'a SeedUser),
    UpdateUser(Box<User>),
    DeleteUser(UserName),
    CreateRole(&'a SeedRole),
    UpdateRole(Box<Role>),
    DeleteRole(RoleName),
    CreatePolicy(&'a SeedPolicy),
    UpdatePolicy(Box<Policy>, Option<NewVersion<'a>>),
    DeletePolicy(PolicyName),
    CreateOidcProvider(&'a SeedOidcProvider),
    UpdateOidcProvider(Box<OidcProvider>),
    DeleteOidcProvider(ProviderName),
    CreateSamlProvider(&'a SeedSamlProvider),
    UpdateSamlProvider(Box<SamlProvider>),
    DeleteSamlProvider(ProviderName),
    CreateKey(Holder, &'a SeedKey),
    ActivateKey(Holder, AccessKeyId),
    ReplaceSecret(Holder, &'a SeedKey),
    DeleteKey(Holder, AccessKeyId),
    Attach(Holder, PolicyRef),
    Detach(Holder, PolicyRef),
    Adopt(Entity),
}

/// A step of a plan.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) line: Line,
    /// `None` where nothing is written.
    pub(super) change: Option<Change<'a>>,
    /// The fingerprint to remember of an entity that is written; to forget where it is `None`.
    pub(super) remember: Option<(Entity, Option<String>)>,
}

impl<'a> Step<'a> {
    pub(super) fn change(account: AccountId, change: Change<'a>) -> Self {
        let (action, subject) = change.words();
        let line = Line {
            account,
            outcome: Outcome::Planned,
            action,
            subject,
            detail: String::new(),
        };
        Self {
            line,
            change: Some(change),
            remember: None,
        }
    }

    /// A step that is not done.
    pub(super) fn left(
        account: AccountId,
        outcome: Outcome,
        action: Action,
        subject: String,
        reason: impl Into<String>,
    ) -> Self {
        let line = Line {
            account,
            outcome,
            action,
            subject,
            detail: reason.into(),
        };
        Self {
            line,
            change: None,
            remember: None,
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.line.detail = detail.into();
        self
    }

    pub(super) fn remember(mut self, entity: Entity, fingerprint: Option<String>) -> Self {
        self.remember = Some((entity, fingerprint));
        self
    }
}

/// How a policy is written in a seed.
pub(super) fn policy_name(policy: &PolicyRef) -> String {
    format!("{}/{}", policy.policy_type, policy.name)
}

impl Change<'_> {
    fn words(&self) -> (Action, String) {
        let key = |id: &AccessKeyId, of: &Holder| format!("access key {id} of {of}");
        match self {
            Self::CreateAccount(account) => (Action::Create, format!("account {}", account.id)),
            Self::CreateUser(user) => (Action::Create, format!("user {}", user.name)),
            Self::UpdateUser(user) => (Action::Update, format!("user {}", user.name)),
            Self::DeleteUser(name) => (Action::Delete, format!("user {name}")),
            Self::CreateRole(role) => (Action::Create, format!("role {}", role.name)),
            Self::UpdateRole(role) => (Action::Update, format!("role {}", role.name)),
            Self::DeleteRole(name) => (Action::Delete, format!("role {name}")),
            Self::CreatePolicy(policy) => (Action::Create, format!("policy {}", policy.name)),
            Self::UpdatePolicy(policy, _) => (Action::Update, format!("policy {}", policy.name)),
            Self::DeletePolicy(name) => (Action::Delete, format!("policy {name}")),
            Self::CreateOidcProvider(seed) => {
                (Action::Create, format!("OIDC provider {}", seed.name))
            }
            Self::UpdateOidcProvider(provider) => {
                (Action::Update, format!("OIDC provider {}", provider.name))
            }
            Self::DeleteOidcProvider(name) => (Action::Delete, format!("OIDC provider {name}")),
            Self::CreateSamlProvider(seed) => {
                (Action::Create, format!("SAML provider {}", seed.name))
            }
            Self::UpdateSamlProvider(provider) => {
                (Action::Update, format!("SAML provider {}", provider.name))
            }
            Self::DeleteSamlProvider(name) => (Action::Delete, format!("SAML provider {name}")),
            Self::CreateKey(of, seed) => (Action::Create, key(&seed.id, of)),
            Self::ActivateKey(of, id) => (Action::Activate, key(id, of)),
            Self::ReplaceSecret(of, seed) => (Action::ReplaceSecret, key(&seed.id, of)),
            Self::DeleteKey(of, id) => (Action::Delete, key(id, of)),
            Self::Attach(to, policy) => {
                (Action::Attach, format!("{} to {to}", policy_name(policy)))
            }
            Self::Detach(from, policy) => (
                Action::Detach,
                format!("{} from {from}", policy_name(policy)),
            ),
            Self::Adopt(entity) => (Action::Adopt, entity.to_string()),
        }
    }
}
