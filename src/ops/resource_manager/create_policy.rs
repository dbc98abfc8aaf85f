//! `CreatePolicy`.

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies::{self, NewPolicy};
use crate::ops::error::OpError;
use crate::ops::resource_manager::shapes::PolicyShape;
use crate::ops::values::{Description, PolicyDocument};
use crate::policy::ids::PolicyName;
use crate::store::Tx;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Creates a custom policy; its first version is `v1`.
    CreatePolicy {
        product: ResourceManager,
        access: Write,
        action: "ram:CreatePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/*"]),
        params {
            /// 1 to 128 letters, digits, `-`; unique regardless of case.
            policy_name: PolicyName = "PolicyName",
            /// The document, up to 6144 characters.
            document: PolicyDocument = "PolicyDocument",
            /// Up to 1024 characters.
            description: Option<Description> = "Description",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy: PolicyShape,
}

#[async_trait]
impl Write for CreatePolicy {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let new = NewPolicy {
            name: &self.policy_name,
            document: &self.document,
            description: self.description.as_ref(),
            tags: None,
        };
        let policy = policies::create(cx, tx, new).await?;
        Ok(Created {
            policy: PolicyShape::created(&policy),
        })
    }
}
