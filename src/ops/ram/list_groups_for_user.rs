//! `ListGroupsForUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Lists the groups that a user is in.
    ListGroupsForUser {
        product: Ram,
        access: Read,
        action: "ram:ListGroupsForUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
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
    group: Vec<GroupEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupEntry {
    group_id: String,
    group_name: String,
    comments: String,
    join_date: String,
}

#[async_trait]
impl Read for ListGroupsForUser {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let user = users::find(&mut *snapshot, &self.user_name).await?;
        let group = snapshot
            .list_groups_of_user(user.id)
            .await?
            .into_iter()
            .map(|(group, joined_at)| GroupEntry {
                group_id: group.id.to_string(),
                group_name: group.name.to_string(),
                comments: group.comments,
                join_date: date(joined_at),
            })
            .collect();
        Ok(Listed {
            groups: Groups { group },
        })
    }
}
