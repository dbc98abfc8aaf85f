//! `CreateRole`.

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::roles::{self, NewRole};
use crate::ops::error::OpError;
use crate::ops::resource_manager::shapes::RoleShape;
use crate::ops::values::{Description, MaxSessionDuration, TrustDocument};
use crate::policy::context::MapContext;
use crate::policy::ids::NewRoleName;
use crate::store::Tx;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Creates a role and its trust policy.
    CreateRole {
        product: ResourceManager,
        access: Write,
        action: "ram:CreateRole",
        resources: Of(&["acs:ram:*:{account}:role/*"]),
        checks: own,
        params {
            /// 1 to 64 letters, digits, `.`, `@`, `-`; unique regardless of case.
            role_name: NewRoleName = "RoleName",
            /// The trust policy, up to 6144 characters.
            trust_policy: TrustDocument = "AssumeRolePolicyDocument",
            /// Up to 1024 characters.
            description: Option<Description> = "Description",
            /// 3600 to 43200 seconds; 3600 where nothing is said.
            max_session_duration: Option<MaxSessionDuration> = "MaxSessionDuration",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    role: RoleShape,
}

impl Checked for CreateRole {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        conditions::trusted_principal_types(&mut own, &self.trust_policy.0);
        conditions::service_names(&mut own, &self.trust_policy.0);
        own
    }
}

#[async_trait]
impl Write for CreateRole {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let new = NewRole {
            name: &self.role_name,
            trust_policy: &self.trust_policy,
            description: self.description.as_ref(),
            max_session_duration: self.max_session_duration,
            tags: None,
        };
        let role = roles::create(cx, &mut *tx, new).await?;
        Ok(Created {
            role: RoleShape::created(tx.account(), &role),
        })
    }
}
