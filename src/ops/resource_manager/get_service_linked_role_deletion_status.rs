//! `GetServiceLinkedRoleDeletionStatus`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::linked::DeletionStatus;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::linked_roles::TaskId;
use crate::ops::error::{LinkedRoleError, OpError};
use crate::store::Snapshot;

operation! {
    /// Tells how far the removal of a service-linked role is, and what keeps the role.
    GetServiceLinkedRoleDeletionStatus {
        product: ResourceManager,
        access: Read,
        action: "ram:GetServiceLinkedRoleDeletionStatus",
        resources: Of(&["*"]),
        params {
            /// From the answer that queued it.
            task: TaskId = "DeletionTaskId",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reason {
    message: String,
    role_usages: RoleUsages,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleUsages {
    role_usage: Vec<RoleUsage>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleUsage {
    region: String,
    resources: Resources,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    resource: Vec<String>,
}

#[async_trait]
impl Read for GetServiceLinkedRoleDeletionStatus {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let task = snapshot.get_deletion_task(self.task.as_str()).await?;
        let task = task.ok_or(LinkedRoleError::NoTask)?;
        let failed = task.status == DeletionStatus::Failed;
        let message = failed.then(|| self.task.in_use(&task));
        let role_usage = task.reason.into_iter().map(|used| RoleUsage {
            region: used.region,
            resources: Resources {
                resource: used.resources,
            },
        });
        Ok(Found {
            status: task.status.as_str(),
            reason: message.map(|message| Reason {
                message,
                role_usages: RoleUsages {
                    role_usage: role_usage.collect(),
                },
            }),
        })
    }
}
