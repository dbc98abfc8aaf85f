//! A backup of the embedded database, while it serves.
//!
//! The backup is one state of the database in one file, whole or not there. What it holds is sealed
//! under the master key, which it does not hold.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::OperatorError;
use super::trail::Trail;
use crate::iam::Iam;
use crate::policy::ids::AccountId;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct BackedUp {
    /// The file.
    pub path: PathBuf,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// Writes a backup to the file at `path`, which is absolute and not there yet.
///
/// # Errors
/// [`OperatorError::Refused`] and [`OperatorError::Backup`]; there is no file then.
pub async fn write(iam: &Arc<Iam>, path: &Path) -> Result<BackedUp, OperatorError> {
    if !iam.store.is_embedded() {
        return Err(OperatorError::Refused(
            "a PostgreSQL database is backed up with PostgreSQL's own tools; \
             docs/operations-guide.md says how",
        ));
    }
    if !path.is_absolute() {
        return Err(OperatorError::Refused("the backup's path is not absolute"));
    }
    if path.symlink_metadata().is_ok() {
        return Err(OperatorError::Refused("there is a file of that name"));
    }
    // First, so that the backup tells of itself.
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    let resource = path.display().to_string();
    trail
        .append(guard.tx(), AccountId::SYSTEM, "operator.Backup", resource)
        .await?;
    guard.commit().await?;

    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{:08x}.partial", iam.entropy.next_u64() >> 32));
    let draft = PathBuf::from(name);
    let made = make(iam, &draft, path).await;
    if made.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    let bytes = made?;
    tracing::info!(request.id = trail.request_id(), bytes, "backed up");
    Ok(BackedUp {
        path: path.to_owned(),
        bytes,
    })
}

async fn make(iam: &Arc<Iam>, draft: &Path, path: &Path) -> Result<u64, OperatorError> {
    let failed = OperatorError::Backup;
    let file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(draft)
        .map_err(failed)?;
    iam.store.backup(draft).await?;
    let (draft, path) = (draft.to_owned(), path.to_owned());
    let finish = move || {
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&draft, &path)?;
        if let Some(parent) = path.parent() {
            File::open(parent)?.sync_all()?;
        }
        Ok(bytes)
    };
    tokio::task::spawn_blocking(finish)
        .await
        .map_err(|_| failed(std::io::Error::other("the thread that writes is gone")))?
        .map_err(failed)
}
