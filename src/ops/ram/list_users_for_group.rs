//! `ListUsersForGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::shapes::date;
use crate::ops::values::{Marker, MaxItems};
use crate::policy::ids::GroupName;
use crate::store::Snapshot;

operation! {
    /// Pages through the users in a group, in the order of their names.
    ListUsersForGroup {
        product: Ram,
        access: Read,
        action: "ram:ListUsersForGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
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
    user: Vec<UserEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserEntry {
    user_name: String,
    display_name: String,
    join_date: String,
}

#[async_trait]
impl Read for ListUsersForGroup {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let group = groups::find(&mut *snapshot, &self.group_name).await?;
        let paged = Paged::new(self.marker.as_ref(), self.max_items);
        let users = snapshot.list_users_of_group(group.id, paged.page()).await?;
        let (users, marker) = paged.cut(users, |(user, _)| user.name.key().to_owned());
        let user = users
            .into_iter()
            .map(|(user, joined_at)| UserEntry {
                user_name: user.name.to_string(),
                display_name: user.display_name,
                join_date: date(joined_at),
            })
            .collect();
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            users: Users { user },
        })
    }
}
