//! `UpdateRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ram::keys;
use crate::ops::ram::lookup;
use crate::ops::ram::shapes::RoleShape;
use crate::ops::values::{Description, MaxSessionDuration, TrustDocument};
use crate::policy::context::MapContext;
use crate::policy::ids::RoleName;
use crate::store::Tx;

operation! {
    /// Changes a role's trust policy, description or longest session. What is not sent stays.
    UpdateRole {
        product: Ram,
        access: Write,
        action: "ram:UpdateRole",
        resources: Of(&["acs:ram:*:{account}:role/{RoleName}"]),
        checks: own,
        params {
            /// The role; case is ignored.
            role_name: RoleName = "RoleName",
            /// The new trust policy, up to 6144 characters.
            trust_policy: Option<TrustDocument> = "NewAssumeRolePolicyDocument",
            /// Up to 1024 characters.
            description: Option<Description> = "NewDescription",
            /// 3600 to 43200 seconds.
            max_session_duration: Option<MaxSessionDuration> = "NewMaxSessionDuration",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    role: RoleShape,
}

impl Checked for UpdateRole {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        if let Some(trust_policy) = &self.trust_policy {
            keys::trusted_principal_types(&mut own, &trust_policy.0);
        }
        own
    }
}

#[async_trait]
impl Write for UpdateRole {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let mut role = lookup::role(&mut *tx, &self.role_name).await?;
        if let Some(trust_policy) = &self.trust_policy {
            role.trust_policy.clone_from(&trust_policy.0);
        }
        if let Some(description) = &self.description {
            role.description.clone_from(&description.0);
        }
        if let Some(duration) = self.max_session_duration {
            role.max_session_duration = duration.0;
        }
        role.updated_at = cx.now;
        tx.update_role(&role).await?;
        Ok(Updated {
            role: RoleShape::whole(&role),
        })
    }
}
