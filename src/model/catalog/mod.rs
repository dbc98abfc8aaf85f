//! The vendor's catalogue as embedded data: system policies. Operations merge it with stored rows;
//! it is never copied into the store.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::policy::ids::PolicyName;

/// A system policy.
#[derive(Debug, Clone)]
pub struct SystemPolicy {
    /// Its name.
    pub name: PolicyName,
    /// What it is for.
    pub description: String,
    /// The document, compact.
    pub document: String,
    /// The number of the version that counts; the earlier ones are not published.
    pub default_version: u32,
    /// Unix seconds; zero where the vendor publishes none.
    pub created_at: i64,
    /// Unix seconds; zero where the vendor publishes none.
    pub updated_at: i64,
}

#[derive(Deserialize)]
struct File {
    policies: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    policy_name: String,
    #[serde(default)]
    description: String,
    document: serde_json::Value,
    default_version: Option<String>,
    create_date: Option<String>,
    update_date: Option<String>,
}

static SYSTEM_POLICIES: LazyLock<BTreeMap<PolicyName, SystemPolicy>> =
    LazyLock::new(|| read(include_str!("system-policies.json")));

/// Every system policy, in the order of their names.
pub fn system_policies() -> impl Iterator<Item = &'static SystemPolicy> {
    SYSTEM_POLICIES.values()
}

/// The system policy of that name, case ignored.
pub fn system_policy(name: &PolicyName) -> Option<&'static SystemPolicy> {
    SYSTEM_POLICIES.get(name)
}

#[expect(
    clippy::expect_used,
    reason = "the file is part of the program; a test reads it"
)]
fn read(text: &str) -> BTreeMap<PolicyName, SystemPolicy> {
    let file: File = serde_json::from_str(text).expect("the embedded catalogue is JSON");
    file.policies
        .into_iter()
        .map(|entry| {
            let name: PolicyName = entry
                .policy_name
                .parse()
                .expect("the catalogue's names are valid");
            let policy = SystemPolicy {
                description: entry.description,
                document: entry.document.to_string(),
                default_version: entry.default_version.as_deref().map_or(1, version_number),
                created_at: entry.create_date.as_deref().map_or(0, unix_seconds),
                updated_at: entry.update_date.as_deref().map_or(0, unix_seconds),
                name: name.clone(),
            };
            (name, policy)
        })
        .collect()
}

fn version_number(text: &str) -> u32 {
    text.strip_prefix('v')
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(1)
}

/// The vendor publishes these dates without a zone; they are read as UTC.
fn unix_seconds(text: &str) -> i64 {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")
        .map_or(0, |date| date.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_reads_and_looks_up_without_case() {
        assert!(system_policies().count() >= 50);
        let policy = system_policy(&"administratoraccess".parse().unwrap()).unwrap();
        assert_eq!(policy.name.as_str(), "AdministratorAccess");
        assert!(policy.document.contains(r#""Action":"*""#));
        let dated = system_policy(&"AliyunRAMReadOnlyAccess".parse().unwrap()).unwrap();
        assert_eq!(
            (dated.default_version, dated.created_at),
            (3, 1_430_237_745)
        );
    }
}
