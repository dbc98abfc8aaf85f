//! `GetPolicyVersion`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::{PolicyType, VersionId};
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyVersionShape;
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;

operation! {
    /// Reads one version of a policy.
    GetPolicyVersion {
        product: Ram,
        access: Read,
        action: "ram:GetPolicyVersion",
        resources: Of(&["acs:ram:*:{account|system}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
            /// `v1`, `v2`, ….
            version_id: VersionId = "VersionId",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    policy_version: PolicyVersionShape,
}

#[async_trait]
impl Read for GetPolicyVersion {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let policy = lookup::policy(&mut *snapshot, self.policy_type, &self.policy_name).await?;
        let version = lookup::policy_version(&mut *snapshot, &policy, self.version_id).await?;
        Ok(Found {
            policy_version: PolicyVersionShape::of(version, policy.default_version).marked(&policy),
        })
    }
}
