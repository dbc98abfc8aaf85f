//! Which database this is.
//!
//! A database draws 16 bytes when it is new, and every sealed value and token is bound to them. They
//! are kept beside the master key too, in the data directory, so that a copy of the database that
//! is started elsewhere, or a backup put in the original's place, is told from the original.
//!
//! Embedded, a database whose directory does not name it is refused. With PostgreSQL, replicas come
//! with empty directories: such a one takes the database's word and keeps it from then on, once the
//! server has said that it is the database it was ([`super::identity`]).

use super::data_dir::DataDir;
use super::{BootstrapError, CREDENTIALS_FILE, INCARNATION_FILE, identity};
use crate::credential::seal::Incarnation;
use crate::iam::generate;
use crate::policy::ids::AccountId;
use crate::ports::Entropy;
use crate::store::whole::INCARNATION;
use crate::store::{Snapshot, Store};

/// The database's incarnation, drawn if it has none yet.
///
/// # Errors
/// [`BootstrapError::OtherDatabase`], [`BootstrapError::EmptyDatabase`].
pub async fn incarnation(
    store: &dyn Store,
    dir: Option<&DataDir>,
    entropy: &dyn Entropy,
) -> Result<Incarnation, BootstrapError> {
    let sidecar = dir.map(sidecar).transpose()?.flatten();
    let mut system = store.begin_read(AccountId::SYSTEM).await?;
    let stored = stored_incarnation(system.as_mut()).await?;
    drop(system);
    let incarnation = match stored {
        Some(stored) => {
            identity::check(store, stored, entropy).await?;
            return settle(stored, sidecar, dir, store.is_embedded());
        }
        None => begin(store, sidecar, dir, entropy).await?,
    };
    identity::check(store, incarnation, entropy).await?;
    Ok(incarnation)
}

/// Which database the directory belongs to, by its own word.
fn sidecar(dir: &DataDir) -> Result<Option<Incarnation>, BootstrapError> {
    let place = || format!("`{INCARNATION_FILE}` of the data directory");
    dir.read(INCARNATION_FILE)?
        .map(|text| parse(text.trim(), place))
        .transpose()
}

/// Which database this is, by its own word; `None` where it is new.
///
/// # Errors
/// [`BootstrapError::MalformedIncarnation`], and as the store.
pub async fn stored_incarnation(
    system: &mut dyn Snapshot,
) -> Result<Option<Incarnation>, BootstrapError> {
    let stored = system.get_setting(INCARNATION).await?;
    stored.map(|text| parse_incarnation(&text)).transpose()
}

/// Refuses a directory that belongs to another database than the one of this incarnation.
///
/// # Errors
/// [`BootstrapError::OtherDatabase`].
pub fn check_directory(dir: &DataDir, stored: Incarnation) -> Result<(), BootstrapError> {
    match sidecar(dir)? {
        Some(known) if known != stored => Err(other(dir, Some(known), stored)),
        _ => Ok(()),
    }
}

fn other(dir: &DataDir, sidecar: Option<Incarnation>, stored: Incarnation) -> BootstrapError {
    BootstrapError::OtherDatabase {
        path: dir.file(INCARNATION_FILE),
        sidecar: sidecar.map_or_else(|| "nothing".to_owned(), hex::encode),
        database: hex::encode(stored),
    }
}

/// Compares what the database and the directory say.
fn settle(
    stored: Incarnation,
    sidecar: Option<Incarnation>,
    dir: Option<&DataDir>,
    embedded: bool,
) -> Result<Incarnation, BootstrapError> {
    let Some(dir) = dir else { return Ok(stored) };
    match sidecar {
        Some(known) if known == stored => Ok(stored),
        None if !embedded => {
            name_database(dir, stored)?;
            Ok(stored)
        }
        known => Err(other(dir, known, stored)),
    }
}

/// Gives a new database its incarnation. The directory learns it first: a crash between the two
/// leaves a directory that a second try takes the same one from.
async fn begin(
    store: &dyn Store,
    sidecar: Option<Incarnation>,
    dir: Option<&DataDir>,
    entropy: &dyn Entropy,
) -> Result<Incarnation, BootstrapError> {
    if let Some(dir) = dir
        && dir.read(CREDENTIALS_FILE)?.is_some()
    {
        return Err(BootstrapError::EmptyDatabase {
            path: dir.file(CREDENTIALS_FILE),
        });
    }
    let mut tx = store
        .begin_write(AccountId::SYSTEM, generate::revision_tag(entropy))
        .await?;
    // Another replica may have been first while this one waited for the lock.
    if let Some(stored) = stored_incarnation(tx.as_mut()).await? {
        drop(tx);
        return settle(stored, sidecar, dir, store.is_embedded());
    }
    let drawn = sidecar.unwrap_or_else(|| draw_incarnation(entropy));
    if let Some(dir) = dir {
        name_database(dir, drawn)?;
    }
    tx.put_setting(INCARNATION, &hex::encode(drawn)).await?;
    tx.commit().await?;
    Ok(drawn)
}

/// An incarnation that no database has yet.
pub fn draw_incarnation(entropy: &dyn Entropy) -> Incarnation {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes
}

/// Writes down beside the master key which database belongs to the directory.
///
/// # Errors
/// [`BootstrapError::File`].
pub fn name_database(dir: &DataDir, incarnation: Incarnation) -> Result<(), BootstrapError> {
    let line = format!("{}\n", hex::encode(incarnation));
    dir.write_private(INCARNATION_FILE, line.as_bytes())
}

/// An incarnation as the database's settings hold it.
///
/// # Errors
/// [`BootstrapError::MalformedIncarnation`].
pub(super) fn parse_incarnation(text: &str) -> Result<Incarnation, BootstrapError> {
    parse(text, || "the database".to_owned())
}

pub(super) fn parse(
    text: &str,
    place: impl FnOnce() -> String,
) -> Result<Incarnation, BootstrapError> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| BootstrapError::MalformedIncarnation { place: place() })?;
    Ok(bytes)
}
