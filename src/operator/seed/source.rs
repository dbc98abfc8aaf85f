//! Where a seed comes from: its file, and the files and variables that hold its secrets.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{MAX_SEED_BYTES, ResolvedSecrets, SecretReference, Seed, check};
use crate::operator::{Disclosed, OperatorError};

/// The largest file that holds a secret, in bytes.
const MAX_SECRET_BYTES: usize = 4096;

/// Why there is no seed.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("cannot read `{}`", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// A file is larger than anything of its kind.
    #[error("`{}` is too large", .0.display())]
    TooLarge(PathBuf),
    /// The file is no seed. The faults have their places in it.
    #[error("{error}")]
    NoSeed {
        /// What is wrong with it.
        error: OperatorError,
    },
}

/// A seed as it stands in its file, with the secrets that it refers to: all that is needed to
/// reconcile it elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedSource {
    /// The file's text. It may hold secrets.
    pub text: Disclosed,
    /// The secrets that it refers to.
    pub secrets: Vec<(SecretReference, Disclosed)>,
}

impl SeedSource {
    /// Reads the file at `path`, and what it refers to: files from its own directory on, variables
    /// of this process.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let text = read(path, MAX_SEED_BYTES)?;
        let references = check::references(text.expose()).map_err(|faults| {
            let error = OperatorError::Seed(faults);
            SourceError::NoSeed { error }
        })?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let mut secrets = Vec::new();
        for reference in references {
            if let Some(secret) = resolve(&reference, directory)? {
                secrets.push((reference, secret));
            }
        }
        Ok(Self { text, secrets })
    }

    /// Checks it.
    ///
    /// # Errors
    /// [`OperatorError::Seed`].
    pub fn check(self) -> Result<Seed, OperatorError> {
        let secrets: ResolvedSecrets = self
            .secrets
            .into_iter()
            .map(|(reference, secret)| (reference, secret.into_secret()))
            .collect();
        check::read(self.text.expose(), &secrets).map_err(OperatorError::Seed)
    }
}

/// `None` for a variable that is not set: the fault is then reported with its place in the seed.
#[expect(
    clippy::disallowed_methods,
    reason = "the seed names the variable: it is no setting"
)]
fn resolve(
    reference: &SecretReference,
    directory: &Path,
) -> Result<Option<Disclosed>, SourceError> {
    match reference {
        SecretReference::File(path) => {
            let held = read(&directory.join(path), MAX_SECRET_BYTES)?;
            let secret = held.expose().trim_end_matches(['\r', '\n']).to_owned();
            Ok(Some(Disclosed::from(secret)))
        }
        SecretReference::Environment(name) => Ok(std::env::var(name).ok().map(Disclosed::from)),
    }
}

/// A file whose text may be secret, read with a bound.
fn read(path: &Path, max: usize) -> Result<Disclosed, SourceError> {
    let failed = |error| SourceError::File(path.to_owned(), error);
    let mut text = String::new();
    let bound = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(bound).read_to_string(&mut text).map_err(failed)?;
    let text = Disclosed::from(text);
    if text.expose().len() > max {
        return Err(SourceError::TooLarge(path.to_owned()));
    }
    Ok(text)
}
