//! The seed as it stands in its YAML file, before anything of it is believed.
//!
//! Reading is bounded (bytes, nodes, depth, no aliases) and closed (an unknown key is an error), and
//! no fault quotes a value: a value may be a secret.

use serde::Deserialize;
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned, budget, options};

/// The largest seed that is read, in bytes.
pub const MAX_SEED_BYTES: usize = 4 * 1024 * 1024;

/// One thing that is wrong with a seed, and where. Shown as `line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SeedFault {
    /// The line, from 1; zero where the fault has no place.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong. Never holds a secret.
    pub message: String,
}

impl SeedFault {
    /// A fault at a place in the file.
    pub(super) fn at(place: Location, message: impl Into<String>) -> Self {
        Self {
            line: place.line(),
            column: place.column(),
            message: message.into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSeed {
    pub(super) accounts: Vec<FileAccount>,
    #[serde(default)]
    pub(super) service_keys: Vec<FileServiceKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileServiceKey {
    pub(super) id: Spanned<String>,
    pub(super) secret: Option<crate::credential::secret::SecretText>,
    pub(super) secret_file: Option<String>,
    pub(super) secret_env: Option<String>,
    pub(super) service: Spanned<String>,
    pub(super) account: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) any_account: bool,
    #[serde(default)]
    pub(super) networks: Vec<Spanned<String>>,
}

impl FileServiceKey {
    /// The key alone, as accounts and users have it.
    pub(super) fn key(&mut self) -> FileKey {
        FileKey {
            id: self.id.clone(),
            secret: self.secret.take(),
            secret_file: self.secret_file.take(),
            secret_env: self.secret_env.take(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAccount {
    pub(super) id: Spanned<String>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) alias: Option<Spanned<String>>,
    pub(super) root: Option<FileRoot>,
    #[serde(default)]
    pub(super) policies: Vec<FilePolicy>,
    #[serde(default)]
    pub(super) users: Vec<FileUser>,
    #[serde(default)]
    pub(super) roles: Vec<FileRole>,
    #[serde(default)]
    pub(super) oidc_providers: Vec<FileOidcProvider>,
    #[serde(default)]
    pub(super) saml_providers: Vec<FileSamlProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRoot {
    #[serde(default)]
    pub(super) access_keys: Vec<FileKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileKey {
    pub(super) id: Spanned<String>,
    pub(super) secret: Option<crate::credential::secret::SecretText>,
    pub(super) secret_file: Option<String>,
    pub(super) secret_env: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePolicy {
    pub(super) name: Spanned<String>,
    pub(super) description: Option<Spanned<String>>,
    pub(super) document: Spanned<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileUser {
    pub(super) name: Spanned<String>,
    pub(super) display_name: Option<Spanned<String>>,
    pub(super) comments: Option<Spanned<String>>,
    pub(super) email: Option<Spanned<String>>,
    pub(super) mobile_phone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) access_keys: Vec<FileKey>,
    #[serde(default)]
    pub(super) policies: Vec<Spanned<serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRole {
    pub(super) name: Spanned<String>,
    pub(super) description: Option<Spanned<String>>,
    pub(super) trust_policy: Spanned<serde_json::Value>,
    pub(super) max_session_duration: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) policies: Vec<Spanned<serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileOidcProvider {
    pub(super) name: Spanned<String>,
    pub(super) issuer_url: Spanned<String>,
    pub(super) description: Option<Spanned<String>>,
    pub(super) client_ids: Option<Vec<Spanned<String>>>,
    pub(super) fingerprints: Option<Vec<Spanned<String>>>,
    /// In hours.
    pub(super) issuance_limit_time: Option<Spanned<i64>>,
    pub(super) json_web_key_set: Option<Spanned<serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSamlProvider {
    pub(super) name: Spanned<String>,
    /// XML, or that in Base64.
    pub(super) metadata: Spanned<String>,
    pub(super) description: Option<Spanned<String>>,
    pub(super) authn_sign_algo: Option<Spanned<String>>,
}

/// Reads the YAML.
pub(super) fn read(text: &str) -> Result<FileSeed, SeedFault> {
    if text.len() > MAX_SEED_BYTES {
        return Err(SeedFault {
            line: 0,
            column: 0,
            message: format!("the seed is longer than {MAX_SEED_BYTES} bytes"),
        });
    }
    let options = options! {
        // A snippet would show the lines around the fault, and with them secrets.
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        budget: budget! {
            max_documents: 1,
            max_depth: 64,
            flow_nesting_limit: 64,
            max_anchors: 0,
            max_aliases: 0,
            max_merge_keys: 0,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let (line, column) = error
            .location()
            .map_or((0, 0), |place| (place.line(), place.column()));
        let full = error.to_string();
        let message = full
            .strip_suffix(&format!(" at line {line}, column {column}"))
            .unwrap_or(&full);
        SeedFault {
            line,
            column,
            message: message.to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read(text)
            .err()
            .map(|fault| fault.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn faults_have_a_place() {
        assert_eq!(
            fault("accounts:\n  - id: [1"),
            "2:9: expected string scalar"
        );
        let unknown = fault("accounts:\n  - id: 1\n    alais: x\n");
        assert!(
            unknown.starts_with("3:5: unknown field `alais`"),
            "{unknown}"
        );
        let twice = fault("accounts:\n  - id: 1\n    id: 2\n");
        assert!(twice.starts_with("3:5: duplicate"), "{twice}");
        assert!(fault("").starts_with("1:1: "));
        assert!(fault("accounts: []\n---\naccounts: []\n").contains("budget"));
    }

    #[test]
    fn faults_never_show_a_value() {
        for text in [
            "accounts:\n - {id: 1, root: Zk4vQ8mX1pT7bN3wR6yC}",
            "accounts:\n - {id: 1, root: {access_keys: Zk4vQ8mX1pT7bN3wR6yC}}",
            "accounts:\n - {id: 1, root: {access_keys: [Zk4vQ8mX1pT7bN3wR6yC]}}",
            "accounts:\n - {id: 1, root: {access_keys: [{id: a, secret: [Zk4vQ8mX1pT7bN3wR6yC]}]}}",
            "accounts:\n - {id: 1, root: {access_keys: [{id: a, secret: \"Zk4vQ8mX1pT7bN3wR6yC\\q\"}]}}",
            "accounts:\n - {id: 1, root: {access_keys: [{id: a, secret: !!int Zk4vQ8mX1pT7bN3wR6yC}]}}",
            "accounts:\n - {id: 1, root: {access_keys: [{id: a, secret: !!binary Zk4vQ8mX1pT7bN3wR6yC,}]}}",
            "accounts:\n - {id: 1, root: {access_keys: [{id: a, secret: *Zk4vQ8mX1pT7bN3wR6yC}]}}",
        ] {
            let fault = fault(text);
            assert!(!fault.is_empty(), "{text}");
            assert!(!fault.contains("Zk4v"), "{fault}");
        }
    }

    #[test]
    fn reading_is_bounded() {
        let deep = format!("accounts: {}{}", "[".repeat(200), "]".repeat(200));
        assert!(!fault(&deep).is_empty());
        let bomb = "accounts:\n - &a {id: 1}\n - *a\n";
        assert!(fault(bomb).contains("budget"), "{}", fault(bomb));
        assert!(fault(&" ".repeat(MAX_SEED_BYTES + 1)).contains("longer"));
    }
}
