//! `ListGroups`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::groups::GroupShape;
use crate::ops::page::Paged;
use crate::ops::values::{Marker, ShortPage};
use crate::store::Snapshot;

operation! {
    /// Pages through groups, in the order of their names.
    ListGroups {
        product: Ims,
        access: Read,
        action: "ram:ListGroups",
        resources: Of(&["acs:ram:*:{account}:group/*"]),
        params {
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 100; 100 where nothing is said.
            max_items: Option<ShortPage> = "MaxItems",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    groups: Groups,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Groups {
    group: Vec<GroupShape>,
}

#[async_trait]
impl Read for ListGroups {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items.map(Into::into));
        let groups = snapshot.list_groups(paged.page()).await?;
        let (groups, marker) = paged.cut(groups, |group| group.name.key().to_owned());
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            groups: Groups {
                group: groups.into_iter().map(Into::into).collect(),
            },
        })
    }
}
