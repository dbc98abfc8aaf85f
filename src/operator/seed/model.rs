//! A seed that has been checked: what an operator wants to be there.
//!
//! A field that is `None` is one that the file does not speak of. It is left as it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::credential::secret::SecretText;
use crate::model::key::Service;
use crate::model::policy::PolicyRef;
use crate::model::provider::AuthnSignAlgo;
use crate::policy::ids::{AccessKeyId, AccountId, PolicyName, ProviderName, RoleName, UserName};

/// A checked seed.
#[derive(Debug)]
pub struct Seed {
    /// The accounts, each named once.
    pub accounts: Vec<SeedAccount>,
    /// The keys of services.
    pub service_keys: Vec<SeedServiceKey>,
}

/// A key of a service, with a fixed id and secret.
#[derive(Debug)]
pub struct SeedServiceKey {
    /// The key.
    pub key: SeedKey,
    /// Whose it is, and within which bounds.
    pub service: Service,
}

/// An account and what it should hold.
#[derive(Debug)]
pub struct SeedAccount {
    /// Its id.
    pub id: AccountId,
    /// What the operator calls it.
    pub name: Option<String>,
    /// Its alias.
    pub alias: Option<String>,
    /// Keys of the account itself.
    pub root_keys: Vec<SeedKey>,
    /// Custom policies.
    pub policies: Vec<SeedPolicy>,
    /// Users.
    pub users: Vec<SeedUser>,
    /// Roles.
    pub roles: Vec<SeedRole>,
    /// OIDC providers.
    pub oidc_providers: Vec<SeedOidcProvider>,
    /// SAML providers.
    pub saml_providers: Vec<SeedSamlProvider>,
}

/// An access key with a fixed id and secret.
#[derive(Debug)]
pub struct SeedKey {
    /// Its id.
    pub id: AccessKeyId,
    /// Its secret.
    pub secret: SecretText,
}

/// A custom policy.
#[derive(Debug)]
pub struct SeedPolicy {
    /// Its name.
    pub name: PolicyName,
    /// Up to 1024 characters.
    pub description: Option<String>,
    /// The document as it will be stored.
    pub document: String,
}

/// A RAM user.
#[derive(Debug)]
pub struct SeedUser {
    /// Its name.
    pub name: UserName,
    /// 1 to 128 characters.
    pub display_name: Option<String>,
    /// Up to 128 characters.
    pub comments: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// `<country>-<number>`.
    pub mobile_phone: Option<String>,
    /// Its keys.
    pub keys: Vec<SeedKey>,
    /// What is attached to it.
    pub policies: Vec<PolicyRef>,
}

/// A role.
#[derive(Debug)]
pub struct SeedRole {
    /// Its name.
    pub name: RoleName,
    /// Up to 1024 characters.
    pub description: Option<String>,
    /// The trust policy as it will be stored.
    pub trust_policy: String,
    /// 3600 to 43200 seconds.
    pub max_session_duration: Option<i64>,
    /// What is attached to it.
    pub policies: Vec<PolicyRef>,
}

/// An OIDC provider.
#[derive(Debug)]
pub struct SeedOidcProvider {
    /// Its name.
    pub name: ProviderName,
    /// What its tokens say in `iss`.
    pub issuer_url: String,
    /// Up to 256 characters.
    pub description: Option<String>,
    /// Which audiences its tokens may be for.
    pub client_ids: Option<Vec<String>>,
    /// Of certificates that its host's must come from.
    pub fingerprints: Option<Vec<String>>,
    /// How old a token may be, in hours.
    pub issuance_limit_hours: Option<i64>,
    /// Its keys, a JSON Web Key Set, where they are given.
    pub key_set: Option<String>,
}

/// A SAML provider.
#[derive(Debug)]
pub struct SeedSamlProvider {
    /// Its name.
    pub name: ProviderName,
    /// Its metadata, in Base64.
    pub metadata: String,
    /// Up to 256 characters.
    pub description: Option<String>,
    /// What sign-on requests to it are signed with.
    pub authn_sign_algo: Option<AuthnSignAlgo>,
}

/// Where a secret stands that is not in the seed file itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretReference {
    /// A file; a relative path starts from the seed file's directory.
    File(String),
    /// An environment variable of the command that reads the seed.
    Environment(String),
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file `{path}`"),
            Self::Environment(name) => write!(f, "environment variable `{name}`"),
        }
    }
}
