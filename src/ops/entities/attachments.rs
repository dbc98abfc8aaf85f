//! Attaching and detaching, which differ for users, groups and roles in the name alone.

use crate::model::account::Account;
use crate::model::policy::{Attachment, FoundAttachment, PolicyRef, PolicyType, VersionId};
use crate::model::principal::{PrincipalId, PrincipalName};
use crate::model::quotas::Quotas;
use crate::ops::call::Context;
use crate::ops::entities::lookup::AnyPolicy;
use crate::ops::entities::{linked_roles, lookup};
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::params::{ParamValue, Problem};
use crate::policy::ids::PolicyName;
use crate::store::{Snapshot, Tx};

/// The scope of a grant: a resource group's id, or the account's own for the whole account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroupId(String);

impl ParamValue for ResourceGroupId {
    fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self(text.to_owned()))
    }
}

impl ResourceGroupId {
    /// Checks that it is the whole account: there are no resource groups.
    pub(in crate::ops) fn is_account(&self, account: &Account) -> Result<(), OpError> {
        if self.0 == account.id.to_string() {
            Ok(())
        } else {
            Err(OpError::NoResourceGroup)
        }
    }
}

/// Attaches a policy to a principal that exists.
pub(in crate::ops) async fn attach(
    cx: &Context,
    tx: &mut dyn Tx,
    principal: PrincipalId,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<(), OpError> {
    unprotected(&mut *tx, principal).await?;
    let found = lookup::policy(&mut *tx, policy_type, name).await?;
    let attachment = Attachment {
        principal,
        policy: found.policy,
        attached_at: cx.now,
    };
    tx.attach_policy(&attachment)
        .await
        .or_exists(Entity::attachment(principal))?;
    // Counted with the new one: an attachment that exists is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_attached(principal, policy_type).await? > limit(&quotas, policy_type) {
        return Err(OpError::LimitExceeded(Entity::attachment(principal)));
    }
    Ok(())
}

/// Refuses a role that has its service's policy and no other.
async fn unprotected(snapshot: &mut dyn Snapshot, principal: PrincipalId) -> Result<(), OpError> {
    if let PrincipalId::Role(id) = principal
        && let Some(role) = snapshot.get_role_by_id(id).await?
    {
        linked_roles::protect(&role)?;
    }
    Ok(())
}

fn limit(quotas: &Quotas, policy_type: PolicyType) -> u32 {
    match policy_type {
        PolicyType::Custom => quotas.custom_policies_per_principal,
        PolicyType::System => quotas.system_policies_per_principal,
    }
}

/// Detaches a policy from a principal that exists.
pub(in crate::ops) async fn detach(
    tx: &mut dyn Tx,
    principal: PrincipalId,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<(), OpError> {
    unprotected(&mut *tx, principal).await?;
    let policy = PolicyRef {
        policy_type,
        name: name.clone(),
    };
    let detached = tx.detach_policy(principal, &policy).await;
    if matches!(detached, Err(crate::store::StoreError::NotFound)) {
        // Say which of the two is missing. A system policy that left the catalogue can be detached.
        lookup::policy(&mut *tx, policy_type, name).await?;
    }
    detached.or_missing(Entity::attachment(principal))
}

/// What is attached to a principal that exists, as a search of the whole account finds it.
pub(in crate::ops) async fn found(
    snapshot: &mut dyn Snapshot,
    principal: PrincipalId,
    name: &PrincipalName,
) -> Result<Vec<FoundAttachment>, OpError> {
    let attached = policies(snapshot, principal).await?.into_iter();
    let found = attached.map(|(policy, attached_at)| FoundAttachment {
        principal: name.clone(),
        policy: policy.policy,
        description: policy.description,
        attached_at,
    });
    Ok(found.collect())
}

/// What is attached to a principal that exists, each with the moment when it was.
pub(in crate::ops) async fn policies(
    snapshot: &mut dyn Snapshot,
    principal: PrincipalId,
) -> Result<Vec<(AnyPolicy, i64)>, OpError> {
    let mut attached = Vec::new();
    for attachment in snapshot.list_attachments(principal).await? {
        let PolicyRef { policy_type, name } = &attachment.policy;
        let policy = match lookup::policy(snapshot, *policy_type, name).await {
            // A system policy that left the catalogue has nothing to show but its name.
            Err(OpError::NotExist(_)) => AnyPolicy {
                policy: attachment.policy,
                is_complete: true,
                description: String::new(),
                default_version: VersionId(1),
                created_at: 0,
                updated_at: 0,
            },
            found => found?,
        };
        attached.push((policy, attachment.attached_at));
    }
    Ok(attached)
}
