//! The two ends of a move: which database, its data directory and its master key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::MoveError;
use crate::bootstrap::{
    self, CREDENTIALS_FILE, DataDir, INCARNATION_FILE, LOCK_FILE, MASTER_KEY_FILE,
};
use crate::config::Sensitive;
use crate::credential::seal::{Incarnation, MasterKey};
use crate::iam::replay::mark::Mark;
use crate::ports::{Clock, Entropy};
use crate::store::whole::Whole;
use crate::store::{self, DatabaseUrl, Store};

/// Which database is meant.
pub struct EndSettings {
    /// `sqlite://…` or `postgres://…`.
    pub url: Sensitive,
    /// The data directory of an embedded one; without it the one that the file is in.
    pub data_dir: Option<PathBuf>,
    /// The file of the master key; without it `master.key` in the data directory.
    pub master_key_file: Option<PathBuf>,
}

/// What is moved, held until it is dropped.
pub(super) struct Source {
    pub(super) store: Arc<dyn Store>,
    pub(super) master_key: MasterKey,
    /// Where it is, without what opens it.
    pub(super) place: String,
    dir: Option<DataDir>,
}

impl Source {
    pub(super) async fn open(settings: &EndSettings) -> Result<Self, MoveError> {
        let url = settings.url.expose();
        let parsed = DatabaseUrl::parse(url).ok_or(MoveError::Url("--from"))?;
        let (dir, master_key) = match parsed {
            DatabaseUrl::Sqlite(path) => {
                if !std::fs::metadata(path).is_ok_and(|found| found.len() > 0) {
                    return Err(MoveError::NoDatabase(path.to_owned()));
                }
                let dir = DataDir::open(&data_dir(settings, path))?;
                let key = bootstrap::master_key_of(settings.master_key_file.as_deref(), &dir)?;
                (Some(dir), key)
            }
            DatabaseUrl::Postgres(_) => {
                let given = settings.master_key_file.as_deref();
                let flag = "--from-master-key-file";
                let key = bootstrap::read_master_key(given.ok_or(MoveError::NoMasterKey(flag))?)?;
                (None, key)
            }
        };
        Ok(Self {
            store: store::open_any(url).await?,
            master_key,
            place: place(parsed),
            dir,
        })
    }

    /// Which database it is; also that it is the one that its directory belongs to.
    pub(super) async fn incarnation(
        &self,
        entropy: &dyn Entropy,
    ) -> Result<Incarnation, MoveError> {
        let mut whole = self.store.hold_whole().await?;
        bootstrap::incarnation_of(&mut *whole).await?;
        drop(whole);
        let known = bootstrap::incarnation(&*self.store, self.dir.as_ref(), entropy).await?;
        Ok(known)
    }

    /// The date of the latest request that it may have taken.
    pub(super) async fn replay_floor(
        &self,
        whole: &mut dyn Whole,
        window: i64,
        clock: &dyn Clock,
    ) -> Result<Option<i64>, MoveError> {
        if let Some(dir) = &self.dir {
            let latest = Mark::latest(dir.path(), window, clock.now());
            let latest = latest.map_err(|source| file("read", dir.path(), source))?;
            // Where its server kept the mark in another directory, or lost it, nobody knows.
            let unknown = !Mark::is_there(dir.path());
            return Ok(latest.or_else(|| unknown.then(|| clock.now())));
        }
        let latest = whole.latest_nonce().await?;
        // A nonce is kept a second longer than its request could be repeated.
        Ok(latest.map(|expires_at| expires_at - window - 1))
    }

    pub(super) async fn close(&self) {
        self.store.close().await;
    }
}

/// Whither it is moved, held until it is dropped. What was made for it on disk goes again unless it
/// is kept.
pub(super) struct Target {
    pub(super) store: Arc<dyn Store>,
    pub(super) master_key: MasterKey,
    /// Where it is, without what opens it.
    pub(super) place: String,
    pub(super) dir: Option<DataDir>,
    made: Vec<PathBuf>,
    made_dir: bool,
}

impl Target {
    pub(super) async fn open(
        settings: &EndSettings,
        entropy: &dyn Entropy,
    ) -> Result<Self, MoveError> {
        let url = settings.url.expose();
        let parsed = DatabaseUrl::parse(url).ok_or(MoveError::Url("--to"))?;
        let DatabaseUrl::Sqlite(path) = parsed else {
            let given = settings.master_key_file.as_deref();
            let flag = "--to-master-key-file";
            return Ok(Self {
                master_key: bootstrap::read_master_key(given.ok_or(MoveError::NoMasterKey(flag))?)?,
                store: store::open_any(url).await?,
                place: place(parsed),
                dir: None,
                made: Vec::new(),
                made_dir: false,
            });
        };
        let data_dir = data_dir(settings, path);
        let made_dir = !data_dir.exists();
        let dir = DataDir::open(&data_dir)?;
        let mut made = Vec::new();
        let found = std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
        if !found {
            made.extend(["", "-wal", "-shm"].map(|end| suffixed(path, end)));
        }
        let key_path = dir.file(MASTER_KEY_FILE);
        if settings.master_key_file.is_none() && !key_path.exists() {
            made.push(key_path);
        }
        let opened = Self::open_file(settings, url, &dir, found, entropy).await;
        let (store, master_key) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                remove(&made, made_dir.then_some(dir));
                return Err(error);
            }
        };
        Ok(Self {
            store,
            master_key,
            place: place(parsed),
            dir: Some(dir),
            made,
            made_dir,
        })
    }

    async fn open_file(
        settings: &EndSettings,
        url: &str,
        dir: &DataDir,
        found: bool,
        entropy: &dyn Entropy,
    ) -> Result<(Arc<dyn Store>, MasterKey), MoveError> {
        let used = [CREDENTIALS_FILE, INCARNATION_FILE].map(|name| dir.file(name));
        if let Some(used) = used.into_iter().find(|path| !found && path.exists()) {
            return Err(MoveError::UsedDirectory(used));
        }
        let given = settings.master_key_file.as_deref();
        let key = if given.is_some() || dir.file(MASTER_KEY_FILE).exists() {
            bootstrap::master_key_of(given, dir)?
        } else {
            bootstrap::master_key(None, Some(dir), entropy)?
        };
        Ok((store::open_any(url).await?, key))
    }

    /// Sees to it that what was made on disk is there after a power loss: before the commit that
    /// makes it matter.
    pub(super) fn finish_files(&self) -> Result<(), MoveError> {
        let Some(dir) = &self.dir else { return Ok(()) };
        let synced = std::fs::File::open(dir.path()).and_then(|dir| dir.sync_all());
        synced.map_err(|source| file("sync", dir.path(), source))
    }

    /// From here on what was made stays.
    pub(super) fn keep(&mut self) {
        self.made.clear();
        self.made_dir = false;
    }

    /// Closes the database; where the move failed, what was made for it goes.
    pub(super) async fn close(self, succeeded: bool) {
        self.store.close().await;
        if !succeeded {
            remove(&self.made, self.dir.filter(|_| self.made_dir));
        }
    }
}

fn data_dir(settings: &EndSettings, path: &Path) -> PathBuf {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    settings
        .data_dir
        .clone()
        .unwrap_or_else(|| parent.unwrap_or(Path::new(".")).to_owned())
}

/// The path of a file of SQLite's beside the database.
pub(super) fn suffixed(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Removes what was made, as far as it is there; the directory too, if it was made and is empty then.
pub(super) fn remove(made: &[PathBuf], dir: Option<DataDir>) {
    for path in made {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "a file could not be removed");
            }
            _ => {}
        }
    }
    if let Some(dir) = dir {
        let path = dir.path().to_owned();
        let _ = std::fs::remove_file(dir.file(LOCK_FILE));
        drop(dir);
        // Not if there is something in it that is not ours.
        let _ = std::fs::remove_dir(path);
    }
}

/// Where a database is, without user, password and parameters.
fn place(url: DatabaseUrl<'_>) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            format!("sqlite://{}", path.display())
        }
        DatabaseUrl::Postgres(url) => {
            let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
            let rest = rest.split('?').next().unwrap_or_default();
            let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
            format!("{scheme}://{rest}")
        }
    }
}

/// An error of the file system, with what was tried.
pub(super) fn file(action: &'static str, path: &Path, source: std::io::Error) -> MoveError {
    MoveError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_no_password() {
        let of = |url| place(DatabaseUrl::parse(url).unwrap());
        assert_eq!(
            of("postgres://rampart:p@ss@db.example:5432/rampart?sslmode=verify-full"),
            "postgres://db.example:5432/rampart"
        );
        assert_eq!(of("postgresql://db/rampart"), "postgresql://db/rampart");
        assert_eq!(of("sqlite:/none/rampart.db"), "sqlite:///none/rampart.db");
    }
}
