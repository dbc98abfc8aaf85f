//! `CreatePolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::{Policy, PolicyVersion, VersionId};
use crate::model::tag::Tagged;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::keys;
use crate::ops::ram::shapes::PolicyShape;
use crate::ops::values::{self, Description, PolicyDocument, Tags};
use crate::policy::context::MapContext;
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Creates a custom policy; its first version is `v1`.
    CreatePolicy {
        product: Ram,
        access: Write,
        action: "ram:CreatePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/*"]),
        checks: own,
        params {
            /// 1 to 128 letters, digits, `-`; unique regardless of case.
            policy_name: PolicyName = "PolicyName",
            /// The document, up to 6144 characters.
            document: PolicyDocument = "PolicyDocument",
            /// Up to 1024 characters.
            description: Option<Description> = "Description",
            /// Up to 20, as JSON text or flattened.
            tags: Tags = "Tag",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy: PolicyShape,
}

impl Checked for CreatePolicy {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        keys::request_tags(&mut own, &self.tags.0);
        own
    }
}

#[async_trait]
impl Write for CreatePolicy {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let policy = Policy {
            account: tx.account().id,
            name: self.policy_name.clone(),
            description: values::text(self.description.as_ref()),
            default_version: VersionId(1),
            latest_version: VersionId(1),
            created_at: cx.now,
            updated_at: cx.now,
        };
        let first = PolicyVersion {
            version: VersionId(1),
            document: self.document.0.clone(),
            created_at: cx.now,
        };
        tx.create_policy(&policy, &first)
            .await
            .or_exists(Entity::Policy)?;
        // Counted with the new one: a name that is taken is refused as such, also at the limit.
        if tx.count_policies().await? > cx.iam.quotas.policies {
            return Err(OpError::LimitExceeded(Entity::Policy));
        }
        let tags = self.tags.within(cx.iam.quotas.tags_per_resource)?;
        if !tags.is_empty() {
            tx.put_tags(&Tagged::Policy(policy.name.clone()), tags)
                .await?;
        }
        Ok(Created {
            policy: PolicyShape::created(&policy),
        })
    }
}
