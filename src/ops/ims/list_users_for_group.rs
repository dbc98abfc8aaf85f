//! `ListUsersForGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::shapes::date;
use crate::ops::values::{Marker, ShortPage, UserPrincipalName};
use crate::policy::ids::GroupName;
use crate::store::Snapshot;

operation! {
    /// Pages through the users in a group, in the order of their names.
    ListUsersForGroup {
        product: Ims,
        access: Read,
        action: "ram:ListUsersForGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
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
    users: Users,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Users {
    user: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    user_id: String,
    user_principal_name: String,
    display_name: String,
    join_date: String,
}

#[async_trait]
impl Read for ListUsersForGroup {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let group = groups::find(&mut *snapshot, &self.group_name).await?;
        let paged = Paged::new(self.marker.as_ref(), self.max_items.map(Into::into));
        let users = snapshot.list_users_of_group(group.id, paged.page()).await?;
        let (users, marker) = paged.cut(users, |(user, _)| user.name.key().to_owned());
        let account = snapshot.account();
        let entries = users.into_iter().map(|(user, joined_at)| Entry {
            user_id: user.id.to_string(),
            user_principal_name: UserPrincipalName::of(&user.name, account),
            display_name: user.display_name,
            join_date: date(joined_at),
        });
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            users: Users {
                user: entries.collect(),
            },
        })
    }
}
