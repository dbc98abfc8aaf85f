//! `CreateGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::ims::groups::GroupShape;
use crate::ops::values::{self, Comments, DisplayName};
use crate::policy::ids::GroupName;
use crate::store::Tx;

operation! {
    /// Creates a group of users.
    CreateGroup {
        product: Ims,
        access: Write,
        action: "ram:CreateGroup",
        resources: Of(&["acs:ram:*:{account}:group/*"]),
        params {
            /// 1 to 64 letters, digits, `.`, `-`, `_`; unique regardless of case.
            group_name: GroupName = "GroupName",
            /// Up to 24 characters.
            display_name: Option<DisplayName<24>> = "DisplayName",
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
        let display_name = self.display_name.as_ref().map(|name| name.0.clone());
        let display_name = display_name.unwrap_or_default();
        let comments = values::text(self.comments.as_ref());
        let group = groups::create(cx, tx, &self.group_name, display_name, comments).await?;
        Ok(Created {
            group: group.into(),
        })
    }
}
