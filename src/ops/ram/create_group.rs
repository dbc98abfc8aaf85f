//! `CreateGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::ram::groups::GroupShape;
use crate::ops::values::{self, Comments};
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Creates a group of users.
    CreateGroup {
        product: Ram,
        access: Write,
        action: "ram:CreateGroup",
        resources: Of(&["acs:ram:*:{account}:group/*"]),
        params {
            /// 1 to 64 letters, digits, `.`, `-`, `_`; unique regardless of case.
            group_name: GroupName = "GroupName",
            /// Up to 128 characters.
            comments: Option<Comments> = "Comments",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    group: GroupShape,
}

#[async_trait]
impl Write for CreateGroup {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let comments = values::text(self.comments.as_ref());
        let group = groups::create(cx, tx, &self.group_name, String::new(), comments).await?;
        Ok(Created {
            group: GroupShape::created(group),
        })
    }
}
