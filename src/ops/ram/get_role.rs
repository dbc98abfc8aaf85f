//! `GetRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::{linked_roles, lookup};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::RoleShape;
use crate::policy::ids::RoleName;
use crate::store::Snapshot;

operation! {
    /// Reads one role with its trust policy.
    GetRole {
        product: Ram,
        access: Read,
        action: "ram:GetRole",
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
pub struct Found {
    role: RoleShape,
}

#[async_trait]
impl Read for GetRole {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let role = lookup::role(&mut *snapshot, &self.role_name).await?;
        let roles = std::slice::from_ref(&role);
        let mut tasks = linked_roles::latest_tasks(snapshot, roles).await?;
        Ok(Found {
            role: RoleShape::whole(&role).with_task(tasks.remove(&role.id)),
        })
    }
}
