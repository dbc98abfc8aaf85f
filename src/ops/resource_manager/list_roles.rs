//! `ListRoles`.

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::linked_roles;
use crate::ops::error::OpError;
use crate::ops::resource_manager::numbered::Numbered;
use crate::ops::resource_manager::shapes::RoleShape;
use crate::ops::values::{Language, PageNumber, PageSize};
use crate::store::Snapshot;
use async_trait::async_trait;
use serde::Serialize;

operation! {
    /// Lists roles by pages, in the order of their names.
    ListRoles {
        product: ResourceManager,
        access: Read,
        action: "ram:ListRoles",
        resources: Of(&["acs:ram:*:{account}:role/*"]),
        params {
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
    roles: Roles,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Roles {
    role: Vec<RoleShape>,
}

#[async_trait]
impl Read for ListRoles {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let page = Numbered::new(self.page_number, self.page_size);
        let roles = snapshot.list_roles_at(page.stretch()).await?;
        let page = page.of(snapshot.count_roles().await?);
        let mut tasks = linked_roles::latest_tasks(&mut *snapshot, &roles).await?;
        let account = snapshot.account();
        let role = roles
            .iter()
            .map(|role| RoleShape::listed(account, role).with_task(tasks.remove(&role.id)))
            .collect();
        Ok(Listed {
            page,
            roles: Roles { role },
        })
    }
}
