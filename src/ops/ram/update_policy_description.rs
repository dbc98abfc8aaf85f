//! `UpdatePolicyDescription`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError};
use crate::ops::ram::shapes::PolicyShape;
use crate::ops::shapes::date;
use crate::ops::values::Description;
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Changes the description of a custom policy.
    UpdatePolicyDescription {
        product: Ram,
        access: Write,
        action: "ram:UpdatePolicyDescription",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// Up to 1024 characters.
            new_description: Description = "NewDescription",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    policy: PolicyShape,
}

#[async_trait]
impl Write for UpdatePolicyDescription {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let found = tx.get_policy(&self.policy_name).await?;
        let mut policy = found.ok_or(OpError::NotExist(Entity::Policy))?;
        policy.description.clone_from(&self.new_description.0);
        policy.updated_at = cx.now;
        tx.update_policy(&policy).await?;
        Ok(Updated {
            policy: PolicyShape {
                update_date: Some(date(policy.updated_at)),
                ..PolicyShape::created(&policy)
            },
        })
    }
}
