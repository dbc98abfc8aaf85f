//! The master key, from outside the database.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::data_dir::{DataDir, failed};
use super::{BootstrapError, DATABASE_FILE, INCARNATION_FILE, MASTER_KEY_FILE};
use crate::credential::seal::MasterKey;
use crate::ports::Entropy;

/// The master key: of the file `given`; else of the data directory, where the first start makes
/// it; else (nothing on disk) a fresh one.
///
/// # Errors
/// [`BootstrapError::MissingMasterKey`] where there is a database but not its key: a new one would
/// open nothing.
pub fn master_key(
    given: Option<&Path>,
    dir: Option<&DataDir>,
    entropy: &dyn Entropy,
) -> Result<MasterKey, BootstrapError> {
    if let Some(path) = given {
        return read_master_key(path);
    }
    let Some(dir) = dir else {
        return Ok(fresh(entropy));
    };
    let path = dir.file(MASTER_KEY_FILE);
    if let Some(text) = dir.read(MASTER_KEY_FILE)? {
        return read(&path, || Ok(text));
    }
    if let Some(database) = used_database(dir) {
        return Err(BootstrapError::MissingMasterKey { path, database });
    }
    let key = fresh(entropy);
    let mut text = Zeroizing::new(key.to_base64().expose().clone());
    text.push('\n');
    dir.write_private(MASTER_KEY_FILE, text.as_bytes())?;
    Ok(key)
}

/// The master key of a database that has been used: of the file `given`, else of the data
/// directory. None is made.
///
/// # Errors
/// [`BootstrapError::NoMasterKey`].
pub fn master_key_of(given: Option<&Path>, dir: &DataDir) -> Result<MasterKey, BootstrapError> {
    let path = dir.file(MASTER_KEY_FILE);
    match (given, dir.read(MASTER_KEY_FILE)?) {
        (Some(given), _) => read_master_key(given),
        (None, Some(text)) => read(&path, || Ok(text)),
        (None, None) => Err(BootstrapError::NoMasterKey { path }),
    }
}

/// The master key that a file holds.
///
/// # Errors
/// [`BootstrapError::MalformedMasterKey`].
pub fn read_master_key(path: &Path) -> Result<MasterKey, BootstrapError> {
    read(path, || std::fs::read_to_string(path))
}

fn read(
    path: &Path,
    text: impl FnOnce() -> std::io::Result<String>,
) -> Result<MasterKey, BootstrapError> {
    let text = Zeroizing::new(text().map_err(|source| failed("read", path, source))?);
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(
            path = %path.display(),
            mode = format!("{:o}", mode & 0o777),
            "others than its owner may read the master key: chmod 600 it"
        );
    }
    MasterKey::from_base64(&text).map_err(|_| BootstrapError::MalformedMasterKey {
        path: path.to_owned(),
    })
}

fn fresh(entropy: &dyn Entropy) -> MasterKey {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    MasterKey::generate(*bytes)
}

/// What in the directory shows that a key was here once.
fn used_database(dir: &DataDir) -> Option<PathBuf> {
    [DATABASE_FILE, INCARNATION_FILE]
        .map(|name| dir.file(name))
        .into_iter()
        .find(|path| std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededEntropy;

    #[test]
    fn made_once_and_never_beside_a_used_database() {
        let parent = tempfile::tempdir().unwrap();
        let dir = DataDir::open(parent.path()).unwrap();
        let entropy = SeededEntropy::new(1);
        let text = |key: MasterKey| key.to_base64().expose().clone();
        let first = text(master_key(None, Some(&dir), &entropy).unwrap());
        let again = text(master_key(None, Some(&dir), &entropy).unwrap());
        assert_eq!(first, again);
        std::fs::remove_file(dir.file(MASTER_KEY_FILE)).unwrap();
        std::fs::write(dir.file(DATABASE_FILE), "x").unwrap();
        assert!(matches!(
            master_key(None, Some(&dir), &entropy),
            Err(BootstrapError::MissingMasterKey { .. })
        ));
    }

    #[test]
    fn a_bad_file_is_named_and_not_quoted() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("key");
        std::fs::write(&path, "c2VjcmV0").unwrap();
        let error = master_key(Some(&path), None, &SeededEntropy::new(1)).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()));
        assert!(!error.to_string().contains("c2VjcmV0"));
    }
}
