//! `UpdateRole`.

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::roles::{self, RoleChange};
use crate::ops::error::OpError;
use crate::ops::resource_manager::shapes::RoleShape;
use crate::ops::values::{Description, MaxSessionDuration, TrustDocument};
use crate::policy::context::MapContext;
use crate::policy::ids::RoleName;
use crate::store::Tx;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Changes a role's trust policy, description or longest session. What is not sent stays.
    UpdateRole {
        product: ResourceManager,
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
            conditions::trusted_principal_types(&mut own, &trust_policy.0);
        }
        own
    }
}

#[async_trait]
impl Write for UpdateRole {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let change = RoleChange {
            trust_policy: self.trust_policy.as_ref(),
            description: self.description.as_ref(),
            max_session_duration: self.max_session_duration,
        };
        let role = roles::update(cx, &mut *tx, &self.role_name, change).await?;
        Ok(Updated {
            role: RoleShape::updated(tx.account(), &role),
        })
    }
}
