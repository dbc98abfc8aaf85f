//! The control socket: how operator commands reach a running server.
//!
//! A Unix socket in the data directory that only its owner can open. One request, one answer, each a
//! length (four bytes, big-endian) and that much JSON. Secrets pass through it both ways, so neither
//! side logs what it carries.

mod client;
mod frame;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use client::{ClientError, perform, request};
pub use server::{ControlSocket, SocketError, serve};

use super::account::{CreatedAccount, ListedAccount, NewAccount, QuotaChange};
use super::backup::BackedUp;
use super::rotation::RotatedMaster;
use super::seed::{Options, Report, SeedSource};
use super::service_key::{CreatedServiceKey, ListedServiceKey, NewServiceKey};
use super::trail::Trail;
use super::{OperatorError, account, backup, rotation, seed, service_key};
use crate::iam::Iam;
use crate::policy::ids::{AccessKeyId, AccountId};

/// The socket's name within the data directory.
pub const SOCKET_NAME: &str = "control.sock";

/// What can be asked of a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Is somebody there?
    Ping,
    /// Reconcile a seed.
    Seed(SeedRequest),
    /// Make an account and its first root key.
    CreateAccount(NewAccount),
    /// List accounts by id.
    ListAccounts {
        /// Those after this one.
        after: Option<AccountId>,
        /// How many at most.
        limit: u32,
    },
    /// Give an account quotas of its own; without figures, tell which hold.
    AccountQuotas(QuotaChange),
    /// Make a key of a service.
    CreateServiceKey(NewServiceKey),
    /// List the keys of services by id.
    ListServiceKeys {
        /// Those after this one.
        after: Option<AccessKeyId>,
        /// How many at most.
        limit: u32,
    },
    /// Let a service's key sign, or not.
    SetServiceKeyStatus {
        /// Which.
        id: AccessKeyId,
        /// `Active` or `Inactive`.
        status: String,
    },
    /// Remove a service's key.
    DeleteServiceKey {
        /// Which.
        id: AccessKeyId,
    },
    /// Publish a new key that seals session tokens.
    RotateTokenKeys,
    /// Seal everything under the new of two master keys.
    RotateMasterKey,
    /// Write a backup of the embedded database.
    Backup {
        /// To this file, by its absolute path.
        path: PathBuf,
    },
}

/// A seed to be reconciled. The server reads no file and no environment for it: the command that
/// sends it has done so.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRequest {
    /// The seed with its secrets.
    pub source: SeedSource,
    /// How to reconcile.
    pub options: Options,
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Response {
    /// Somebody is there.
    Pong {
        /// The server's version.
        version: String,
    },
    /// What reconciling did.
    Seed(Report),
    /// The account that was made, with the only showing of its key's secret.
    CreatedAccount(CreatedAccount),
    /// Accounts.
    Accounts(Vec<ListedAccount>),
    /// The quotas that hold for an account, by name.
    Quotas(BTreeMap<String, u32>),
    /// The key that was made for a service, with the only showing of its secret.
    CreatedServiceKey(CreatedServiceKey),
    /// The keys of services.
    ServiceKeys(Vec<ListedServiceKey>),
    /// A service's key is as was asked.
    ServiceKeyChanged,
    /// The number of the token key that was published.
    TokenKeysRotated {
        /// Used for sealing once every replica knows it.
        key: u32,
    },
    /// What is sealed under the new master key.
    MasterKeyRotated(RotatedMaster),
    /// The backup that was written.
    BackedUp(BackedUp),
    /// It was not done.
    Failed {
        /// Why, in words.
        message: String,
    },
}

/// Does what is asked, here. A failure is an answer too.
pub async fn execute(iam: &Arc<Iam>, request: Request) -> Response {
    match attempt(iam, request).await {
        Ok(response) => response,
        Err(error) => {
            // What is wrong with what was asked is for whoever asked; it may quote a policy.
            if error.is_ours() {
                tracing::error!(error = error.in_full(), "an operator's command failed");
            }
            Response::Failed {
                message: error.in_full(),
            }
        }
    }
}

async fn attempt(iam: &Arc<Iam>, request: Request) -> Result<Response, OperatorError> {
    match request {
        Request::Ping => Ok(Response::Pong {
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
        Request::Seed(request) => {
            let seed = request.source.check()?;
            seed::run(iam, &seed, request.options)
                .await
                .map(Response::Seed)
        }
        Request::CreateAccount(new) => account::create(iam, &new)
            .await
            .map(Response::CreatedAccount),
        Request::ListAccounts { after, limit } => account::list(iam, after, limit)
            .await
            .map(Response::Accounts),
        Request::AccountQuotas(change) => account::quotas(iam, &change).await.map(Response::Quotas),
        Request::CreateServiceKey(new) => service_key::create(iam, new)
            .await
            .map(Response::CreatedServiceKey),
        Request::ListServiceKeys { after, limit } => {
            let listed = service_key::list(iam, after.as_ref(), limit).await;
            listed.map(Response::ServiceKeys)
        }
        Request::SetServiceKeyStatus { id, status } => {
            let status = status.parse();
            let status = status.map_err(|_| OperatorError::Refused("Active or Inactive"))?;
            let set = service_key::set_status(iam, &id, status).await;
            set.map(|()| Response::ServiceKeyChanged)
        }
        Request::DeleteServiceKey { id } => {
            let deleted = service_key::delete(iam, &id).await;
            deleted.map(|()| Response::ServiceKeyChanged)
        }
        Request::RotateTokenKeys => rotate(iam).await,
        Request::RotateMasterKey => rotation::rotate_master(iam)
            .await
            .map(Response::MasterKeyRotated),
        Request::Backup { path } => backup::write(iam, &path).await.map(Response::BackedUp),
    }
}

/// The row comes first: a rotation that cannot be recorded is not made.
async fn rotate(iam: &Arc<Iam>) -> Result<Response, OperatorError> {
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    let operation = "operator.RotateTokenKeys";
    trail
        .append(guard.tx(), AccountId::SYSTEM, operation, String::new())
        .await?;
    guard.commit().await?;
    let key = iam.key_ring.rotate().await?;
    tracing::info!(request.id = trail.request_id(), key, "token keys rotated");
    Ok(Response::TokenKeysRotated { key })
}
