//! `ListTagResources`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::model::tag::TaggedKind;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::tags::Pages;
use crate::ops::error::OpError;
use crate::ops::ims::tagging::{Named, ResourceType};
use crate::ops::values::{NextToken, ResourceNames, ShortPage, TagFilters};
use crate::store::Snapshot;

operation! {
    /// Pages through the tags of users, in the order of their ids and of the keys.
    ListTagResources {
        product: Ims,
        access: Read,
        action: "ram:ListTagResources",
        resources: Loaded,
        checks: own,
        params {
            /// `user`; nothing else has tags here.
            resource_type: Option<ResourceType> = "ResourceType",
            /// Up to 50 user ids; these or the next.
            resource_ids: ResourceNames = "ResourceId",
            /// Up to 50 logon names.
            resource_principal_names: ResourceNames = "ResourcePrincipalName",
            /// Only of users that have each of these tags.
            tags: TagFilters<128> = "Tag",
            /// Copied from the answer before.
            next_token: Option<NextToken> = "NextToken",
            /// 1 to 100; 100 where nothing is said.
            page_size: Option<ShortPage> = "PageSize",
        }
    }
}

impl ListTagResources {
    fn named(&self) -> Named<'_> {
        Named {
            ids: &self.resource_ids,
            principals: &self.resource_principal_names,
        }
    }
}

#[async_trait]
impl Checked for ListTagResources {
    async fn loaded_checks(
        &self,
        _: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        self.named().checks(snapshot, "ram:ListTagResources").await
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    is_truncated: bool,
    /// Empty at the end.
    next_token: String,
    tag_resources: TagResources,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagResources {
    tag_resource: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    resource_id: String,
    resource_type: &'static str,
    tag_key: String,
    tag_value: String,
}

#[async_trait]
impl Read for ListTagResources {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let named = if self.named().is_empty() {
            None
        } else {
            Some(self.named().targets(&mut *snapshot).await?)
        };
        let pages = Pages {
            kind: TaggedKind::User,
            filters: &self.tags.0,
            after: self.next_token.as_ref(),
            size: self.page_size,
        };
        let (found, next_token) = pages.read(snapshot, named).await?;
        let entries = found.into_iter().map(|found| Entry {
            resource_id: found.name,
            resource_type: TaggedKind::User.as_str(),
            tag_key: found.tag.key,
            tag_value: found.tag.value,
        });
        Ok(Listed {
            is_truncated: next_token.is_some(),
            next_token: next_token.unwrap_or_default(),
            tag_resources: TagResources {
                tag_resource: entries.collect(),
            },
        })
    }
}
