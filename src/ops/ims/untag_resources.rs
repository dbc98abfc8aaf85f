//! `UntagResources`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::tags;
use crate::ops::error::OpError;
use crate::ops::ims::tagging::{Named, ResourceType};
use crate::ops::params::Problem;
use crate::ops::values::{ResourceNames, TagKeys};
use crate::store::{Snapshot, Tx};

operation! {
    /// Takes tags off users. A key that is not there is nothing.
    UntagResources {
        product: Ims,
        access: Write,
        action: "ram:UntagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `user`.
            resource_type: ResourceType = "ResourceType",
            /// Up to 50 user ids; these or the next.
            resource_ids: ResourceNames = "ResourceId",
            /// Up to 50 logon names.
            resource_principal_names: ResourceNames = "ResourcePrincipalName",
            /// Up to 20 keys.
            tag_keys: TagKeys = "TagKey",
            /// Whether every tag goes; counts where no keys are given.
            all: Option<bool> = "All",
        }
    }
}

impl UntagResources {
    fn named(&self) -> Named<'_> {
        Named {
            ids: &self.resource_ids,
            principals: &self.resource_principal_names,
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
        self.named().expect_some()?;
        if self.tag_keys.0.is_empty() && self.all != Some(true) {
            return Err(OpError::param("TagKey", Problem::Missing));
        }
        self.named().checks(snapshot, "ram:UntagResources").await
    }
}

#[async_trait]
impl Write for UntagResources {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let keys = &self.tag_keys.0;
        let targets = self.named().targets(&mut *tx).await?;
        tags::remove(tx, targets, (!keys.is_empty()).then_some(keys)).await?;
        Ok(Done {})
    }
}
