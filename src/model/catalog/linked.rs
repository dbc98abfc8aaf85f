//! Services and the roles that are linked to them: the vendor's 200, and those of the operator's file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::operators::{OperatorService, OperatorServiceError};
use super::{SystemPolicies, SystemPolicy};
use crate::policy::ids::{PolicyName, RoleName};
use crate::policy::service_name::ServiceName;

/// A service whose role every account can have made for it.
#[derive(Debug, Clone)]
pub struct LinkedService {
    /// The service.
    pub service: ServiceName,
    /// The role's name; with a suffix `<name>_<suffix>`.
    pub role_name: RoleName,
    /// The system policy that is attached to it.
    pub policy_name: PolicyName,
    /// What the role is for.
    pub description: String,
    /// Whether an account may have several such roles, each with a suffix of its own.
    pub takes_suffix: bool,
}

impl LinkedService {
    /// The trust policy of its roles: nobody but the service.
    pub fn trust_policy(&self) -> String {
        let service = &self.service;
        format!(
            r#"{{"Version":"1","Statement":[{{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{{"Service":["{service}"]}}}}]}}"#
        )
    }
}

/// The services, and other spellings of their names that are taken where one is sent.
#[derive(Debug, Default)]
pub(super) struct LinkedServices {
    services: BTreeMap<ServiceName, LinkedService>,
    aliases: BTreeMap<ServiceName, ServiceName>,
}

#[derive(Deserialize)]
struct File {
    aliases: BTreeMap<String, String>,
    services: Vec<Entry>,
}

/// What is not there follows from the names.
#[derive(Deserialize)]
struct Entry {
    service: String,
    /// What the service is called.
    of: String,
    role: String,
    policy: Option<String>,
    /// Without it, only the statement is known that every such policy has.
    document: Option<serde_json::Value>,
    /// Whether the document is known to be the whole.
    #[serde(default)]
    complete: bool,
}

/// The statement that every published policy of this kind has: a service may give up its role.
fn gives_up(service: &ServiceName) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Action":"ram:DeleteServiceLinkedRole","Resource":"*","Effect":"Allow","Condition":{{"StringEquals":{{"ram:ServiceName":"{service}"}}}}}}]}}"#
    )
}

/// The policy of a role, described so that nobody takes a part for the whole.
fn policy(name: PolicyName, role: &RoleName, document: String, is_complete: bool) -> SystemPolicy {
    let mut description = format!("Permissions of the service-linked role {role}.");
    if !is_complete {
        description.push_str(super::IN_PART);
    }
    SystemPolicy {
        name,
        description,
        document,
        is_complete,
        default_version: 1,
        created_at: 0,
        updated_at: 0,
    }
}

impl LinkedServices {
    /// Reads the vendor's, whose policies are put beside the others.
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program; a test reads it"
    )]
    pub(super) fn read(text: &str, policies: &mut SystemPolicies) -> Self {
        let file: File = serde_json::from_str(text).expect("the embedded catalogue is JSON");
        let mut linked = Self::default();
        for (alias, of) in file.aliases {
            let names = alias.parse().ok().zip(of.parse().ok());
            let (alias, of) = names.expect("the catalogue's services are named like hosts");
            linked.aliases.insert(alias, of);
        }
        for entry in file.services {
            let service: ServiceName = entry.service.parse().expect("a service's name");
            let role_name: RoleName = entry.role.parse().expect("a role's name");
            let of_role = entry.role.replacen("RoleFor", "RolePolicyFor", 1);
            let policy_name = entry.policy.unwrap_or(of_role);
            let policy_name: PolicyName = policy_name.parse().expect("a policy's name");
            let document = entry.document.map(|document| document.to_string());
            let document = document.unwrap_or_else(|| gives_up(&service));
            let policy = policy(policy_name.clone(), &role_name, document, entry.complete);
            policies.insert(policy_name.clone(), policy);
            let description = format!(
                "Service-linked role of {}; the service uses it to reach the account's other resources.",
                entry.of
            );
            let known = LinkedService {
                service: service.clone(),
                role_name,
                policy_name,
                description,
                takes_suffix: false,
            };
            linked.services.insert(service, known);
        }
        linked
    }

    /// Adds what the operator says of a service.
    pub(super) fn add(
        &mut self,
        operators: &OperatorService,
        policies: &mut SystemPolicies,
    ) -> Result<(), OperatorServiceError> {
        let service = &operators.service;
        let fault = |what| OperatorServiceError::new(service, what);
        if let Some(known) = self.services.get_mut(service) {
            if operators.names_role() {
                return Err(fault(
                    "is the vendor's: its role, policy and description cannot be others",
                ));
            }
            known.takes_suffix |= operators.custom_suffix;
            if let Some(document) = &operators.policy_document {
                let name = known.policy_name.clone();
                let (document, whole) = (document.clone(), operators.complete);
                let policy = policy(name.clone(), &known.role_name, document, whole);
                policies.insert(name, policy);
            }
            return Ok(());
        }
        if self.aliases.contains_key(service) {
            return Err(fault("is another spelling of a service of the vendor"));
        }
        let (Some(role_name), Some(policy_name), Some(document)) = (
            operators.role_name.clone(),
            operators.policy_name.clone(),
            operators.policy_document.clone(),
        ) else {
            return Err(fault("needs role_name, policy_name and policy_document"));
        };
        if policies.contains_key(&policy_name) {
            return Err(fault("has a policy_name that is another's"));
        }
        if self
            .services
            .values()
            .any(|known| known.role_name == role_name)
        {
            return Err(fault("has a role_name that is another's"));
        }
        let description = operators.description.clone();
        let known = LinkedService {
            service: service.clone(),
            description: description
                .unwrap_or_else(|| format!("Service-linked role of {service}.")),
            takes_suffix: operators.custom_suffix,
            policy_name: policy_name.clone(),
            role_name,
        };
        let policy = policy(
            policy_name.clone(),
            &known.role_name,
            document,
            operators.complete,
        );
        policies.insert(policy_name, policy);
        self.services.insert(service.clone(), known);
        Ok(())
    }

    pub(super) fn get(&self, service: &ServiceName) -> Option<&LinkedService> {
        let service = self.aliases.get(service).unwrap_or(service);
        self.services.get(service)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &LinkedService> {
        self.services.values()
    }
}
