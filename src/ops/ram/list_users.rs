//! `ListUsers`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::ram::shapes::UserShape;
use crate::ops::values::{Marker, MaxItems};
use crate::store::Snapshot;

operation! {
    /// Pages through users, in the order of their names.
    ListUsers {
        product: Ram,
        access: Read,
        action: "ram:ListUsers",
        resources: Of(&["acs:ram:*:{account}:user/*"]),
        params {
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 1000; 100 where nothing is said.
            max_items: Option<MaxItems> = "MaxItems",
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
    users: Users,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Users {
    user: Vec<UserShape>,
}

#[async_trait]
impl Read for ListUsers {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items);
        let users = snapshot.list_users(paged.page(), &[]).await?;
        let (users, marker) = paged.cut(users, |user| user.name.key().to_owned());
        let user = users.into_iter().map(UserShape::listed).collect();
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            users: Users { user },
        })
    }
}
