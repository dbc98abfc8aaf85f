//! `ListEntitiesForPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::policy::PolicyType;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::lookup;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;

operation! {
    /// Lists whom a policy is attached to. Not paged: the account's quotas bound it.
    ListEntitiesForPolicy {
        product: Ram,
        access: Read,
        action: "ram:ListEntitiesForPolicy",
        resources: Of(&["acs:ram:*:{account|system}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// `System` or `Custom`.
            policy_type: PolicyType = "PolicyType",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    groups: Groups,
    users: Users,
    roles: Roles,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Groups {
    group: Vec<GroupEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupEntry {
    group_name: String,
    comments: String,
    attach_date: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Users {
    user: Vec<UserEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserEntry {
    user_id: String,
    user_name: String,
    display_name: String,
    attach_date: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Roles {
    role: Vec<RoleEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleEntry {
    role_id: String,
    role_name: String,
    arn: String,
    description: String,
    attach_date: String,
}

#[async_trait]
impl Read for ListEntitiesForPolicy {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let policy = lookup::policy(&mut *snapshot, self.policy_type, &self.policy_name)
            .await?
            .policy;
        let group = snapshot
            .list_groups_of_policy(&policy)
            .await?
            .into_iter()
            .map(|(group, attached_at)| GroupEntry {
                group_name: group.name.to_string(),
                comments: group.comments,
                attach_date: date(attached_at),
            })
            .collect();
        let user = snapshot
            .list_users_of_policy(&policy)
            .await?
            .into_iter()
            .map(|(user, attached_at)| UserEntry {
                user_id: user.id.to_string(),
                user_name: user.name.to_string(),
                display_name: user.display_name,
                attach_date: date(attached_at),
            })
            .collect();
        let role = snapshot
            .list_roles_of_policy(&policy)
            .await?
            .into_iter()
            .map(|(role, attached_at)| RoleEntry {
                role_id: role.id.to_string(),
                arn: role.arn(),
                role_name: role.name.to_string(),
                description: role.description,
                attach_date: date(attached_at),
            })
            .collect();
        Ok(Listed {
            groups: Groups { group },
            users: Users { user },
            roles: Roles { role },
        })
    }
}
