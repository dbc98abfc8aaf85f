//! `UntagResources`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::tags;
use crate::ops::error::OpError;
use crate::ops::params::Problem;
use crate::ops::ram::tagging::{self, ResourceType};
use crate::ops::values::{ResourceNames, TagKeys};
use crate::store::{Snapshot, Tx};

operation! {
    /// Takes tags off roles or policies. A key that is not there is nothing.
    UntagResources {
        product: Ram,
        access: Write,
        action: "ram:UntagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `role` or `policy`.
            resource_type: ResourceType = "ResourceType",
            /// Up to 50 names, as JSON text or flattened.
            resource_names: ResourceNames = "ResourceNames",
            /// Up to 20 keys, as JSON text or flattened.
            tag_keys: TagKeys = "TagKeys",
            /// Whether every tag goes; then no keys are needed.
            all: Option<bool> = "All",
        }
    }
}

#[async_trait]
impl Checked for UntagResources {
    async fn loaded_checks(
        &self,
        _: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        tagging::expect_names(&self.resource_names)?;
        if self.tag_keys.0.is_empty() && self.all != Some(true) {
            return Err(OpError::param("TagKeys", Problem::Missing));
        }
        let (kind, names) = (self.resource_type, &self.resource_names);
        tagging::checks(snapshot, "ram:UntagResources", kind, names).await
    }
}

#[async_trait]
impl Write for UntagResources {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let keys = (self.all != Some(true)).then_some(self.tag_keys.0.as_slice());
        let targets = tagging::targets(&mut *tx, self.resource_type, &self.resource_names).await?;
        tags::remove(tx, targets, keys).await?;
        Ok(Done {})
    }
}
