//! From the file to a checked seed. Every fault is collected, so that one run shows them all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::document;
use super::fields;
use super::file::{
    self, FileAccount, FileKey, FilePolicy, FileRole, FileServiceKey, FileUser, SeedFault,
};
use super::model::{
    SecretReference, Seed, SeedAccount, SeedKey, SeedPolicy, SeedRole, SeedServiceKey, SeedUser,
};
use crate::credential::secret::SecretText;
use crate::iam::fixed_secret;
use crate::model::catalog;
use crate::model::key::Service;
use crate::model::network;
use crate::model::policy::{PolicyRef, PolicyType};
use crate::ops::params::ParamValue;
use crate::ops::values::{
    Comments, Description, DisplayName, Email, MaxSessionDuration, MobilePhone,
};
use crate::policy::document::DocumentKind;
use crate::policy::ids::{AccessKeyId, AccountId, NewRoleName, PolicyName, UserName};
use crate::policy::service_name::ServiceName;

/// How many faults are reported at most.
const MAX_FAULTS: usize = 64;

/// The secrets that stand outside the seed, read by whoever runs the command.
pub type ResolvedSecrets = BTreeMap<SecretReference, SecretText>;

/// Which secrets a seed refers to.
///
/// # Errors
/// Where the text is not a seed at all.
pub fn references(text: &str) -> Result<BTreeSet<SecretReference>, Vec<SeedFault>> {
    let file = file::read(text).map_err(|fault| vec![fault])?;
    let mut found = BTreeSet::new();
    for mut key in file.service_keys {
        let key = key.key();
        found.extend(key.secret_file.map(SecretReference::File));
        found.extend(key.secret_env.map(SecretReference::Environment));
    }
    for account in file.accounts {
        let root = account.root.into_iter().flat_map(|root| root.access_keys);
        let users = account.users.into_iter().flat_map(|user| user.access_keys);
        for key in root.chain(users) {
            found.extend(key.secret_file.map(SecretReference::File));
            found.extend(key.secret_env.map(SecretReference::Environment));
        }
    }
    Ok(found)
}

/// Reads and checks a seed.
///
/// # Errors
/// What is wrong with it, in the order of the text.
pub fn read(text: &str, secrets: &ResolvedSecrets) -> Result<Seed, Vec<SeedFault>> {
    let file = file::read(text).map_err(|fault| vec![fault])?;
    let mut check = Check {
        secrets,
        faults: Vec::new(),
        keys: BTreeSet::new(),
        aliases: BTreeSet::new(),
    };
    let mut seen = BTreeSet::new();
    let mut accounts = Vec::new();
    for account in file.accounts {
        let place = account.id.referenced;
        if let Some(account) = check.account(account) {
            check.once(&mut seen, account.id, place, "the account");
            accounts.push(account);
        }
    }
    let service_keys = file.service_keys.into_iter();
    let service_keys = service_keys
        .filter_map(|key| check.service_key(key))
        .collect();
    let mut faults = check.faults;
    if faults.is_empty() {
        return Ok(Seed {
            accounts,
            service_keys,
        });
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.truncate(MAX_FAULTS);
    Err(faults)
}

pub(super) struct Check<'a> {
    secrets: &'a ResolvedSecrets,
    faults: Vec<SeedFault>,
    keys: BTreeSet<AccessKeyId>,
    aliases: BTreeSet<String>,
}

impl Check<'_> {
    pub(super) fn fault(&mut self, place: Location, message: impl Into<String>) {
        self.faults.push(SeedFault::at(place, message));
    }

    pub(super) fn once<T: Ord>(
        &mut self,
        seen: &mut BTreeSet<T>,
        value: T,
        place: Location,
        what: &str,
    ) {
        if !seen.insert(value) {
            self.fault(place, format!("{what} stands in the file twice"));
        }
    }

    fn parse<T>(&mut self, text: &Spanned<String>, what: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(text.referenced, format!("{what} {error}"));
                None
            }
        }
    }

    /// A text that obeys a rule of ours.
    fn text(
        &mut self,
        text: Option<Spanned<String>>,
        rule: fn(&str) -> Result<(), &'static str>,
    ) -> Option<String> {
        let text = text?;
        if let Err(reason) = rule(&text.value) {
            self.fault(text.referenced, reason);
        }
        Some(text.value)
    }

    /// A text that obeys the rule of the API's parameter of type `T`. The empty text is allowed: it
    /// is how a text is taken away.
    pub(super) fn value<T: ParamValue>(
        &mut self,
        text: Option<Spanned<String>>,
        what: &str,
    ) -> Option<String> {
        let text = text?;
        if text.value.contains('\0') {
            // The pipeline refuses it for every parameter.
            self.fault(text.referenced, format!("{what} holds a NUL character"));
        } else if !text.value.is_empty()
            && let Err(problem) = T::parse(&text.value)
        {
            self.fault(text.referenced, format!("{what} {problem}"));
        }
        Some(text.value)
    }

    fn account(&mut self, account: FileAccount) -> Option<SeedAccount> {
        let place = account.id.referenced;
        let id: Option<AccountId> = self.parse(&account.id, "the account's id (16 digits)");
        if id == Some(AccountId::SYSTEM) {
            self.fault(place, "this account is the server's own");
        }
        let alias = self.text(account.alias, fields::alias);
        if alias
            .as_ref()
            .is_some_and(|alias| !self.aliases.insert(alias.clone()))
        {
            self.fault(place, "another account of the file has the same alias");
        }
        let name = self.text(account.name, fields::account_name);
        let root_keys = account
            .root
            .map_or_else(Vec::new, |root| self.keys(root.access_keys));
        let policies = self.policies(account.policies);
        let users = self.users(account.users);
        let roles = self.roles(account.roles);
        let oidc_providers = self.oidc_providers(account.oidc_providers);
        let saml_providers = self.saml_providers(account.saml_providers);
        Some(SeedAccount {
            id: id?,
            name,
            alias,
            root_keys,
            policies,
            users,
            roles,
            oidc_providers,
            saml_providers,
        })
    }

    fn policies(&mut self, policies: Vec<FilePolicy>) -> Vec<SeedPolicy> {
        let mut seen = BTreeSet::new();
        let mut checked = Vec::new();
        for policy in policies {
            let place = policy.name.referenced;
            let name: Option<PolicyName> = self.parse(&policy.name, "the policy's name");
            let description = self.value::<Description>(policy.description, "the description");
            let document = self.document(DocumentKind::Identity, &policy.document);
            let Some(name) = name else { continue };
            self.once(&mut seen, name.clone(), place, "the policy");
            checked.extend(document.map(|document| SeedPolicy {
                name,
                description,
                document,
            }));
        }
        checked
    }

    fn users(&mut self, users: Vec<FileUser>) -> Vec<SeedUser> {
        let mut seen = BTreeSet::new();
        let mut checked = Vec::new();
        for user in users {
            let place = user.name.referenced;
            let name: Option<UserName> = self.parse(&user.name, "the user's name");
            let display_name = self.value::<DisplayName>(user.display_name, "the display name");
            let comments = self.value::<Comments>(user.comments, "the comments text");
            let email = self.value::<Email>(user.email, "the e-mail address");
            let mobile_phone = self.value::<MobilePhone>(user.mobile_phone, "the phone number");
            let keys = self.keys(user.access_keys);
            let policies = self.attachments(&user.policies);
            let Some(name) = name else { continue };
            self.once(&mut seen, name.clone(), place, "the user");
            checked.push(SeedUser {
                name,
                display_name,
                comments,
                email,
                mobile_phone,
                keys,
                policies,
            });
        }
        checked
    }

    fn roles(&mut self, roles: Vec<FileRole>) -> Vec<SeedRole> {
        let mut seen = BTreeSet::new();
        let mut checked = Vec::new();
        for role in roles {
            let place = role.name.referenced;
            let name: Option<NewRoleName> = self.parse(&role.name, "the role's name");
            let description = self.value::<Description>(role.description, "the description");
            let trust_policy = self.document(DocumentKind::Trust, &role.trust_policy);
            if let Some(seconds) = &role.max_session_duration
                && !MaxSessionDuration::RANGE.contains(&seconds.value)
            {
                self.fault(
                    seconds.referenced,
                    "max_session_duration is 3600 to 43200 seconds",
                );
            }
            let policies = self.attachments(&role.policies);
            let Some(name) = name.map(|name| name.role_name().clone()) else {
                continue;
            };
            self.once(&mut seen, name.clone(), place, "the role");
            checked.extend(trust_policy.map(|trust_policy| SeedRole {
                name,
                description,
                trust_policy,
                max_session_duration: role.max_session_duration.map(|seconds| seconds.value),
                policies,
            }));
        }
        checked
    }

    fn document(&mut self, kind: DocumentKind, value: &Spanned<Value>) -> Option<String> {
        let Some(text) = document::stored_text(&value.value) else {
            self.fault(
                value.referenced,
                "a policy document is a mapping, or its JSON as a text",
            );
            return None;
        };
        for fault in document::faults(kind, &text) {
            self.fault(value.referenced, format!("in the document, {fault}"));
        }
        Some(text)
    }

    fn keys(&mut self, keys: Vec<FileKey>) -> Vec<SeedKey> {
        keys.into_iter().filter_map(|key| self.key(key)).collect()
    }

    fn key(&mut self, key: FileKey) -> Option<SeedKey> {
        let place = key.id.referenced;
        let id: AccessKeyId = self.parse(&key.id, "the access key's id")?;
        if id.is_session() {
            self.fault(place, "ids that begin `STS.` belong to role sessions");
        }
        if !self.keys.insert(id.clone()) {
            self.fault(place, "the access key stands in the file twice");
        }
        let file = key.secret_file.map(SecretReference::File);
        let environment = key.secret_env.map(SecretReference::Environment);
        let secret = match (key.secret, file, environment) {
            (Some(secret), None, None) => secret,
            (None, Some(reference), None) | (None, None, Some(reference)) => {
                let Some(secret) = self.secrets.get(&reference) else {
                    self.fault(place, format!("there is no secret in {reference}"));
                    return None;
                };
                secret.clone()
            }
            _ => {
                self.fault(
                    place,
                    "an access key has one of secret, secret_file, secret_env",
                );
                return None;
            }
        };
        if let Err(error) = fixed_secret::check(secret.expose()) {
            self.fault(place, error.to_string());
        }
        Some(SeedKey { id, secret })
    }

    fn service_key(&mut self, mut key: FileServiceKey) -> Option<SeedServiceKey> {
        let place = key.id.referenced;
        let secret = self.key(key.key());
        let name: Option<ServiceName> = self.parse(&key.service, "the service's name:");
        let account: Option<AccountId> = key
            .account
            .as_ref()
            .and_then(|id| self.parse(id, "the account's id (16 digits)"));
        let mut networks = Vec::new();
        for text in &key.networks {
            match network::parse(&text.value) {
                Some(network) => networks.push(network),
                None => self.fault(text.referenced, "a network is written as 10.0.0.0/8"),
            }
        }
        match (key.account.is_some(), key.any_account) {
            (true, true) => self.fault(place, "a key acts for one account or for any, not both"),
            (false, false) if key.networks.is_empty() => {
                self.fault(
                    place,
                    "a service's key has account, any_account: true, or networks",
                );
            }
            _ => {}
        }
        Some(SeedServiceKey {
            key: secret?,
            service: Service {
                name: name?,
                account,
                networks,
            },
        })
    }

    fn attachments(&mut self, entries: &[Spanned<Value>]) -> Vec<PolicyRef> {
        let mut seen = BTreeSet::new();
        let mut checked = Vec::new();
        for entry in entries {
            match policy_ref(&entry.value) {
                Ok(policy) => {
                    self.once(
                        &mut seen,
                        policy.clone(),
                        entry.referenced,
                        "the attachment",
                    );
                    checked.push(policy);
                }
                Err(reason) => self.fault(entry.referenced, reason),
            }
        }
        checked
    }
}

/// `Custom/Name`, `System/Name`, or a mapping of `type` and `name`.
fn policy_ref(value: &Value) -> Result<PolicyRef, &'static str> {
    const FORM: &str = "an attached policy is `System/Name`, `Custom/Name`, or {type, name}";
    let (policy_type, name) = match value {
        Value::String(text) => text.split_once('/').ok_or(FORM)?,
        Value::Object(map) if map.len() == 2 => {
            let part = |key| map.get(key).and_then(Value::as_str).ok_or(FORM);
            (part("type")?, part("name")?)
        }
        _ => return Err(FORM),
    };
    let policy_type: PolicyType = policy_type.parse().map_err(|_| FORM)?;
    let name: PolicyName = name
        .parse()
        .map_err(|_| "the attached policy's name is none")?;
    if policy_type == PolicyType::System {
        catalog::system_policy(&name).ok_or("there is no such system policy")?;
    }
    Ok(PolicyRef { policy_type, name })
}
