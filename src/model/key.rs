//! Access keys, and the keys that seal session tokens.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::policy::ids::{AccessKeyId, AccountId, UserId};
use crate::policy::service_name::ServiceName;

/// Whose a long-lived access key is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOwner {
    /// The account itself.
    Root,
    /// A RAM user.
    User(UserId),
    /// A service of the cloud. Its keys are the system account's, which has no others.
    Service(Arc<Service>),
}

/// A service as one of its keys lets it act.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// The account that it acts for; `None`: that of whatever role it takes.
    pub account: Option<AccountId>,
    /// Where it may sign; anywhere if there are none.
    pub networks: Vec<IpNet>,
}

impl Service {
    /// Whether it may call from that address.
    pub fn may_call_from(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.is_empty() || self.networks.iter().any(|net| net.contains(&address))
    }

    /// Whether it may act in that account, where the account's own rules let it.
    pub fn acts_in(&self, account: AccountId) -> bool {
        self.account.is_none_or(|own| own == account)
    }
}

/// Whether a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKeyStatus {
    /// It may.
    Active,
    /// It may not, until it is made active again.
    Inactive,
}

impl AccessKeyStatus {
    /// The word on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// A text is neither `Active` nor `Inactive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither Active nor Inactive")]
pub struct AccessKeyStatusError;

impl FromStr for AccessKeyStatus {
    type Err = AccessKeyStatusError;

    fn from_str(text: &str) -> Result<Self, AccessKeyStatusError> {
        match text {
            "Active" => Ok(Self::Active),
            "Inactive" => Ok(Self::Inactive),
            _ => Err(AccessKeyStatusError),
        }
    }
}

/// A long-lived access key. Its secret is sealed; see `iam::secrets`.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its id, never given to another.
    pub id: AccessKeyId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is within the account.
    pub owner: KeyOwner,
    /// Whether it may sign.
    pub status: AccessKeyStatus,
    /// Unix seconds.
    pub created_at: i64,
    /// When its status was last changed, or else when it was made, in unix seconds. Of a service's key
    /// only the latter is kept.
    pub updated_at: i64,
    /// From where it may sign, as JSON text: see `iam::key_policy`. `None` is from anywhere.
    pub network_policy: Option<String>,
    /// The secret under the master key, bound to this row.
    pub sealed_secret: Vec<u8>,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("owner", &self.owner)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A key of the ring that seals session tokens, itself sealed under the master key.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKeyRecord {
    /// Its number, which each token sealed under it carries. Never used twice.
    pub id: u32,
    /// The key under the master key, bound to this row.
    pub sealed_key: Vec<u8>,
    /// Unix seconds.
    pub created_at: i64,
    /// Not used to seal before this moment, so that every replica knows it by then. Unix seconds.
    pub active_from: i64,
}

impl std::fmt::Debug for TokenKeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKeyRecord")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
