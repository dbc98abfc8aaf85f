//! `GetRole`.

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::{linked_roles, lookup};
use crate::ops::error::OpError;
use crate::ops::resource_manager::shapes::RoleShape;
use crate::ops::values::Language;
use crate::policy::ids::RoleName;
use crate::store::Snapshot;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Reads one role with its trust policy.
    GetRole {
        product: ResourceManager,
        access: Read,
        action: "ram:GetRole",
        resources: Of(&["acs:ram:*:{account}:role/{RoleName}"]),
        params {
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
            /// `en`, `zh-CN` or `ja`; without effect.
            language: Option<Language> = "Language",
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
        let mut tasks = linked_roles::latest_tasks(&mut *snapshot, roles).await?;
        let shape = RoleShape::whole(snapshot.account(), &role);
        Ok(Found {
            role: shape.with_task(tasks.remove(&role.id)),
        })
    }
}
