//! `ListPoliciesForUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::attachments;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::PolicyShape;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Lists the policies attached to a user.
    ListPoliciesForUser {
        product: Ram,
        access: Read,
        action: "ram:ListPoliciesForUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
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
impl Read for ListPoliciesForUser {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let user = users::find(&mut *snapshot, &self.user_name).await?;
        let attached = attachments::policies(snapshot, PrincipalId::User(user.id)).await?;
        Ok(Listed {
            policies: Policies {
                policy: attached.iter().map(PolicyShape::attached).collect(),
            },
        })
    }
}
