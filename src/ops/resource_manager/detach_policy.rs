//! `DetachPolicy`.

use crate::iam::authz::Check;
use crate::model::policy::PolicyType;
use crate::model::principal::PrincipalKind;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::{Declared as _, operation};
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::error::OpError;
use crate::ops::resource_manager::grants;
use crate::ops::resource_manager::principals::PrincipalNameText;
use crate::policy::ids::PolicyName;
use crate::store::Tx;
use async_trait::async_trait;

operation! {
    /// Detaches a policy from a user, group or role.
    DetachPolicy {
        product: ResourceManager,
        access: Write,
        action: "ram:DetachPolicy",
        resources: ByCall,
        checks: own,
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
            /// The whole name, as `alice@<account>.onaliyun.com`.
            principal_name: PrincipalNameText = "PrincipalName",
            /// `IMSUser`, `IMSGroup` or `ServiceRole`.
            principal_kind: PrincipalKind = "PrincipalType",
            /// The account's id: there are no resource groups.
            scope: ResourceGroupId = "ResourceGroupId",
        }
    }
}

#[async_trait]
impl Checked for DetachPolicy {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let policy = (self.policy_type, &self.policy_name);
        let action = Self::DECLARATION.action;
        Ok(vec![grants::check(
            cx,
            action,
            policy,
            self.principal_kind,
        )?])
    }
}

#[async_trait]
impl Write for DetachPolicy {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        self.scope.is_account(tx.account())?;
        let kind = Some(self.principal_kind);
        let name = self.principal_name.of(tx.account(), kind)?;
        let principal = grants::principal(&mut *tx, &name).await?;
        attachments::detach(tx, principal, self.policy_type, &self.policy_name).await?;
        Ok(Done {})
    }
}
