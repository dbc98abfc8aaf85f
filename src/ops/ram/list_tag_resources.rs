//! `ListTagResources`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::tags::Pages;
use crate::ops::error::OpError;
use crate::ops::ram::tagging::{self, ResourceType};
use crate::ops::values::{NextToken, ResourceNames, ShortPage, TagFilters};
use crate::store::Snapshot;

operation! {
    /// Pages through the tags of roles or policies, in the order of their names and of the keys.
    ListTagResources {
        product: Ram,
        access: Read,
        action: "ram:ListTagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `role` or `policy`.
            resource_type: ResourceType = "ResourceType",
            /// Only of these, up to 50, as JSON text or flattened.
            resource_names: ResourceNames = "ResourceNames",
            /// Only of what has each of these tags.
            tags: TagFilters = "Tag",
            /// Copied from the answer before.
            next_token: Option<NextToken> = "NextToken",
            /// 1 to 100; 100 where nothing is said.
            page_size: Option<ShortPage> = "PageSize",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    /// Empty at the end.
    next_token: String,
    tag_resources: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    resource_name: String,
    resource_type: &'static str,
    tag_key: String,
    tag_value: String,
}

#[async_trait]
impl Checked for ListTagResources {
    async fn loaded_checks(
        &self,
        _: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let (kind, names) = (self.resource_type, &self.resource_names);
        tagging::checks(snapshot, "ram:ListTagResources", kind, names).await
    }
}

#[async_trait]
impl Read for ListTagResources {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let named = if self.resource_names.0.is_empty() {
            None
        } else {
            let (of, names) = (self.resource_type, &self.resource_names);
            Some(tagging::targets(&mut *snapshot, of, names).await?)
        };
        let pages = Pages {
            kind: self.resource_type.kind(),
            filters: &self.tags.0,
            after: self.next_token.as_ref(),
            size: self.page_size,
        };
        let (found, next_token) = pages.read(snapshot, named).await?;
        Ok(Listed {
            next_token: next_token.unwrap_or_default(),
            tag_resources: found
                .into_iter()
                .map(|found| Entry {
                    resource_name: found.name,
                    resource_type: self.resource_type.kind().as_str(),
                    tag_key: found.tag.key,
                    tag_value: found.tag.value,
                })
                .collect(),
        })
    }
}
