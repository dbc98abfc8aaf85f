//! `AttachPolicy`.

use crate::iam::authz::Check;
use crate::model::policy::PolicyType;
use crate::model::principal::{PrincipalKind, PrincipalName};
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::{Declared as _, operation};
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::entities::conditions;
use crate::ops::error::OpError;
use crate::ops::resource_manager::grants;
use crate::ops::resource_manager::principals::PrincipalNameText;
use crate::policy::context::MapContext;
use crate::policy::ids::PolicyName;
use crate::store::{Snapshot, Tx};
use async_trait::async_trait;

operation! {
    /// Attaches a policy to a user, group or role.
    AttachPolicy {
        product: ResourceManager,
        access: Write,
        action: "ram:AttachPolicy",
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
impl Checked for AttachPolicy {
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

    fn loads_keys(&self) -> bool {
        self.principal_kind == PrincipalKind::Role
    }

    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        let mut own = MapContext::default();
        // A name that is none has no keys; that it is none is told to those who may.
        let kind = Some(self.principal_kind);
        if let Ok(PrincipalName::Role(name)) = self.principal_name.of(snapshot.account(), kind)
            && let Some(role) = snapshot.get_role(&name).await?
        {
            conditions::trusted_principal_types(&mut own, &role.trust_policy);
        }
        Ok(own)
    }
}

#[async_trait]
impl Write for AttachPolicy {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        self.scope.is_account(tx.account())?;
        let kind = Some(self.principal_kind);
        let name = self.principal_name.of(tx.account(), kind)?;
        let principal = grants::principal(&mut *tx, &name).await?;
        attachments::attach(cx, tx, principal, self.policy_type, &self.policy_name).await?;
        Ok(Done {})
    }
}
