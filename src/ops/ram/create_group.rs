//! `CreateGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::Group;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
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
        let group = Group {
            account: tx.account().id,
            id: cx.iam.new_group_id(),
            name: self.group_name.clone(),
            comments: values::text(self.comments.as_ref()),
            created_at: cx.now,
            updated_at: cx.now,
        };
        tx.create_group(&group).await.or_exists(Entity::Group)?;
        // Counted with the new one: a name that is taken is refused as such, also at the limit.
        if tx.count_groups().await? > cx.iam.quotas.groups {
            return Err(OpError::LimitExceeded(Entity::Group));
        }
        Ok(Created {
            group: GroupShape::created(group),
        })
    }
}
