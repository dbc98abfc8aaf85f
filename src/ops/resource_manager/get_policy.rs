//! `GetPolicy`.

use crate::model::policy::PolicyType;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup;
use crate::ops::error::OpError;
use crate::ops::resource_manager::shapes::PolicyShape;
use crate::ops::values::Language;
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Reads a policy and the document of its default version.
    GetPolicy {
        product: ResourceManager,
        access: Read,
        action: "ram:GetPolicy",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
            /// `en`, `zh-CN` or `ja`; without effect.
            language: Option<Language> = "Language",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    policy: PolicyShape,
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
        let count = counts.first().copied().unwrap_or_default();
        Ok(Found {
            policy: PolicyShape::whole(&policy, count, version.document),
        })
    }
}
