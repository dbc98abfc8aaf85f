//! `CreatePolicyVersion`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::policies::{self, NewVersion};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyVersionShape;
use crate::ops::values::{PolicyDocument, RotateStrategy};
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Adds a version to a custom policy.
    CreatePolicyVersion {
        product: Ram,
        access: Write,
        action: "ram:CreatePolicyVersion",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// The document, up to 6144 characters.
            document: PolicyDocument = "PolicyDocument",
            /// Whether the new version counts from now on; `false` where nothing is said.
            set_as_default: Option<bool> = "SetAsDefault",
            /// What to do at the limit; `None` where nothing is said.
            rotate_strategy: Option<RotateStrategy> = "RotateStrategy",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy_version: PolicyVersionShape,
}

#[async_trait]
impl Write for CreatePolicyVersion {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let new = NewVersion {
            document: &self.document,
            set_as_default: self.set_as_default.unwrap_or(false),
            rotate: self.rotate_strategy.unwrap_or(RotateStrategy::None),
        };
        let (policy, version) = policies::add_version(cx, tx, &self.policy_name, new).await?;
        Ok(Created {
            policy_version: PolicyVersionShape::of(version, policy.default_version),
        })
    }
}
