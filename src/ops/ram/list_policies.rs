//! `ListPolicies`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::catalog;
use crate::model::policy::{PolicyRef, PolicyType};
use crate::model::tag::Tagged;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup::AnyPolicy;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::params::Problem;
use crate::ops::ram::shapes::PolicyShape;
use crate::ops::shapes::TagsShape;
use crate::ops::values::{Marker, MaxItems, TagFilters};
use crate::store::{Page, Snapshot};

operation! {
    /// Pages through policies: the account's own in the order of their names, then the system's.
    ListPolicies {
        product: Ram,
        access: Read,
        action: "ram:ListPolicies",
        resources: Of(&["acs:ram:*:{account}:policy/*"]),
        params {
            /// `System` or `Custom`; both where nothing is said.
            policy_type: Option<PolicyType> = "PolicyType",
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 1000; 100 where nothing is said.
            max_items: Option<MaxItems> = "MaxItems",
            /// Only policies with each of these tags; system policies have none.
            tags: TagFilters = "Tag",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    policies: Policies,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<PolicyShape>,
}

/// What stands before a folded name in the marker: policy names hold no `/`.
const CUSTOM: &str = "custom/";
const SYSTEM: &str = "system/";

fn key(policy: &PolicyRef) -> String {
    let kind = match policy.policy_type {
        PolicyType::Custom => CUSTOM,
        PolicyType::System => SYSTEM,
    };
    format!("{kind}{}", policy.name.key())
}

impl ListPolicies {
    /// Up to `limit` policies after the marker.
    async fn collect(
        &self,
        snapshot: &mut dyn Snapshot,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AnyPolicy>, OpError> {
        let mut found: Vec<AnyPolicy> = Vec::new();
        let past_custom = after.is_some_and(|after| after.starts_with(SYSTEM));
        if self.policy_type != Some(PolicyType::System) && !past_custom {
            let after = after.and_then(|after| after.strip_prefix(CUSTOM));
            let custom = snapshot
                .list_policies(Page { after, limit }, &self.tags.0)
                .await?;
            found.extend(custom.into_iter().map(AnyPolicy::from));
        }
        if self.policy_type != Some(PolicyType::Custom) && self.tags.0.is_empty() {
            let after = after.and_then(|after| after.strip_prefix(SYSTEM));
            let room = usize::try_from(limit)
                .unwrap_or(usize::MAX)
                .saturating_sub(found.len());
            let system = catalog::system_policies()
                .filter(|policy| after.is_none_or(|after| policy.name.key() > after))
                .take(room);
            found.extend(system.map(AnyPolicy::from));
        }
        Ok(found)
    }
}

#[async_trait]
impl Read for ListPolicies {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items);
        let Page { after, limit } = paged.page();
        if after.is_some_and(|after| !after.starts_with(CUSTOM) && !after.starts_with(SYSTEM)) {
            // The marker of another list: to begin anew would never end.
            return Err(OpError::param("Marker", Problem::Incorrect));
        }
        let found = self.collect(&mut *snapshot, after, limit).await?;
        let (found, marker) = paged.cut(found, |policy| key(&policy.policy));
        let refs: Vec<PolicyRef> = found.iter().map(|policy| policy.policy.clone()).collect();
        let counts = snapshot.count_attachments(&refs).await?;
        let custom: Vec<Tagged> = refs
            .iter()
            .filter(|policy| policy.policy_type == PolicyType::Custom)
            .map(|policy| Tagged::Policy(policy.name.clone()))
            .collect();
        // Custom policies come first, so the tags of the others are simply missing at the end.
        let tags = snapshot.list_tags(&custom).await?;
        let tags = tags
            .into_iter()
            .map(TagsShape::of)
            .chain(std::iter::repeat_with(|| None));
        let policy = found
            .iter()
            .zip(counts)
            .zip(tags)
            .map(|((policy, count), tags)| PolicyShape {
                tags,
                ..PolicyShape::counted(policy, count)
            })
            .collect();
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            policies: Policies { policy },
        })
    }
}
