//! `GetServiceLinkedRoleTemplate`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::catalog;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::linked_roles::ServiceNameText;
use crate::ops::error::{LinkedRoleError, OpError};
use crate::store::Snapshot;

operation! {
    /// Reads what the service-linked role of a service is like.
    GetServiceLinkedRoleTemplate {
        product: Ram,
        access: Read,
        action: "ram:GetServiceLinkedRoleTemplate",
        resources: Of(&["*"]),
        params {
            /// The service, as `polardb.aliyuncs.com`; case is ignored.
            service_name: ServiceNameText = "ServiceName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    service_linked_role_template: Template,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    service_name: &'static str,
    role_name_prefix: &'static str,
    system_policy_name: &'static str,
    /// Ours: only where the policy's document is not known as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    system_policy_document_complete: Option<bool>,
    multiple_roles_allowed: bool,
    role_descriptions: Descriptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Descriptions {
    role_description: [RoleDescription; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDescription {
    language: &'static str,
    description: &'static str,
}

#[async_trait]
impl Read for GetServiceLinkedRoleTemplate {
    type Answer = Found;

    async fn run(&self, _: &Context, _: &mut dyn Snapshot) -> Result<Found, OpError> {
        let known = self
            .service_name
            .known()
            .ok_or(LinkedRoleError::NoService)?;
        let policy = catalog::system_policy(&known.policy_name);
        let description = RoleDescription {
            language: "en",
            description: &known.description,
        };
        let service_linked_role_template = Template {
            service_name: known.service.as_str(),
            role_name_prefix: known.role_name.as_str(),
            system_policy_name: known.policy_name.as_str(),
            system_policy_document_complete: policy
                .filter(|policy| !policy.is_complete)
                .map(|_| false),
            multiple_roles_allowed: known.takes_suffix,
            role_descriptions: Descriptions {
                role_description: [description],
            },
        };
        Ok(Found {
            service_linked_role_template,
        })
    }
}
