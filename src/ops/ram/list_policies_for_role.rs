//! `ListPoliciesForRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::{attachments, lookup};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyShape;
use crate::policy::ids::RoleName;
use crate::store::Snapshot;

operation! {
    /// Lists the policies attached to a role.
    ListPoliciesForRole {
        product: Ram,
        access: Read,
        action: "ram:ListPoliciesForRole",
        resources: Of(&["acs:ram:*:{account}:role/{RoleName}"]),
        params {
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    policies: Policies,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<PolicyShape>,
}

#[async_trait]
impl Read for ListPoliciesForRole {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let role = lookup::role(&mut *snapshot, &self.role_name).await?;
        let attached = attachments::policies(snapshot, PrincipalId::Role(role.id)).await?;
        Ok(Listed {
            policies: Policies {
                policy: attached.iter().map(PolicyShape::attached).collect(),
            },
        })
    }
}
