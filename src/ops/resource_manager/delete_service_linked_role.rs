//! `DeleteServiceLinkedRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::linked_roles;
use crate::ops::error::OpError;
use crate::policy::context::MapContext;
use crate::policy::ids::RoleName;
use crate::store::{Snapshot, Tx};

operation! {
    /// Queues the removal of a service-linked role; it fails where the service has registered a use.
    DeleteServiceLinkedRole {
        product: ResourceManager,
        access: Write,
        action: "ram:DeleteServiceLinkedRole",
        resources: Of(&["acs:ram:*:{account}:role/{RoleName}"]),
        checks: own,
        params {
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Queued {
    deletion_task_id: String,
}

#[async_trait]
impl Checked for DeleteServiceLinkedRole {
    fn loads_keys(&self) -> bool {
        true
    }

    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        linked_roles::loaded_keys(snapshot, &self.role_name).await
    }
}

#[async_trait]
impl Write for DeleteServiceLinkedRole {
    type Answer = Queued;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Queued, OpError> {
        Ok(Queued {
            deletion_task_id: linked_roles::delete(cx, tx, &self.role_name).await?,
        })
    }
}
