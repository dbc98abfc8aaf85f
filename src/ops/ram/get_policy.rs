//! `GetPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::PolicyType;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::{PolicyShape, PolicyVersionShape};
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;

operation! {
    /// Reads a policy and its default version.
    GetPolicy {
        product: Ram,
        access: Read,
        action: "ram:GetPolicy",
        resources: Of(&["acs:ram:*:{account|system}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    policy: PolicyShape,
    default_policy_version: PolicyVersionShape,
}

#[async_trait]
impl Read for GetPolicy {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let policy = lookup::policy(&mut *snapshot, self.policy_type, &self.policy_name).await?;
        let default = policy.default_version;
        let version = lookup::policy_version(&mut *snapshot, &policy, default).await?;
        let counts = snapshot
            .count_attachments(std::slice::from_ref(&policy.policy))
            .await?;
        Ok(Found {
            policy: PolicyShape::counted(&policy, counts.first().copied().unwrap_or_default()),
            default_policy_version: PolicyVersionShape::of(version, default).marked(&policy),
        })
    }
}
