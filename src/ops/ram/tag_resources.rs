//! `TagResources`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::tags;
use crate::ops::error::OpError;
use crate::ops::ram::tagging::{self, ResourceType};
use crate::ops::values::{NewTags, ResourceNames};
use crate::policy::context::MapContext;
use crate::store::{Snapshot, Tx};

operation! {
    /// Tags roles or policies. A tag whose key is there already gets the new value.
    TagResources {
        product: Ram,
        access: Write,
        action: "ram:TagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `role` or `policy`.
            resource_type: ResourceType = "ResourceType",
            /// Up to 50 names, as JSON text or flattened.
            resource_names: ResourceNames = "ResourceNames",
            /// 1 to 20 tags, as JSON text or flattened.
            tags: NewTags = "Tag",
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
        tagging::expect_names(&self.resource_names)?;
        let (kind, names) = (self.resource_type, &self.resource_names);
        tagging::checks(snapshot, "ram:TagResources", kind, names).await
    }
}

#[async_trait]
impl Write for TagResources {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let targets = tagging::targets(&mut *tx, self.resource_type, &self.resource_names).await?;
        tags::put(cx, tx, targets, &self.tags.0).await?;
        Ok(Done {})
    }
}
