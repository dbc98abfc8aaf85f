//! `ListGroupsForUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::ops::values::UserPrincipalName;
use crate::store::Snapshot;

operation! {
    /// Lists the groups that a user is in.
    ListGroupsForUser {
        product: Ims,
        access: Read,
        action: "ram:ListGroupsForUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    groups: Groups,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Groups {
    group: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    group_id: String,
    group_name: String,
    display_name: String,
    comments: String,
    join_date: String,
}

#[async_trait]
impl Read for ListGroupsForUser {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let user = users::find(&mut *snapshot, &self.user_principal_name).await?;
        let groups = snapshot.list_groups_of_user(user.id).await?;
        let entries = groups.into_iter().map(|(group, joined_at)| Entry {
            group_id: group.id.to_string(),
            group_name: group.name.to_string(),
            display_name: group.display_name,
            comments: group.comments,
            join_date: date(joined_at),
        });
        Ok(Listed {
            groups: Groups {
                group: entries.collect(),
            },
        })
    }
}
