//! Service-linked roles: what services have made with them, and the tasks that remove them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::policy::ids::{AccountId, RoleId};

/// Something that a service has made with its role and that needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleUsage {
    /// Where it is; `global` for what is nowhere in particular.
    pub region: String,
    /// What it is, as the service names it.
    pub resource: String,
    /// Unix seconds.
    pub registered_at: i64,
}

/// What kept a role from being removed in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedIn {
    /// Where.
    pub region: String,
    /// By what.
    pub resources: Vec<String>,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeletionStatus {
    /// It is to be done, now or after a restart.
    InProgress,
    /// The role is gone.
    Succeeded,
    /// The role is in use, and stays.
    Failed,
    /// It could not be done, and the server is at fault.
    InternalError,
}

impl DeletionStatus {
    /// The word on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::InternalError => "INTERNAL_ERROR",
        }
    }
}

/// A text is no status of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no status of a deletion task")]
pub struct DeletionStatusError;

impl FromStr for DeletionStatus {
    type Err = DeletionStatusError;

    fn from_str(text: &str) -> Result<Self, DeletionStatusError> {
        let all = [
            Self::InProgress,
            Self::Succeeded,
            Self::Failed,
            Self::InternalError,
        ];
        all.into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(DeletionStatusError)
    }
}

/// A role's latest task, as far as others need it: not what kept the role, which may be long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestTask {
    /// The task.
    pub id: String,
    /// The how-manieth task of the role it is, from 1.
    pub number: u32,
    /// How far it is.
    pub status: DeletionStatus,
    /// When it was asked for, in unix seconds.
    pub created_at: i64,
}

/// The removal of a service-linked role, which was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionTask {
    /// The account.
    pub account: AccountId,
    /// `task/acs-service-role/<service>/<RoleName>/<uuid>`.
    pub id: String,
    /// Which role; the task outlives it.
    pub role: RoleId,
    /// The how-manieth task of the role it is, from 1.
    pub number: u32,
    /// How far it is.
    pub status: DeletionStatus,
    /// What kept the role; empty unless it failed.
    pub reason: Vec<UsedIn>,
    /// When it was asked for, in unix seconds.
    pub created_at: i64,
    /// When its status was last set, in unix seconds.
    pub updated_at: i64,
}
