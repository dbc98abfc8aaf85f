//! `ListPolicyVersions`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::PolicyType;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::policies;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyVersionShape;
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;

operation! {
    /// Lists the versions of a policy, oldest first. Of a system policy only the default is known.
    ListPolicyVersions {
        product: Ram,
        access: Read,
        action: "ram:ListPolicyVersions",
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
pub struct Listed {
    policy_versions: PolicyVersions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersions {
    policy_version: Vec<PolicyVersionShape>,
}

#[async_trait]
impl Read for ListPolicyVersions {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let (policy, versions) =
            policies::versions(snapshot, self.policy_type, &self.policy_name).await?;
        let policy_version = versions
            .into_iter()
            .map(|version| PolicyVersionShape::of(version, policy.default_version))
            .collect();
        Ok(Listed {
            policy_versions: PolicyVersions { policy_version },
        })
    }
}
