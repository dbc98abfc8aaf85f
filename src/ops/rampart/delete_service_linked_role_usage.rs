//! `DeleteServiceLinkedRoleUsage`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::rampart::usages::{self, RegionId, ResourceText};
use crate::policy::arn::RoleArn;
use crate::store::Tx;

operation! {
    /// Takes back that something uses the calling service's role; what was not registered is nothing.
    /// Only the service that the role is linked to may, with a key of its own.
    DeleteServiceLinkedRoleUsage {
        product: Rampart,
        access: Write,
        auth: Service,
        action: "rampart:DeleteServiceLinkedRoleUsage",
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

impl Checked for DeleteServiceLinkedRoleUsage {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        usages::check(cx, &self.role_arn).map(|_| Vec::new())
    }

    fn role(&self) -> Option<&RoleArn> {
        Some(&self.role_arn)
    }
}

#[async_trait]
impl Write for DeleteServiceLinkedRoleUsage {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let role = usages::role(cx, &mut *tx, &self.role_arn).await?;
        let region = RegionId::or_global(self.region.as_ref());
        tx.delete_role_usage(role.id, region, &self.resource.0)
            .await?;
        Ok(Done {})
    }
}
