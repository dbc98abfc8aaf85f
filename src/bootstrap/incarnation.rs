//! Which database this is.
//!
//! A database draws 16 bytes when it is new, and every sealed value and token is bound to them. They
//! are kept beside the master key too, in the data directory, so that a copy of the database that
//! is started elsewhere, or a backup put in the original's place, is told from the original.
//!
//! Embedded, a database whose directory does not name it is refused. With PostgreSQL, replicas come
//! with empty directories: such a one takes the database's word and keeps it from then on.

use super::data_dir::DataDir;
use super::{BootstrapError, CREDENTIALS_FILE, INCARNATION_FILE};
use crate::credential::seal::Incarnation;
use crate::iam::generate;
use crate::policy::ids::AccountId;
use crate::ports::Entropy;
use crate::store::Store;

/// The system account's setting.
const SETTING: &str = "incarnation";

/// The database's incarnation, drawn if it has none yet.
///
/// # Errors
/// [`BootstrapError::OtherDatabase`], [`BootstrapError::EmptyDatabase`].
pub async fn incarnation(
    store: &dyn Store,
    dir: Option<&DataDir>,
    entropy: &dyn Entropy,
) -> Result<Incarnation, BootstrapError> {
    let sidecar = dir
        .map(|dir| dir.read(INCARNATION_FILE))
        .transpose()?
        .flatten();
    let sidecar = sidecar
        .map(|text| {
            parse(text.trim(), || {
                format!("`{INCARNATION_FILE}` of the data directory")
            })
        })
        .transpose()?;
    let stored = store
        .begin_read(AccountId::SYSTEM)
        .await?
        .get_setting(SETTING)
        .await?;
    match (stored, sidecar) {
        (Some(stored), sidecar) => {
            let stored = parse(&stored, in_database)?;
            settle(stored, sidecar, dir, store.is_embedded())
        }
        (None, sidecar) => begin(store, sidecar, dir, entropy).await,
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
            dir.write_private(INCARNATION_FILE, line(stored).as_bytes())?;
            Ok(stored)
        }
        known => Err(BootstrapError::OtherDatabase {
            path: dir.file(INCARNATION_FILE),
            sidecar: known.map_or_else(|| "nothing".to_owned(), hex::encode),
            database: hex::encode(stored),
        }),
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
    if let Some(stored) = tx.get_setting(SETTING).await? {
        drop(tx);
        return settle(
            parse(&stored, in_database)?,
            sidecar,
            dir,
            store.is_embedded(),
        );
    }
    let drawn = sidecar.unwrap_or_else(|| draw(entropy));
    if let Some(dir) = dir {
        dir.write_private(INCARNATION_FILE, line(drawn).as_bytes())?;
    }
    tx.put_setting(SETTING, &hex::encode(drawn)).await?;
    tx.commit().await?;
    Ok(drawn)
}

fn draw(entropy: &dyn Entropy) -> Incarnation {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes
}

fn line(incarnation: Incarnation) -> String {
    let mut text = hex::encode(incarnation);
    text.push('\n');
    text
}

fn in_database() -> String {
    "the database".to_owned()
}

fn parse(text: &str, place: impl FnOnce() -> String) -> Result<Incarnation, BootstrapError> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| BootstrapError::MalformedIncarnation { place: place() })?;
    Ok(bytes)
}
