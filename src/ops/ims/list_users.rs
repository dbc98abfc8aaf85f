//! `ListUsers`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::tag::Tagged;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::status::UserStatus;
use crate::ops::ims::users::UserShape;
use crate::ops::page::Paged;
use crate::ops::values::{Marker, MaxItems, TagFilters};
use crate::store::Snapshot;

operation! {
    /// Pages through users, in the order of their names.
    ListUsers {
        product: Ims,
        access: Read,
        action: "ram:ListUsers",
        resources: Of(&["acs:ram:*:{account}:user/*"]),
        params {
            /// `active`, `freeze` or `active,freeze`; no user is ever frozen here.
            status: Option<UserStatus> = "Status",
            /// Only users that have each of these tags.
            tags: TagFilters<128> = "Tag",
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 1000; 1000 where nothing is said.
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

/// Entries of a page where nothing is said: more than in other lists. Source: the vendor's metadata.
const DEFAULT: MaxItems = MaxItems(1000);

#[async_trait]
impl Read for ListUsers {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items.or(Some(DEFAULT)));
        // What is said of the status counts only where no tags are asked for.
        let is_shown = !self.tags.0.is_empty() || self.status != Some(UserStatus::Frozen);
        let users = if is_shown {
            snapshot.list_users(paged.page(), &self.tags.0).await?
        } else {
            Vec::new()
        };
        let (users, marker) = paged.cut(users, |user| user.name.key().to_owned());
        let tagged: Vec<Tagged> = users.iter().map(|user| Tagged::User(user.id)).collect();
        let tags = snapshot.list_tags(&tagged).await?;
        let account = snapshot.account();
        let shapes = users.into_iter().zip(tags);
        let user = shapes.map(|(user, tags)| UserShape::listed(user, account, tags));
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            users: Users {
                user: user.collect(),
            },
        })
    }
}
