//! `ListUserBasicInfos`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ims::status::UserStatus;
use crate::ops::ims::users::ACTIVE;
use crate::ops::page::Paged;
use crate::ops::params::Problem;
use crate::ops::values::{Marker, MaxItems, TagFilters, UserPrincipalName};
use crate::store::Snapshot;

operation! {
    /// Pages through users, in the order of their names, with what is needed to name them.
    ListUserBasicInfos {
        product: Ims,
        access: Read,
        action: "ram:ListUserBasicInfos",
        resources: Of(&["acs:ram:*:{account}:user/*"]),
        params {
            /// `active`, `freeze` or `active,freeze`; no user is ever frozen here.
            status: Option<UserStatus> = "Status",
            /// Only users that have each of these tags.
            tags: TagFilters<128> = "Tag",
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 1000; 100 where nothing is said.
            max_items: Option<MaxItems> = "MaxItems",
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
    user_basic_infos: Infos,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Infos {
    user_basic_info: Vec<Info>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    user_id: String,
    user_principal_name: String,
    display_name: String,
    status: &'static str,
}

#[async_trait]
impl Read for ListUserBasicInfos {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        if self.status.is_some() && !self.tags.0.is_empty() {
            return Err(OpError::param("Status", Problem::Incorrect));
        }
        let paged = Paged::new(self.marker.as_ref(), self.max_items);
        let users = if self.status == Some(UserStatus::Frozen) {
            Vec::new()
        } else {
            snapshot.list_users(paged.page(), &self.tags.0).await?
        };
        let (users, marker) = paged.cut(users, |user| user.name.key().to_owned());
        let account = snapshot.account();
        let infos = users.into_iter().map(|user| Info {
            user_id: user.id.to_string(),
            user_principal_name: UserPrincipalName::of(&user.name, account),
            display_name: user.display_name,
            status: ACTIVE,
        });
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            user_basic_infos: Infos {
                user_basic_info: infos.collect(),
            },
        })
    }
}
