//! `AttachPolicyToGroup`.

use async_trait::async_trait;

use crate::model::policy::PolicyType;
use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::entities::groups;
use crate::ops::error::OpError;
use crate::policy::ids::{GroupName, PolicyName};
use crate::store::Tx;

operation! {
    /// Attaches a policy to a group.
    AttachPolicyToGroup {
        product: Ram,
        access: Write,
        action: "ram:AttachPolicyToGroup",
        resources: Of(&[
            "acs:ram:*:{account}:group/{GroupName}",
            "acs:ram:*:{account|system}:policy/{PolicyName}",
        ]),
        params {
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// The group; case is ignored.
            group_name: GroupName = "GroupName",
            /// The account's id, where it is said: there are no resource groups.
            scope: Option<ResourceGroupId> = "ResourceGroupId",
        }
    }
}

#[async_trait]
impl Write for AttachPolicyToGroup {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        if let Some(scope) = &self.scope {
            scope.is_account(tx.account())?;
        }
        let principal = PrincipalId::Group(groups::find(&mut *tx, &self.group_name).await?.id);
        attachments::attach(cx, tx, principal, self.policy_type, &self.policy_name).await?;
        Ok(Done {})
    }
}
