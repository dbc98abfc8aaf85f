//! A backup becomes the database of a data directory.

use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::ends::{file, remove, suffixed};
use super::{MoveError, append_audit};
use crate::bootstrap::{self, DATABASE_FILE, DataDir, Renewal};
use crate::credential::seal::{Incarnation, MasterKey};
use crate::iam::replay::mark::Mark;
use crate::iam::secrets::Secrets;
use crate::ports::{Clock, Entropy};
use crate::store::{SqliteOptions, SqliteStore, Store};

/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// What is to be restored.
pub struct RestoreRequest {
    /// The backup, as `rampart backup` wrote it.
    pub backup: PathBuf,
    /// The data directory that it is restored into.
    pub data_dir: PathBuf,
    /// The file of the master key; without it `master.key` in the data directory.
    pub master_key_file: Option<PathBuf>,
    /// Whether a database that is there already is put aside.
    pub replace: Replace,
    /// How far a request's time may be from the server's, either way, in seconds.
    pub clock_window_seconds: u32,
}

/// What becomes of a database that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// It stays, and nothing is restored.
    Refuse,
    /// It is kept under another name.
    PutAside,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The database's new incarnation.
    pub incarnation: Incarnation,
    /// Where the database that was there is now.
    pub put_aside: Option<PathBuf>,
    /// How many secrets were sealed anew.
    pub secrets: u64,
    /// Requests dated up to this moment (unix seconds) are refused.
    pub replay_floor: i64,
}

/// Restores a backup into a data directory, under a new incarnation.
///
/// # Errors
/// [`MoveError`]; the directory is as it was then.
pub async fn restore(
    request: &RestoreRequest,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Restored, MoveError> {
    check_backup(&request.backup)?;
    let dir = DataDir::open(&request.data_dir)?;
    let path = dir.file(DATABASE_FILE);
    let is_there = std::fs::metadata(&path).is_ok_and(|found| found.len() > 0);
    if is_there && request.replace == Replace::Refuse {
        return Err(MoveError::Exists(path));
    }
    let key = bootstrap::master_key_of(request.master_key_file.as_deref(), &dir)?;
    // The original may have served a moment ago, from here or from elsewhere.
    let window = i64::from(request.clock_window_seconds);
    let latest = Mark::latest(dir.path(), window, clock.now())
        .map_err(|source| file("read", dir.path(), source))?;
    let replay_floor = clock.now().max(latest.unwrap_or(i64::MIN));

    let draft = dir.file("restored.db");
    let drafts = ["", "-wal", "-shm", "-journal"].map(|end| suffixed(&draft, end));
    // What a restore that was broken off left.
    remove(&drafts, None);
    let made = async {
        copy_private(&request.backup, &draft)?;
        renew_file(&draft, &key, replay_floor, clock, entropy).await
    };
    let (incarnation, secrets) = match made.await {
        Ok(made) => made,
        Err(error) => {
            remove(&drafts, None);
            return Err(error);
        }
    };
    let put_aside = if is_there {
        Some(put_aside(&path, clock)?)
    } else {
        None
    };
    std::fs::rename(&draft, &path).map_err(|source| file("write", &path, source))?;
    // Also makes the names lasting.
    bootstrap::name_database(&dir, incarnation)?;
    Ok(Restored {
        incarnation,
        put_aside,
        secrets,
        replay_floor,
    })
}

fn check_backup(path: &Path) -> Result<(), MoveError> {
    let mut begin = Vec::new();
    let opened = std::fs::File::open(path).and_then(|found| {
        let length = u64::try_from(MAGIC.len()).unwrap_or(0);
        found.take(length).read_to_end(&mut begin)
    });
    match opened {
        Ok(_) if begin == MAGIC => Ok(()),
        Ok(_) => Err(MoveError::NoDatabase(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(MoveError::NoDatabase(path.to_owned()))
        }
        Err(source) => Err(file("read", path, source)),
    }
}

/// Copies a file so that only its owner may read the copy.
fn copy_private(from: &Path, to: &Path) -> Result<(), MoveError> {
    let mut read = std::fs::File::open(from).map_err(|source| file("read", from, source))?;
    let written = std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(to)
        .and_then(|mut written| {
            std::io::copy(&mut read, &mut written)?;
            written.sync_all()
        });
    written.map_err(|source| file("write", to, source))
}

/// Gives the database in a file that nobody uses yet a new incarnation.
async fn renew_file(
    path: &Path,
    key: &MasterKey,
    replay_floor: i64,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Incarnation, u64), MoveError> {
    let store = SqliteStore::open(path, SqliteOptions::default()).await?;
    let renewed = renew_store(&store, key, replay_floor, clock, entropy).await;
    store.close().await;
    renewed
}

async fn renew_store(
    store: &dyn Store,
    key: &MasterKey,
    replay_floor: i64,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Incarnation, u64), MoveError> {
    let mut whole = store.hold_whole().await?;
    if whole.unknown_steps().await? > 0 {
        return Err(MoveError::LaterSchema("the database".to_owned()));
    }
    let before = bootstrap::incarnation_of(&mut *whole).await?;
    let incarnation = bootstrap::draw_incarnation(entropy);
    let (from, to) = (Secrets::new(key, before), Secrets::new(key, incarnation));
    let renewal = Renewal {
        from: &from,
        to: &to,
        replay_floor: Some(replay_floor),
        clock,
        entropy,
    };
    let secrets = bootstrap::renew(&mut *whole, &renewal).await?;
    let resource = format!("incarnation {}", hex::encode(before));
    append_audit(&mut *whole, "Restore", resource, clock, entropy).await?;
    whole.commit().await?;
    Ok((incarnation, secrets))
}

/// Puts the database that is there aside, with what SQLite has beside it.
fn put_aside(path: &Path, clock: &dyn Clock) -> Result<PathBuf, MoveError> {
    let aside = suffixed(path, &format!(".replaced-{}", clock.now()));
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (suffixed(path, end), suffixed(&aside, end));
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !end.is_empty() => {}
            moved => moved.map_err(|source| file("move", &from, source))?,
        }
    }
    Ok(aside)
}
