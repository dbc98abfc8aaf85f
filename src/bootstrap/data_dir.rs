//! The data directory, which one process holds at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::BootstrapError;

/// The name of the file whose lock the holder has.
pub const LOCK_FILE: &str = "lock";

/// A data directory that this process holds until the value is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory (mode 0700) if it is not there, and takes its lock.
    ///
    /// # Errors
    /// [`BootstrapError::Locked`] while another process holds it.
    pub fn open(path: &Path) -> Result<Self, BootstrapError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| failed("make", path, source))?;
        // Absolute, so that what is printed for pasting works from anywhere.
        let path = path
            .canonicalize()
            .map_err(|source| failed("open", path, source))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(|source| failed("open", &lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(BootstrapError::Locked { path }),
            Err(TryLockError::Error(source)) => Err(failed("lock", &lock_path, source)),
        }
    }

    /// The directory, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The content of a file in the directory, `None` if it is not there.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, BootstrapError> {
        let path = self.file(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("read", &path, source)),
        }
    }

    /// Writes a file that only its owner may read (mode 0600), whole or not at all, and lasting:
    /// after a power loss it is there.
    pub(super) fn write_private(&self, name: &str, content: &[u8]) -> Result<(), BootstrapError> {
        let (path, draft) = (self.file(name), self.file(&format!("{name}.new")));
        let write = || {
            // A draft that a crash left may have another mode.
            match std::fs::remove_file(&draft) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(&draft)?;
            file.write_all(content)?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|source| failed("write", &path, source))
    }
}

/// An error of the file system, with what was tried.
pub(super) fn failed(action: &'static str, path: &Path, source: std::io::Error) -> BootstrapError {
    BootstrapError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn one_holder_and_closed_modes() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let dir = DataDir::open(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert!(matches!(
            DataDir::open(&path),
            Err(BootstrapError::Locked { .. })
        ));
        dir.write_private("x", b"1").unwrap();
        dir.write_private("x", b"2").unwrap();
        assert_eq!(dir.read("x").unwrap().unwrap(), "2");
        assert_eq!(mode(&dir.file("x")), 0o600);
        assert_eq!(dir.read("y").unwrap(), None);
        drop(dir);
        assert!(DataDir::open(&path).is_ok());
    }
}
