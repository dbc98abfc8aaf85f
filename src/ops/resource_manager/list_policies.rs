//! `ListPolicies`.

use crate::model::catalog;
use crate::model::policy::{PolicyRef, PolicyType};
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup::AnyPolicy;
use crate::ops::error::OpError;
use crate::ops::resource_manager::numbered::Numbered;
use crate::ops::resource_manager::shapes::PolicyShape;
use crate::ops::values::{Language, PageNumber, PageSize};
use crate::store::Snapshot;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Lists policies by pages: the account's own in the order of their names, then the system's.
    ListPolicies {
        product: ResourceManager,
        access: Read,
        action: "ram:ListPolicies",
        resources: Of(&["acs:ram:*:{account}:policy/*"]),
        params {
            /// `System` or `Custom`; both where nothing is said.
            policy_type: Option<PolicyType> = "PolicyType",
            /// From 1; 1 where nothing is said.
            page_number: Option<PageNumber> = "PageNumber",
            /// 1 to 100; 10 where nothing is said.
            page_size: Option<PageSize> = "PageSize",
            /// `en`, `zh-CN` or `ja`; without effect.
            language: Option<Language> = "Language",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    #[serde(flatten)]
    page: Numbered,
    policies: Policies,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<PolicyShape>,
}

#[async_trait]
impl Read for ListPolicies {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let page = Numbered::new(self.page_number, self.page_size);
        let mut stretch = page.stretch();
        let (mut found, mut total) = (Vec::new(), 0);
        if self.policy_type != Some(PolicyType::System) {
            let custom = snapshot.list_policies_at(stretch).await?;
            found.extend(custom.into_iter().map(AnyPolicy::from));
            total = snapshot.count_policies().await?;
            stretch.skip = stretch.skip.saturating_sub(total);
        }
        if self.policy_type != Some(PolicyType::Custom) {
            let places = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
            let room = places(stretch.limit).saturating_sub(found.len());
            let system = catalog::system_policies().skip(places(stretch.skip));
            found.extend(system.take(room).map(AnyPolicy::from));
            let known = u32::try_from(catalog::system_policies().count()).unwrap_or(u32::MAX);
            total = total.saturating_add(known);
        }
        let refs: Vec<PolicyRef> = found.iter().map(|policy| policy.policy.clone()).collect();
        let counts = snapshot.count_attachments(&refs).await?;
        let policy = found
            .iter()
            .zip(counts)
            .map(|(policy, count)| PolicyShape::listed(policy, count))
            .collect();
        Ok(Listed {
            page: page.of(total),
            policies: Policies { policy },
        })
    }
}
