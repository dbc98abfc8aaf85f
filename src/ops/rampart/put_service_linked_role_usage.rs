//! `PutServiceLinkedRoleUsage`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::model::linked::RoleUsage;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{LinkedRoleError, OpError};
use crate::ops::rampart::usages::{self, RegionId, ResourceText};
use crate::policy::arn::RoleArn;
use crate::store::Tx;

operation! {
    /// Registers that something of the calling service uses its role; the role cannot be removed
    /// while it does. Only the service that the role is linked to may, with a key of its own.
    PutServiceLinkedRoleUsage {
        product: Rampart,
        access: Write,
        auth: Service,
        action: "rampart:PutServiceLinkedRoleUsage",
        resources: ByCall,
        checks: own,
        params {
            /// `acs:ram::<account>:role/<name>`.
            role_arn: RoleArn = "RoleArn",
            /// Where it is; `global` where nothing is said.
            region: Option<RegionId> = "Region",
            /// What it is, in the service's words: up to 512 characters.
            resource: ResourceText = "Resource",
        }
    }
}

impl Checked for PutServiceLinkedRoleUsage {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        usages::check(cx, &self.role_arn).map(|_| Vec::new())
    }

    fn role(&self) -> Option<&RoleArn> {
        Some(&self.role_arn)
    }
}

#[async_trait]
impl Write for PutServiceLinkedRoleUsage {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let role = usages::role(cx, &mut *tx, &self.role_arn).await?;
        let usage = RoleUsage {
            region: RegionId::or_global(self.region.as_ref()).to_owned(),
            resource: self.resource.0.clone(),
            registered_at: cx.now,
        };
        tx.put_role_usage(role.id, &usage).await?;
        // Counted with the new one: what is registered already is so also at the limit.
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        if tx.count_role_usages(role.id).await? > quotas.usages_per_role {
            return Err(LinkedRoleError::TooManyUsages.into());
        }
        Ok(Done {})
    }
}
