//! `GetGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::ims::groups::GroupShape;
use crate::policy::ids::GroupName;
use crate::store::Snapshot;

operation! {
    /// Shows a group.
    GetGroup {
        product: Ims,
        access: Read,
        action: "ram:GetGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    group: GroupShape,
}

#[async_trait]
impl Read for GetGroup {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let group = groups::find(snapshot, &self.group_name).await?;
        Ok(Found {
            group: group.into(),
        })
    }
}
