//! `CreateRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::Role;
use crate::model::tag::Tagged;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::keys;
use crate::ops::ram::shapes::RoleShape;
use crate::ops::values::{self, Description, MaxSessionDuration, Tags, TrustDocument};
use crate::policy::context::MapContext;
use crate::policy::ids::NewRoleName;
use crate::store::Tx;

operation! {
    /// Creates a role and its trust policy.
    CreateRole {
        product: Ram,
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
            /// Up to 20, as JSON text or flattened.
            tags: Tags = "Tag",
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
        keys::trusted_principal_types(&mut own, &self.trust_policy.0);
        keys::service_names(&mut own, &self.trust_policy.0);
        keys::request_tags(&mut own, &self.tags.0);
        own
    }
}

#[async_trait]
impl Write for CreateRole {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let role = Role {
            account: tx.account().id,
            id: cx.iam.new_role_id(),
            name: self.role_name.role_name().clone(),
            description: values::text(self.description.as_ref()),
            trust_policy: self.trust_policy.0.clone(),
            max_session_duration: self
                .max_session_duration
                .map_or(MaxSessionDuration::DEFAULT, |duration| duration.0),
            session_epoch: 0,
            created_at: cx.now,
            updated_at: cx.now,
        };
        tx.create_role(&role).await.or_exists(Entity::Role)?;
        // Counted with the new one: a name that is taken is refused as such, also at the limit.
        if tx.count_roles().await? > cx.iam.quotas.roles {
            return Err(OpError::LimitExceeded(Entity::Role));
        }
        let tags = self.tags.within(cx.iam.quotas.tags_per_resource)?;
        if !tags.is_empty() {
            tx.put_tags(&Tagged::Role(role.id), tags).await?;
        }
        Ok(Created {
            role: RoleShape::created(&role),
        })
    }
}
