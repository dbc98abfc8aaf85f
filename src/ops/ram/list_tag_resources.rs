//! `ListTagResources`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::model::tag::{NamedTag, Tag, Tagged, TaggedKind};
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ram::tagging;
use crate::ops::values::{NextToken, ResourceNames, ShortPage, TagFilters};
use crate::store::{Snapshot, TagFilter};

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
            resource_type: TaggedKind = "ResourceType",
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

fn has(tags: &[Tag], filter: &TagFilter) -> bool {
    let is = |tag: &Tag| {
        let value = filter.value.as_ref();
        tag.key == filter.key && value.is_none_or(|value| *value == tag.value)
    };
    tags.iter().any(is)
}

impl ListTagResources {
    fn after(&self) -> Option<(&str, &str)> {
        let token = self.next_token.as_ref();
        token.map(|token| (token.name.as_str(), token.key.as_str()))
    }

    /// Up to `limit` tags of those that were named, after the token.
    async fn of_named(
        &self,
        snapshot: &mut dyn Snapshot,
        limit: usize,
    ) -> Result<Vec<NamedTag>, OpError> {
        let kind = self.resource_type;
        let mut targets = tagging::targets(&mut *snapshot, kind, &self.resource_names).await?;
        targets.sort_by_key(|target| target.name.to_ascii_lowercase());
        let tagged: Vec<Tagged> = targets.iter().map(|t| t.tagged.clone()).collect();
        let mut found = Vec::new();
        for (target, tags) in targets.iter().zip(snapshot.list_tags(&tagged).await?) {
            if !self.tags.0.iter().all(|filter| has(&tags, filter)) {
                continue;
            }
            let name = target.name.to_ascii_lowercase();
            let is_after = |tag: &Tag| {
                let place = (name.as_str(), tag.key.as_str());
                self.after().is_none_or(|after| place > after)
            };
            found.extend(tags.into_iter().filter(is_after).map(|tag| NamedTag {
                name: target.name.clone(),
                tag,
            }));
        }
        found.truncate(limit);
        Ok(found)
    }
}

#[async_trait]
impl Read for ListTagResources {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let size = self.page_size.map_or(ShortPage::DEFAULT, |size| size.0);
        let items = usize::try_from(size).unwrap_or(usize::MAX);
        // One more than is shown, to know whether there are more.
        let mut found = if self.resource_names.0.is_empty() {
            let (kind, after, filters) = (self.resource_type, self.after(), &self.tags.0);
            snapshot
                .list_tags_of_kind(kind, after, size + 1, filters)
                .await?
        } else {
            self.of_named(snapshot, items + 1).await?
        };
        let is_truncated = found.len() > items;
        found.truncate(items);
        let last = found.last().filter(|_| is_truncated);
        let next_token = last.map(|last| NextToken::after(&last.name, &last.tag.key));
        Ok(Listed {
            next_token: next_token.unwrap_or_default(),
            tag_resources: found
                .into_iter()
                .map(|found| Entry {
                    resource_name: found.name,
                    resource_type: self.resource_type.as_str(),
                    tag_key: found.tag.key,
                    tag_value: found.tag.value,
                })
                .collect(),
        })
    }
}
