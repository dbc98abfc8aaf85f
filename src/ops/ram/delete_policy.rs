//! `DeletePolicy`.

use async_trait::async_trait;

use crate::model::policy::{PolicyRef, PolicyType};
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Conflict, OpError};
use crate::ops::ram::lookup;
use crate::policy::ids::PolicyName;
use crate::store::Tx;

operation! {
    /// Removes a custom policy that is attached to nobody.
    DeletePolicy {
        product: Ram,
        access: Write,
        action: "ram:DeletePolicy",
        resources: Of(&["acs:ram:*:{account}:policy/{PolicyName}"]),
        params {
            /// The policy; case is ignored.
            policy_name: PolicyName = "PolicyName",
            /// Whether versions beside the default one go with it.
            cascading_delete: Option<bool> = "CascadingDelete",
        }
    }
}

#[async_trait]
impl Write for DeletePolicy {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let policy = lookup::policy(&mut *tx, PolicyType::Custom, &self.policy_name).await?;
        let PolicyRef { name, .. } = &policy.policy;
        if !tx.list_users_of_policy(&policy.policy).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::PolicyOfUser));
        }
        if !tx.list_groups_of_policy(&policy.policy).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::PolicyOfGroup));
        }
        if !tx.list_roles_of_policy(&policy.policy).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::PolicyOfRole));
        }
        let cascading = self.cascading_delete.unwrap_or(false);
        if !cascading && tx.list_policy_versions(name).await?.len() > 1 {
            return Err(OpError::DeleteConflict(Conflict::PolicyHasVersions));
        }
        tx.delete_policy(name).await?;
        Ok(Done {})
    }
}
