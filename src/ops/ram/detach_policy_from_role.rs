//! `DetachPolicyFromRole`.

use async_trait::async_trait;

use crate::model::policy::PolicyType;
use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::entities::lookup;
use crate::ops::error::OpError;
use crate::policy::ids::{PolicyName, RoleName};
use crate::store::Tx;

operation! {
    /// Detaches a policy from a role.
    DetachPolicyFromRole {
        product: Ram,
        access: Write,
        action: "ram:DetachPolicyFromRole",
        resources: Of(&[
            "acs:ram:*:{account}:role/{RoleName}",
            "acs:ram:*:{account|system}:policy/{PolicyName}",
        ]),
        params {
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
            /// The account's id, where it is said: there are no resource groups.
            scope: Option<ResourceGroupId> = "ResourceGroupId",
        }
    }
}

#[async_trait]
impl Write for DetachPolicyFromRole {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        if let Some(scope) = &self.scope {
            scope.is_account(tx.account())?;
        }
        let principal = PrincipalId::Role(lookup::role(&mut *tx, &self.role_name).await?.id);
        attachments::detach(tx, principal, self.policy_type, &self.policy_name).await?;
        Ok(Done {})
    }
}
