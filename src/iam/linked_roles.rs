//! The removal of service-linked roles: tasks, each one transaction under the account's lock.
//!
//! Who asks for a removal writes the task down; it is done behind that call, or by whatever server
//! finds it later: a task that was acknowledged is done, also after a restart. Registering a use of
//! the role takes the same lock. So a registration that was acknowledged before the task ran keeps
//! the role, and once the task has succeeded there is neither role nor use, and no session of the
//! role's id is taken any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::iam::Iam;
use crate::iam::generate;
use crate::model::audit::AuditRecord;
use crate::model::linked::{DeletionStatus, RoleUsage, UsedIn};
use crate::model::principal::PrincipalId;
use crate::policy::ids::AccountId;
use crate::store::StoreError;

/// How many tasks one look takes up.
const AT_ONCE: u32 = 100;

/// Who the audit trail says removed a role.
const PRINCIPAL: &str = "deletion-task";

impl Iam {
    /// Does a task as soon as its account can be written: what is about to be committed first.
    pub fn start_deletion(self: &Arc<Self>, account: AccountId, id: String) {
        let iam = Arc::clone(self);
        tokio::spawn(async move { iam.finish_deletion(account, &id).await });
    }

    /// Takes up the tasks that are still to be done, each by itself: an account whose writers are many
    /// holds up no other's, nor whoever asks for this.
    ///
    /// # Errors
    /// Where the tasks cannot be read. What becomes of each stands in the task.
    pub async fn take_up_deletions(self: &Arc<Self>) -> Result<(), StoreError> {
        let now = self.clock.now();
        for (account, id) in self.store.unfinished_deletions(now, AT_ONCE).await? {
            self.start_deletion(account, id);
        }
        Ok(())
    }

    async fn finish_deletion(self: &Arc<Self>, account: AccountId, id: &str) {
        match self.run_deletion(account, id).await {
            Ok(()) => {}
            Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => {
                tracing::warn!(%error, account.id = %account, task = id,
                    "a deletion task is taken up again later");
            }
            Err(error) => {
                tracing::error!(%error, account.id = %account, task = id, "a deletion task failed");
                if let Err(error) = self.give_up_deletion(account, id).await {
                    tracing::error!(%error, account.id = %account, task = id,
                        "that a deletion task failed cannot be written down");
                }
            }
        }
    }

    async fn run_deletion(
        self: &Arc<Self>,
        account: AccountId,
        id: &str,
    ) -> Result<(), StoreError> {
        let mut guard = self.begin_write(account).await?;
        let task = guard.tx().get_deletion_task(id).await?;
        // Somebody may have done it meanwhile.
        let unfinished = task.filter(|task| task.status == DeletionStatus::InProgress);
        let Some(mut task) = unfinished else {
            return Ok(());
        };
        task.updated_at = self.clock.now();
        let tx = guard.tx();
        let mut resource = task.id.clone();
        if let Some(role) = tx.get_role_by_id(task.role).await? {
            resource = format!("{} {resource}", role.arn());
            task.reason = by_region(tx.list_role_usages(role.id).await?);
            if task.reason.is_empty() {
                let principal = PrincipalId::Role(role.id);
                for attachment in tx.list_attachments(principal).await? {
                    tx.detach_policy(principal, &attachment.policy).await?;
                }
                tx.delete_role(role.id).await?;
            }
        }
        task.status = if task.reason.is_empty() {
            DeletionStatus::Succeeded
        } else {
            DeletionStatus::Failed
        };
        tx.update_deletion_task(&task).await?;
        let operation = match task.status {
            DeletionStatus::Succeeded => "task.DeleteServiceLinkedRole",
            _ => "task.KeepServiceLinkedRole",
        };
        let record = AuditRecord {
            account,
            at_millis: self.clock.now_millis(),
            request_id: generate::request_id(self.entropy.as_ref()),
            principal: PRINCIPAL.to_owned(),
            access_key_id: String::new(),
            source_ip: String::new(),
            operation: operation.to_owned(),
            resource,
        };
        tx.append_audit(&record).await?;
        guard.commit().await
    }

    async fn give_up_deletion(
        self: &Arc<Self>,
        account: AccountId,
        id: &str,
    ) -> Result<(), StoreError> {
        let mut guard = self.begin_write(account).await?;
        let now = self.clock.now();
        guard.tx().give_up_deletion_task(id, now).await?;
        guard.commit().await
    }
}

fn by_region(usages: Vec<RoleUsage>) -> Vec<UsedIn> {
    let mut regions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for usage in usages {
        regions
            .entry(usage.region)
            .or_default()
            .push(usage.resource);
    }
    let regions = regions.into_iter();
    let used = regions.map(|(region, resources)| UsedIn { region, resources });
    used.collect()
}
