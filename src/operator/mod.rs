//! The operator's side: what whoever runs the server does to it, beside what callers do through the
//! API. The seed, accounts, the rotation of token keys, backups, and the control socket that carries
//! all of it to a running server; and what moves a database that no server works on.
//!
//! Whoever gets here may do everything, so nothing here asks for permission; what it does write is a
//! row in the audit trail as `operator` for each change. It must not take requests from the network.

pub mod account;
pub mod adoption;
pub mod backup;
pub mod control;
mod disclosed;
pub mod moving;
pub mod rotation;
pub mod seed;
pub mod service_key;
mod trail;

pub use disclosed::Disclosed;

use crate::bootstrap::BootstrapError;
use crate::iam::key_ring::KeyRingError;
use crate::model::quotas::QuotaError;
use crate::policy::ids::AccountId;
use crate::store::StoreError;
use seed::SeedFault;

/// Why a command was not done. No text of it holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A given value breaks its rule.
    #[error("{0}")]
    Refused(&'static str),
    /// An account's quotas cannot be so.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The seed is not one.
    #[error("{}", joined(.0))]
    Seed(Vec<SeedFault>),
    /// The account's id or alias is another's, or was used before.
    #[error("the account's id or alias is taken")]
    AccountTaken,
    /// The account was made, its key was not.
    #[error("account {account} was made, but its root key was not; give it one with a seed")]
    Keyless {
        /// The account.
        account: AccountId,
        /// What went wrong.
        #[source]
        source: Box<OperatorError>,
    },
    /// The crypto library would not seal a secret.
    #[error("a secret could not be sealed")]
    Seal,
    /// The backup could not be written.
    #[error("the backup could not be written")]
    Backup(#[source] std::io::Error),
    /// The ring of token keys.
    #[error("the token keys could not be rotated")]
    KeyRing(#[from] KeyRingError),
    /// The database and its directory are not ready for it.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl OperatorError {
    /// Whether the server is at fault, and not what was asked of it.
    fn is_ours(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Quota(_) | Self::Seed(_) | Self::AccountTaken => false,
            Self::Keyless { .. }
            | Self::Seal
            | Self::Backup(_)
            | Self::KeyRing(_)
            | Self::Bootstrap(_)
            | Self::Store(_) => true,
        }
    }

    /// The reason and what is behind it, in one line.
    pub fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

fn joined(faults: &[SeedFault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
