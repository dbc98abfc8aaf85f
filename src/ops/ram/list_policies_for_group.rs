//! `ListPoliciesForGroup`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::attachments;
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyShape;
use crate::policy::ids::GroupName;
use crate::store::Snapshot;

operation! {
    /// Lists the policies attached to a group.
    ListPoliciesForGroup {
        product: Ram,
        access: Read,
        action: "ram:ListPoliciesForGroup",
        resources: Of(&["acs:ram:*:{account}:group/{GroupName}"]),
        params {
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    policies: Policies,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<PolicyShape>,
}

#[async_trait]
impl Read for ListPoliciesForGroup {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let group = groups::find(&mut *snapshot, &self.group_name).await?;
        let attached = attachments::policies(snapshot, PrincipalId::Group(group.id)).await?;
        Ok(Listed {
            policies: Policies {
                policy: attached.iter().map(PolicyShape::attached).collect(),
            },
        })
    }
}
