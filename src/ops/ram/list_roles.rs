//! `ListRoles`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::tag::Tagged;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::ram::shapes::RoleShape;
use crate::ops::values::{Marker, MaxItems, TagFilters};
use crate::store::Snapshot;

operation! {
    /// Pages through roles, in the order of their names.
    ListRoles {
        product: Ram,
        access: Read,
        action: "ram:ListRoles",
        resources: Of(&["acs:ram:*:{account}:role/*"]),
        params {
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 1000; 100 where nothing is said.
            max_items: Option<MaxItems> = "MaxItems",
            /// Only roles with each of these tags.
            tags: TagFilters = "Tag",
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
    roles: Roles,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Roles {
    role: Vec<RoleShape>,
}

#[async_trait]
impl Read for ListRoles {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items);
        let roles = snapshot.list_roles(paged.page(), &self.tags.0).await?;
        let (roles, marker) = paged.cut(roles, |role| role.name.key().to_owned());
        let tagged: Vec<Tagged> = roles.iter().map(|role| Tagged::Role(role.id)).collect();
        let tags = snapshot.list_tags(&tagged).await?;
        let role = roles
            .iter()
            .zip(tags)
            .map(|(role, tags)| RoleShape::listed(role, tags))
            .collect();
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            roles: Roles { role },
        })
    }
}
