//! What becomes of service-linked roles, whichever product's words a call uses.

use std::collections::HashMap;

use crate::model::catalog::{self, LinkedService};
use crate::model::linked::{DeletionStatus, DeletionTask};
use crate::model::policy::{Attachment, PolicyRef, PolicyType};
use crate::model::principal::{PrincipalId, Role};
use crate::ops::call::Context;
use crate::ops::entities::lookup;
use crate::ops::error::{Entity, LinkedRoleError, OpError, OrRefuse as _};
use crate::ops::params::{ParamValue, Problem};
use crate::ops::shapes::date;
use crate::ops::values::{Description, MaxSessionDuration};
use crate::policy::arn;
use crate::policy::context::MapContext;
use crate::policy::ids::{RoleId, RoleName};
use crate::store::{Snapshot, Tx};
use serde::Serialize;

/// The name of a service as a parameter. A text that names none is no fault of its form: there is no
/// such service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceNameText(String);

impl ParamValue for ServiceNameText {
    fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self(text.to_owned()))
    }
}

impl ServiceNameText {
    /// The service that is meant, whatever its spelling.
    pub(in crate::ops) fn known(&self) -> Option<&'static LinkedService> {
        catalog::linked_service(&self.0.parse().ok()?)
    }

    /// The condition key `ram:ServiceName`: one spelling for a service that is known.
    pub(in crate::ops) fn keys(&self) -> MapContext {
        let name = self.known().map(|known| known.service.as_str());
        keys(name.unwrap_or(&self.0))
    }
}

/// The end of a role's name, behind `_`: letters, digits, `.`, `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomSuffix(String);

impl ParamValue for CustomSuffix {
    fn parse(text: &str) -> Result<Self, Problem> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        // The whole name may have no more.
        if text.chars().count() > RoleName::MAX_LENGTH {
            return Err(Problem::SuffixLength);
        }
        if text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::SuffixChars)
        }
    }
}

/// A role to be made for a service.
pub(in crate::ops) struct NewLinkedRole<'a> {
    pub(in crate::ops) service: &'a ServiceNameText,
    pub(in crate::ops) suffix: Option<&'a CustomSuffix>,
    pub(in crate::ops) description: Option<&'a Description>,
}

/// The condition key `ram:ServiceName`.
fn keys(service: &str) -> MapContext {
    let mut own = MapContext::default();
    own.insert("ram:ServiceName", service);
    own
}

/// The condition keys of a call about a service-linked role of that name. What is none has none.
pub(in crate::ops) async fn loaded_keys(
    snapshot: &mut dyn Snapshot,
    name: &RoleName,
) -> Result<MapContext, OpError> {
    let role = snapshot.get_role(name).await?;
    let service = role.and_then(|role| role.linked_service);
    Ok(service.map_or_else(MapContext::default, |service| keys(service.as_str())))
}

/// Makes the role, with its policy. It counts to the quota of roles and is not held up by it.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    new: NewLinkedRole<'_>,
) -> Result<Role, OpError> {
    let known = new.service.known().ok_or(LinkedRoleError::NoService)?;
    if new.suffix.is_some() && !known.takes_suffix {
        return Err(LinkedRoleError::SuffixNotAllowed.into());
    }
    // A role of several is told apart by its description, the one of its service has the service's.
    let description = match (new.suffix, new.description) {
        (None, None) => known.description.clone(),
        (None, Some(_)) => return Err(LinkedRoleError::DescriptionNotAllowed.into()),
        (Some(_), Some(description)) => description.0.clone(),
        (Some(_), None) => return Err(OpError::param("Description", Problem::Missing)),
    };
    let name = match new.suffix {
        None => known.role_name.clone(),
        Some(CustomSuffix(suffix)) => {
            let name = format!("{}_{suffix}", known.role_name);
            name.parse().map_err(|_| LinkedRoleError::SuffixLength)?
        }
    };
    let role = Role {
        account: tx.account().id,
        id: cx.iam.new_role_id(),
        name,
        description,
        trust_policy: known.trust_policy(),
        max_session_duration: MaxSessionDuration::DEFAULT,
        session_epoch: 0,
        linked_service: Some(known.service.clone()),
        created_at: cx.now,
        updated_at: cx.now,
    };
    tx.create_role(&role).await.or_exists(Entity::Role)?;
    let attachment = Attachment {
        principal: PrincipalId::Role(role.id),
        policy: PolicyRef {
            policy_type: PolicyType::System,
            name: known.policy_name.clone(),
        },
        attached_at: cx.now,
    };
    tx.attach_policy(&attachment).await?;
    Ok(role)
}

/// Asks for the role's removal; answers the task. One that is still to be done is the answer too.
pub(in crate::ops) async fn delete(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &RoleName,
) -> Result<String, OpError> {
    let role = lookup::role(&mut *tx, name).await?;
    let service = role.linked_service.as_ref();
    let service = service.ok_or(LinkedRoleError::NotLinked)?;
    let mut latest = tx.latest_deletion_tasks(&[role.id]).await?;
    let number = match latest.remove(&role.id) {
        Some(task) if task.status == DeletionStatus::InProgress => return Ok(task.id),
        Some(task) => task.number.saturating_add(1),
        None => 1,
    };
    let task = DeletionTask {
        account: role.account,
        id: TaskId::text_of(service.as_str(), &role.name, &cx.iam.new_task_id()),
        role: role.id,
        number,
        status: DeletionStatus::InProgress,
        reason: Vec::new(),
        created_at: cx.now,
        updated_at: cx.now,
    };
    tx.create_deletion_task(&task).await?;
    // It gets the account's lock when this transaction is over; if that fails, there is no task.
    cx.iam.start_deletion(role.account, task.id.clone());
    Ok(task.id)
}

/// Refuses a change of a role that only the rules of its service shape.
pub(in crate::ops) fn protect(role: &Role) -> Result<(), OpError> {
    match role.linked_service {
        None => Ok(()),
        Some(_) => Err(LinkedRoleError::Protected.into()),
    }
}

/// The id of a task as a parameter: `task/acs-service-role/<service>/<RoleName>/<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskId {
    text: String,
    service: String,
    role: String,
}

impl TaskId {
    const PREFIX: &str = "task/acs-service-role/";

    fn text_of(service: &str, role: &RoleName, uuid: &str) -> String {
        format!("{}{service}/{role}/{uuid}", Self::PREFIX)
    }

    /// The whole.
    pub(in crate::ops) fn as_str(&self) -> &str {
        &self.text
    }

    /// Why a task failed.
    pub(in crate::ops) fn in_use(&self, task: &DeletionTask) -> String {
        let role = arn::linked_role_arn(task.account, &self.role);
        let service = &self.service;
        format!("Service-Linked Role {role} cannot be deleted as it is in use by {service}.")
    }
}

impl ParamValue for TaskId {
    fn parse(text: &str) -> Result<Self, Problem> {
        if !(26..=255).contains(&text.chars().count()) {
            return Err(Problem::TaskIdLength);
        }
        let parts = text.strip_prefix(Self::PREFIX).unwrap_or_default();
        let parts: Vec<&str> = parts.split('/').collect();
        match parts[..] {
            [service, role, uuid] if ![service, role, uuid].contains(&"") => Ok(Self {
                text: text.to_owned(),
                service: service.to_owned(),
                role: role.to_owned(),
            }),
            _ => Err(Problem::TaskId),
        }
    }
}

/// A service-linked role, as it is answered where it was just made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::ops) struct LinkedRoleShape {
    role_id: String,
    role_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_principal_name: Option<String>,
    arn: String,
    description: String,
    assume_role_policy_document: String,
    is_service_linked_role: bool,
    create_date: String,
}

impl LinkedRoleShape {
    /// With the principal's name where the product has such names.
    pub(in crate::ops) fn created(role: Role, principal_name: Option<String>) -> Self {
        Self {
            role_id: role.id.to_string(),
            role_name: role.name.to_string(),
            role_principal_name: principal_name,
            arn: role.arn(),
            description: role.description,
            assume_role_policy_document: role.trust_policy,
            is_service_linked_role: true,
            create_date: date(role.created_at),
        }
    }
}

/// The task by which a role was last to be removed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::ops) struct LatestTaskShape {
    create_date: String,
    deletion_task_id: String,
}

/// The latest task of each of these roles that has one.
pub(in crate::ops) async fn latest_tasks(
    snapshot: &mut dyn Snapshot,
    roles: &[Role],
) -> Result<HashMap<RoleId, LatestTaskShape>, OpError> {
    let linked: Vec<RoleId> = roles
        .iter()
        .filter(|role| role.linked_service.is_some())
        .map(|role| role.id)
        .collect();
    let tasks = snapshot.latest_deletion_tasks(&linked).await?.into_iter();
    let shapes = tasks.map(|(role, task)| {
        let shape = LatestTaskShape {
            create_date: date(task.created_at),
            deletion_task_id: task.id,
        };
        (role, shape)
    });
    Ok(shapes.collect())
}
