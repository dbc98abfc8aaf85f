//! The vendor's catalogue as embedded data: system policies, and the services that have roles of their
//! own in accounts. Operations merge it with stored rows; it is never copied into the store.
//!
//! What the operator adds in a file is put to it once, before the first look at it, and holds for the
//! whole process.

mod linked;
mod operators;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use linked::LinkedService;
pub use operators::{
    MAX_SERVICES_BYTES, OperatorService, OperatorServiceError, ServicesFileError, read_services,
};

use linked::LinkedServices;

use serde::Deserialize;

use crate::policy::ids::PolicyName;
use crate::policy::service_name::ServiceName;

/// A system policy.
#[derive(Debug, Clone)]
pub struct SystemPolicy {
    /// Its name.
    pub name: PolicyName,
    /// What it is for.
    pub description: String,
    /// The document, compact.
    pub document: String,
    /// Whether the document is the whole; else there are permissions that are not known here.
    pub is_complete: bool,
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

/// What the description of a policy says at its end where its document is not the whole.
pub const IN_PART: &str = " The document is known in part only: what is shown belongs to it, and the \
                           vendor's has more.";

type SystemPolicies = BTreeMap<PolicyName, SystemPolicy>;

struct Catalog {
    policies: SystemPolicies,
    linked: LinkedServices,
    /// What of it is the operator's.
    operators: Vec<OperatorService>,
}

static CATALOG: OnceLock<Catalog> = OnceLock::new();

impl Catalog {
    fn new(operators: Vec<OperatorService>) -> Result<Self, OperatorServiceError> {
        let mut policies = read(include_str!("system-policies.json"));
        let vendors = include_str!("service-linked-roles.json");
        let mut linked = LinkedServices::read(vendors, &mut policies);
        for service in &operators {
            linked.add(service, &mut policies)?;
        }
        Ok(Self {
            policies,
            linked,
            operators,
        })
    }
}

#[expect(
    clippy::expect_used,
    reason = "without services of the operator none of them can be at fault"
)]
fn catalog() -> &'static Catalog {
    CATALOG.get_or_init(|| Catalog::new(Vec::new()).expect("nothing is added"))
}

/// Why the operator's services are not in the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum ExtensionError {
    /// One of them cannot be.
    #[error(transparent)]
    Service(#[from] OperatorServiceError),
    /// Something has looked at the catalogue already.
    #[error("the catalogue is in use already, with other services")]
    InUse,
}

/// Puts the operator's services to the catalogue of this process, before anybody looks at it. The
/// same again is nothing.
///
/// # Errors
/// [`ExtensionError`].
pub fn extend(operators: Vec<OperatorService>) -> Result<(), ExtensionError> {
    let extended = Catalog::new(operators)?;
    match CATALOG.set(extended) {
        Ok(()) => Ok(()),
        Err(extended) if catalog().operators == extended.operators => Ok(()),
        Err(_) => Err(ExtensionError::InUse),
    }
}

/// Every system policy, in the order of their names.
pub fn system_policies() -> impl Iterator<Item = &'static SystemPolicy> {
    catalog().policies.values()
}

/// The system policy of that name, case ignored.
pub fn system_policy(name: &PolicyName) -> Option<&'static SystemPolicy> {
    catalog().policies.get(name)
}

/// Every service that has a role of its own, in the order of their names.
pub fn linked_services() -> impl Iterator<Item = &'static LinkedService> {
    catalog().linked.all()
}

/// The service of that name, or of which that is another spelling.
pub fn linked_service(service: &ServiceName) -> Option<&'static LinkedService> {
    catalog().linked.get(service)
}

#[expect(
    clippy::expect_used,
    reason = "the file is part of the program; a test reads it"
)]
fn read(text: &str) -> SystemPolicies {
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
                is_complete: true,
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

    #[test]
    fn services_are_found_by_every_spelling() {
        assert_eq!(linked_services().count(), 200);
        for name in [
            "polardb.aliyuncs.com",
            "PolarDB.aliyuncs.com",
            "polaradb.aliyuncs.com",
        ] {
            let found = linked_service(&name.parse().unwrap()).unwrap();
            assert_eq!(found.role_name.as_str(), "AliyunServiceRoleForPolarDB");
            assert_eq!(found.service.as_str(), "polardb.aliyuncs.com");
        }
        assert!(linked_service(&"storage.corp.example".parse().unwrap()).is_none());
    }

    #[test]
    fn a_document_that_is_known_in_part_says_so() {
        let policy = |name: &str| system_policy(&name.parse().unwrap()).unwrap();
        let part = policy("AliyunServiceRolePolicyForConfig");
        assert!(!part.is_complete && part.description.ends_with(IN_PART));
        let whole = policy("AliyunServiceRolePolicyForResourceDirectory");
        assert!(whole.is_complete && !whole.description.contains(IN_PART));
    }

    fn with(text: &str) -> Result<Catalog, String> {
        let services = read_services(text).unwrap();
        Catalog::new(services).map_err(|error| error.to_string())
    }

    #[test]
    fn the_operators_services_are_beside_the_vendors() {
        let document =
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let text = format!(
            "services:\n- {{service: a.b, role_name: R_a, policy_name: P-a, policy_document: '{document}'}}\n\
             - {{service: config.aliyuncs.com, policy_document: '{document}', custom_suffix: true}}\n"
        );
        let catalog = with(&text).unwrap();
        assert_eq!(catalog.linked.all().count(), 201);
        let own = catalog.linked.get(&"A.b".parse().unwrap()).unwrap();
        assert_eq!(catalog.policies[&own.policy_name].document, document);
        let vendors = catalog
            .linked
            .get(&"config.aliyuncs.com".parse().unwrap())
            .unwrap();
        assert!(vendors.takes_suffix);
        let policy = &catalog.policies[&vendors.policy_name];
        assert!(policy.is_complete && policy.document == document);
    }

    #[test]
    fn the_operators_services_take_nothing_from_others() {
        let document =
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        for (entry, expected) in [
            (
                "service: a.b",
                "needs role_name, policy_name and policy_document",
            ),
            (
                "service: a.b, role_name: R, policy_name: administratoraccess, policy_document: D",
                "policy_name that is another's",
            ),
            (
                "service: a.b, role_name: aliyunserviceroleforconfig, policy_name: P, policy_document: D",
                "role_name that is another's",
            ),
            (
                "service: config.aliyuncs.com, role_name: R",
                "is the vendor's",
            ),
            (
                "service: polaradb.aliyuncs.com, role_name: R, policy_name: P, policy_document: D",
                "another spelling",
            ),
        ] {
            let entry = entry.replace(": D", &format!(": '{document}'"));
            let fault = with(&format!("services:\n- {{{entry}}}\n")).err().unwrap();
            assert!(fault.contains(expected), "{fault}");
        }
    }
}
