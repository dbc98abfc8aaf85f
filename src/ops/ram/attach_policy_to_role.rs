//! `AttachPolicyToRole`.

use async_trait::async_trait;

use crate::model::policy::PolicyType;
use crate::model::principal::PrincipalId;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::entities::{conditions, lookup};
use crate::ops::error::OpError;
use crate::policy::context::MapContext;
use crate::policy::ids::{PolicyName, RoleName};
use crate::store::{Snapshot, Tx};

operation! {
    /// Attaches a policy to a role.
    AttachPolicyToRole {
        product: Ram,
        access: Write,
        action: "ram:AttachPolicyToRole",
        resources: Of(&[
            "acs:ram:*:{account}:role/{RoleName}",
            "acs:ram:*:{account|system}:policy/{PolicyName}",
        ]),
        checks: own,
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
impl Checked for AttachPolicyToRole {
    fn loads_keys(&self) -> bool {
        true
    }

    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        let mut own = MapContext::default();
        if let Some(role) = snapshot.get_role(&self.role_name).await? {
            conditions::trusted_principal_types(&mut own, &role.trust_policy);
        }
        Ok(own)
    }
}

#[async_trait]
impl Write for AttachPolicyToRole {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        if let Some(scope) = &self.scope {
            scope.is_account(tx.account())?;
        }
        let principal = PrincipalId::Role(lookup::role(&mut *tx, &self.role_name).await?.id);
        attachments::attach(cx, tx, principal, self.policy_type, &self.policy_name).await?;
        Ok(Done {})
    }
}
