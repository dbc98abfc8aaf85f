//! `CreatePolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::policies::{self, NewPolicy};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyShape;
use crate::ops::values::{Description, PolicyDocument, Tags};
use crate::policy::context::MapContext;
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Creates a custom policy; its first version is `v1`.
    CreatePolicy {
        product: Ram,
        access: Write,
        action: "ram:CreatePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/*"]),
        checks: own,
        params {
            /// 1 to 128 letters, digits, `-`; unique regardless of case.
            policy_name: PolicyName = "PolicyName",
            /// The document, up to 6144 characters.
            document: PolicyDocument = "PolicyDocument",
            /// Up to 1024 characters.
            description: Option<Description> = "Description",
            /// Up to 20, as JSON text or flattened.
            tags: Tags = "Tag",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy: PolicyShape,
}

impl Checked for CreatePolicy {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        conditions::request_tags(&mut own, &self.tags.0);
        own
    }
}

#[async_trait]
impl Write for CreatePolicy {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let new = NewPolicy {
            name: &self.policy_name,
            document: &self.document,
            description: self.description.as_ref(),
            tags: Some(&self.tags),
        };
        let policy = policies::create(cx, tx, new).await?;
        Ok(Created {
            policy: PolicyShape::created(&policy),
        })
    }
}
