//! The operator's file of services: his own, and what he knows better of the vendor's.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_saphyr::{DuplicateKeyPolicy, Spanned, budget, options};

use crate::policy::document::{Document, DocumentKind};
use crate::policy::ids::{PolicyName, RoleName};
use crate::policy::service_name::ServiceName;

/// The largest file that is read, in bytes.
pub const MAX_SERVICES_BYTES: usize = 4 * 1024 * 1024;

/// What the operator says of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorService {
    /// The service.
    pub service: ServiceName,
    /// The role's name.
    pub role_name: Option<RoleName>,
    /// The name of the role's policy.
    pub policy_name: Option<PolicyName>,
    /// What the role is for.
    pub description: Option<String>,
    /// Whether an account may have several roles of the service.
    pub custom_suffix: bool,
    /// The role's policy, compact.
    pub policy_document: Option<String>,
    /// Whether that is the whole.
    pub complete: bool,
}

impl OperatorService {
    /// Whether it gives what a service of the vendor has already.
    pub(super) fn names_role(&self) -> bool {
        self.role_name.is_some() || self.policy_name.is_some() || self.description.is_some()
    }
}

/// What is wrong with a service of the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the service {service} {what}")]
pub struct OperatorServiceError {
    service: ServiceName,
    what: &'static str,
}

impl OperatorServiceError {
    pub(super) fn new(service: &ServiceName, what: &'static str) -> Self {
        Self {
            service: service.clone(),
            what,
        }
    }
}

/// What is wrong with the file, and where. Shown as `line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ServicesFileError {
    /// The line, from 1; zero where the fault has no place.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    services: Vec<FileService>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileService {
    service: Spanned<String>,
    role_name: Option<Spanned<String>>,
    policy_name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    #[serde(default)]
    custom_suffix: bool,
    policy_document: Option<Spanned<serde_json::Value>>,
    #[serde(default = "yes")]
    complete: bool,
}

const fn yes() -> bool {
    true
}

/// Reads a file of services, YAML.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read_services(text: &str) -> Result<Vec<OperatorService>, ServicesFileError> {
    if text.len() > MAX_SERVICES_BYTES {
        return Err(ServicesFileError {
            line: 0,
            column: 0,
            message: format!("the file is longer than {MAX_SERVICES_BYTES} bytes"),
        });
    }
    let options = options! {
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
    let file: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location();
        let (line, column) = place.map_or((0, 0), |place| (place.line(), place.column()));
        let full = error.to_string();
        let end = format!(" at line {line}, column {column}");
        let message = full.strip_suffix(&end).unwrap_or(&full).to_owned();
        ServicesFileError {
            line,
            column,
            message,
        }
    })?;
    let mut seen = BTreeSet::new();
    let mut services = Vec::new();
    for entry in file.services {
        let place = entry.service.referenced;
        let service = checked(entry)?;
        if !seen.insert(service.service.clone()) {
            return Err(at(place, "the service stands in the file twice"));
        }
        services.push(service);
    }
    Ok(services)
}

fn at(place: serde_saphyr::Location, message: impl Into<String>) -> ServicesFileError {
    ServicesFileError {
        line: place.line(),
        column: place.column(),
        message: message.into(),
    }
}

fn parsed<T>(text: &Spanned<String>, what: &str) -> Result<T, ServicesFileError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let parsed = text.value.parse();
    parsed.map_err(|error: T::Err| at(text.referenced, format!("{what} {error}")))
}

fn checked(entry: FileService) -> Result<OperatorService, ServicesFileError> {
    let description = entry.description.map(|text| {
        let fits = (1..=1024).contains(&text.value.chars().count());
        let message = "a description has 1 to 1024 characters";
        fits.then_some(text.value)
            .ok_or_else(|| at(text.referenced, message))
    });
    let document = entry.policy_document.map(|value| {
        let text = match &value.value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // The vendor's own are not bound by a length, and neither are these.
        match Document::parse(DocumentKind::Identity, &text) {
            Ok(_) => Ok(text),
            Err(faults) => {
                let first = faults.first().map(ToString::to_string).unwrap_or_default();
                Err(at(value.referenced, format!("in the document, {first}")))
            }
        }
    });
    Ok(OperatorService {
        service: parsed(&entry.service, "the service's name:")?,
        role_name: entry
            .role_name
            .map(|name| parsed(&name, "the role's name"))
            .transpose()?,
        policy_name: entry
            .policy_name
            .map(|name| parsed(&name, "the policy's name"))
            .transpose()?,
        description: description.transpose()?,
        custom_suffix: entry.custom_suffix,
        policy_document: document.transpose()?,
        complete: entry.complete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
services:
  - service: Storage.corp.example
    role_name: ServiceRoleForStorage
    policy_name: ServiceRolePolicyForStorage
    custom_suffix: true
    policy_document:
      Version: "1"
      Statement: [{Effect: Allow, Action: "oss:Get*", Resource: "*"}]
  - service: config.aliyuncs.com
    complete: false
    policy_document: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
"#;

    #[test]
    fn a_file_of_services_is_read() {
        let services = read_services(FILE).unwrap();
        assert_eq!(services.len(), 2);
        assert_eq!(services[0].service.as_str(), "storage.corp.example");
        assert!(services[0].custom_suffix && services[0].complete && !services[1].complete);
        let document = services[0].policy_document.as_deref().unwrap();
        assert!(document.starts_with(r#"{"Version":"1","#), "{document}");
    }

    #[test]
    fn its_faults_have_a_place() {
        for (from, to, expected) in [
            (
                "Storage.corp.example",
                "storage",
                "3:14: the service's name:",
            ),
            ("Effect: Allow", "Effect: allow", "8:7: in the document,"),
            (
                "config.aliyuncs.com",
                "storage.corp.example",
                "10:14: the service stands in the file twice",
            ),
            (
                "custom_suffix",
                "custom_sufix",
                "6:5: unknown field `custom_sufix`",
            ),
            (
                "ServiceRoleForStorage",
                "Service RoleForStorage",
                "4:16: the role's name",
            ),
        ] {
            let fault = read_services(&FILE.replacen(from, to, 1)).unwrap_err();
            assert!(fault.to_string().starts_with(expected), "{fault}");
        }
    }
}
