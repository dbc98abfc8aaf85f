//! `TagResources`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::tags;
use crate::ops::error::OpError;
use crate::ops::ims::tagging::{Named, ResourceType};
use crate::ops::values::{NewTags, ResourceNames};
use crate::policy::context::MapContext;
use crate::store::{Snapshot, Tx};

operation! {
    /// Tags users. A tag whose key is there already gets the new value.
    TagResources {
        product: Ims,
        access: Write,
        action: "ram:TagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `user`.
            resource_type: ResourceType = "ResourceType",
            /// Up to 50 user ids; these or the next.
            resource_ids: ResourceNames = "ResourceId",
            /// Up to 50 logon names.
            resource_principal_names: ResourceNames = "ResourcePrincipalName",
            /// 1 to 20 tags.
            tags: NewTags<128> = "Tag",
        }
    }
}

impl TagResources {
    fn named(&self) -> Named<'_> {
        Named {
            ids: &self.resource_ids,
            principals: &self.resource_principal_names,
        }
    }
}

#[async_trait]
impl Checked for TagResources {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        conditions::request_tags(&mut own, &self.tags.0);
        own
    }

    async fn loaded_checks(
        &self,
        _: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        self.named().expect_some()?;
        self.named().checks(snapshot, "ram:TagResources").await
    }
}

#[async_trait]
impl Write for TagResources {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let targets = self.named().targets(&mut *tx).await?;
        tags::put(cx, tx, targets, &self.tags.0).await?;
        Ok(Done {})
    }
}
