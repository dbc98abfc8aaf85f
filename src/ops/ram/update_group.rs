//! `UpdateGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::{groups, rename};
use crate::ops::error::OpError;
use crate::ops::ram::groups::GroupShape;
use crate::ops::values::Comments;
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Renames a group or changes its comments. Members and policies stay with it, by id.
    UpdateGroup {
        product: Ram,
        access: Write,
        action: "ram:UpdateGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        checks: own,
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
            /// Its name from now on, which the caller must be allowed on too.
            new_group_name: Option<GroupName> = "NewGroupName",
            /// Up to 128 characters.
            new_comments: Option<Comments> = "NewComments",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    group: GroupShape,
}

impl Checked for UpdateGroup {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        rename::checks(cx, "ram:UpdateGroup", "group", self.new_group_name.as_ref())
    }
}

#[async_trait]
impl Write for UpdateGroup {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let change = groups::Change {
            name: self.new_group_name.as_ref(),
            display_name: None,
            comments: self.new_comments.as_ref().map(|text| text.0.as_str()),
        };
        let group = groups::update(cx, tx, &self.group_name, change).await?;
        Ok(Updated {
            group: GroupShape::whole(group),
        })
    }
}
