//! `ListPolicyAttachments`.

use crate::model::account::Account;
use crate::model::catalog;
use crate::model::policy::{FoundAttachment, PolicyType};
use crate::model::principal::{PrincipalKind, PrincipalName};
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::attachments::{self, ResourceGroupId};
use crate::ops::error::OpError;
use crate::ops::resource_manager::grants;
use crate::ops::resource_manager::numbered::Numbered;
use crate::ops::resource_manager::principals::{self, PrincipalNameText};
use crate::ops::shapes::date;
use crate::ops::values::{Language, PageNumber, PageSize};
use crate::policy::ids::PolicyName;
use crate::store::{AttachmentFilter, Snapshot};
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Lists by pages which policies are attached to whom.
    ListPolicyAttachments {
        product: ResourceManager,
        access: Read,
        action: "ram:ListPolicyAttachments",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// Only of policies of this name; case is ignored.
            policy_name: Option<PolicyName> = "PolicyName",
            /// Only of policies of this type.
            policy_type: Option<PolicyType> = "PolicyType",
            /// Only to this user, group or role.
            principal_name: Option<PrincipalNameText> = "PrincipalName",
            /// Only to principals of this kind.
            principal_kind: Option<PrincipalKind> = "PrincipalType",
            /// The account's id: there are no resource groups.
            scope: Option<ResourceGroupId> = "ResourceGroupId",
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
    policy_attachments: PolicyAttachments,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyAttachments {
    policy_attachment: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    policy_name: String,
    policy_type: &'static str,
    description: String,
    principal_name: String,
    principal_type: &'static str,
    resource_group_id: String,
    attach_date: String,
}

impl Entry {
    fn of(account: &Account, found: FoundAttachment) -> Self {
        let description = match found.policy.policy_type {
            PolicyType::Custom => found.description,
            PolicyType::System => catalog::system_policy(&found.policy.name)
                .map(|policy| policy.description.clone())
                .unwrap_or_default(),
        };
        Self {
            policy_name: found.policy.name.to_string(),
            policy_type: found.policy.policy_type.as_str(),
            description,
            principal_name: principals::shown(account, &found.principal),
            principal_type: principals::word(found.principal.kind()),
            resource_group_id: account.id.to_string(),
            attach_date: date(found.attached_at),
        }
    }
}

impl ListPolicyAttachments {
    /// What is attached to one principal: a few, read whole. To nobody nothing is.
    async fn of_principal(
        &self,
        snapshot: &mut dyn Snapshot,
        name: PrincipalName,
    ) -> Result<Vec<FoundAttachment>, OpError> {
        let principal = match grants::principal(&mut *snapshot, &name).await {
            Err(OpError::NotExist(_)) => return Ok(Vec::new()),
            other => other?,
        };
        let mut found = attachments::found(snapshot, principal, &name).await?;
        found.retain(|attachment| {
            let policy = &attachment.policy;
            self.policy_type.is_none_or(|of| of == policy.policy_type)
                && self
                    .policy_name
                    .as_ref()
                    .is_none_or(|name| *name == policy.name)
        });
        Ok(found)
    }
}

#[async_trait]
impl Read for ListPolicyAttachments {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        if let Some(scope) = &self.scope {
            scope.is_account(snapshot.account())?;
        }
        let page = Numbered::new(self.page_number, self.page_size);
        let (page, found) = if let Some(name) = &self.principal_name {
            let name = name.of(snapshot.account(), self.principal_kind)?;
            let all = self.of_principal(&mut *snapshot, name).await?;
            let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
            (page.of(total), page.cut(all))
        } else {
            let filter = AttachmentFilter {
                principal_kind: self.principal_kind,
                policy_type: self.policy_type,
                policy_name: self.policy_name.as_ref(),
            };
            let found = snapshot.search_attachments(filter, page.stretch()).await?;
            let total = snapshot.count_found_attachments(filter).await?;
            (page.of(total), found)
        };
        let account = snapshot.account();
        let policy_attachment = found
            .into_iter()
            .map(|found| Entry::of(account, found))
            .collect();
        Ok(Listed {
            page,
            policy_attachments: PolicyAttachments { policy_attachment },
        })
    }
}
