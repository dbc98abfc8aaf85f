//! A copy becomes a database of its own.
//!
//! Whatever is sealed is bound to the incarnation, so a new one seals all of it anew; the ring of token
//! keys is another one, and no session token of before opens any more. Everything that makes a copy
//! ends here: a move to another database, a restored backup, a clone that is adopted as a copy.

use zeroize::Zeroizing;

use super::BootstrapError;
use super::incarnation::parse_incarnation;
use crate::credential::seal::{Incarnation, Purpose, SealError};
use crate::credential::secret::SecretBytes;
use crate::iam::nonce_key;
use crate::iam::secrets::{Place, Secrets};
use crate::ports::{Clock, Entropy};
use crate::store::whole::tables::{Sealed, TABLES, Table, table};
use crate::store::whole::{INCARNATION, NONCE_KEY, REPLAY_FLOOR, Record, Value, Whole};

/// How many rows are held in memory at once.
const PAGE: u32 = 500;

/// What a database is to become.
pub struct Renewal<'a> {
    /// Opens what it holds.
    pub from: &'a Secrets,
    /// Seals it anew; its incarnation is the new one.
    pub to: &'a Secrets,
    /// Up to which moment (unix seconds) requests may have been taken by the database that this one
    /// was made from.
    pub replay_floor: Option<i64>,
    /// Tells when.
    pub clock: &'a dyn Clock,
    /// Draws the first key of the ring.
    pub entropy: &'a dyn Entropy,
}

/// Which database this is, from the database alone.
///
/// # Errors
/// [`BootstrapError::Unused`] where it does not say.
pub async fn incarnation_of(whole: &mut dyn Whole) -> Result<Incarnation, BootstrapError> {
    let stored = whole.get_setting(INCARNATION).await?;
    parse_incarnation(&stored.ok_or(BootstrapError::Unused)?)
}

/// Makes the database the one that the renewal says, in the transaction that holds it. Answers how
/// many secrets were sealed anew.
///
/// # Errors
/// [`BootstrapError::Sealed`] where the ring does not open: that is another master key.
pub async fn renew(whole: &mut dyn Whole, renewal: &Renewal<'_>) -> Result<u64, BootstrapError> {
    check_ring(whole, renewal.from).await?;
    let mut count = 0;
    // The ring gets a key of its own at the end.
    for table in TABLES.iter().filter(|table| is_kept(table)) {
        let mut after: Option<Record> = None;
        loop {
            let page = whole.read(table, after.as_ref(), PAGE).await?;
            for row in &page {
                if let Some(opened) = open_sealed(table, row, renewal.from)? {
                    let sealed = seal_anew(table, row, &opened, renewal.to)?;
                    whole.replace_sealed(table, key(row), &sealed).await?;
                    count += 1;
                }
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => break,
            }
        }
    }
    // The nonces that a copy of the rows brought with it stay known.
    if let Some(kept) = whole.get_setting(NONCE_KEY).await? {
        let anew = nonce_key::reseal(&kept, renewal.from, renewal.to);
        let anew = anew.map_err(|source| BootstrapError::Sealed {
            table: "settings",
            source,
        })?;
        whole.put_setting(NONCE_KEY, &anew).await?;
        count += 1;
    }
    take_over(whole, renewal).await?;
    Ok(count)
}

/// What the rotation of the master key finds in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resealed {
    /// Nothing sealed, or sealed under the new master key.
    Current,
    /// It was under the old one, and is this under the new one.
    Anew {
        /// What the row holds.
        from: Vec<u8>,
        /// What it must hold.
        to: Vec<u8>,
    },
    /// It opens under neither.
    Unopened,
}

/// Seals what a row holds under the new of two master keys.
///
/// # Errors
/// [`BootstrapError::Sealed`] where it cannot be sealed.
pub fn reseal(
    table: &'static Table,
    row: &Record,
    secrets: &Secrets,
) -> Result<Resealed, BootstrapError> {
    let Some(sealed) = &table.sealed else {
        return Ok(Resealed::Current);
    };
    let Some(Value::Blob(from)) = row.get(sealed.column) else {
        return Ok(Resealed::Current);
    };
    let name = name(row);
    match secrets.open_other_at(place(table, sealed, &name), from) {
        Ok(None) => Ok(Resealed::Current),
        Ok(Some(opened)) => Ok(Resealed::Anew {
            from: from.clone(),
            to: seal_anew(table, row, &opened, secrets)?,
        }),
        Err(_) => Ok(Resealed::Unopened),
    }
}

fn is_kept(table: &Table) -> bool {
    let purpose = table.sealed.as_ref().map(|sealed| sealed.purpose);
    purpose.is_some_and(|purpose| purpose != Purpose::TokenRing)
}

/// Refuses a master key that is not the one of this database: its ring does not open under another.
///
/// # Errors
/// [`BootstrapError::Sealed`].
pub async fn check_ring(whole: &mut dyn Whole, from: &Secrets) -> Result<(), BootstrapError> {
    let Some(ring) = table("token_keys") else {
        return Ok(());
    };
    for row in whole.read(ring, None, PAGE).await? {
        open_sealed(ring, &row, from)?;
    }
    Ok(())
}

/// Ends what makes a database whose secrets are sealed for it the one that the renewal says: a ring
/// that shares no key with the one of before, the incarnation, and what it must refuse.
///
/// # Errors
/// Whatever the database and the crypto library say.
pub async fn take_over(whole: &mut dyn Whole, renewal: &Renewal<'_>) -> Result<(), BootstrapError> {
    begin_ring(whole, renewal).await?;
    let incarnation = hex::encode(renewal.to.incarnation());
    whole.put_setting(INCARNATION, &incarnation).await?;
    match renewal.replay_floor {
        Some(floor) => whole.put_setting(REPLAY_FLOOR, &floor.to_string()).await?,
        None => whole.remove_setting(REPLAY_FLOOR).await?,
    }
    Ok(())
}

async fn begin_ring(whole: &mut dyn Whole, renewal: &Renewal<'_>) -> Result<(), BootstrapError> {
    let (Some(ring), Some(used)) = (table("token_keys"), table("used_ids")) else {
        return Ok(());
    };
    let mut last = 0;
    for row in whole.read(ring, None, PAGE).await? {
        if let Value::Int(id) = key(&row) {
            last = last.max(*id);
        }
    }
    whole.clear(ring).await?;
    let id = last + 1;
    let mut bytes = Zeroizing::new([0; 32]);
    renewal.entropy.fill(bytes.as_mut());
    let number = u32::try_from(id).map_err(|_| failed(ring, SealError::TooLong))?;
    let sealed = renewal.to.seal_token_key(number, &bytes);
    let sealed = sealed.map_err(|source| failed(ring, source))?;
    // Nobody holds a token of this incarnation yet, so it may seal at once.
    let now = Value::Int(renewal.clock.now());
    let row = vec![Value::Int(id), Value::Blob(sealed), now.clone(), now];
    whole.write(ring, &[row]).await?;
    let text = |text: &str| Value::Text(text.to_owned());
    let row = vec![text("token_key"), text(&id.to_string())];
    whole.write(used, &[row]).await?;
    Ok(())
}

/// What the sealed column of a row holds. `None` where the table has none; also where a secret does
/// not open that did not open before either: it authenticates nobody, and stays as it is.
///
/// # Errors
/// [`BootstrapError::Sealed`] where a key of the ring does not open.
pub fn open_sealed(
    table: &'static Table,
    row: &Record,
    from: &Secrets,
) -> Result<Option<SecretBytes>, BootstrapError> {
    let Some(sealed) = &table.sealed else {
        return Ok(None);
    };
    let bytes = match row.get(sealed.column) {
        Some(Value::Blob(bytes)) => bytes.as_slice(),
        _ => &[],
    };
    let row = name(row);
    match from.open_at(place(table, sealed, &row), bytes) {
        Ok(opened) => Ok(Some(opened)),
        Err(source) if sealed.purpose == Purpose::TokenRing => Err(failed(table, source)),
        Err(_) => {
            tracing::warn!(table = table.name, row, "a stored secret does not open");
            Ok(None)
        }
    }
}

/// The value of the sealed column of a row in the database that `to` seals for.
///
/// # Errors
/// [`BootstrapError::Sealed`].
pub fn seal_anew(
    table: &'static Table,
    row: &Record,
    opened: &SecretBytes,
    to: &Secrets,
) -> Result<Vec<u8>, BootstrapError> {
    let Some(sealed) = &table.sealed else {
        return Ok(Vec::new());
    };
    let row = name(row);
    to.seal_at(place(table, sealed, &row), opened.expose())
        .map_err(|source| failed(table, source))
}

fn failed(table: &'static Table, source: SealError) -> BootstrapError {
    BootstrapError::Sealed {
        table: table.name,
        source,
    }
}

fn place<'a>(table: &'static Table, sealed: &Sealed, row: &'a str) -> Place<'a> {
    Place {
        purpose: sealed.purpose,
        table: table.name,
        row,
        column: table.columns[sealed.column].name,
    }
}

fn key(row: &Record) -> &Value {
    row.first().unwrap_or(&Value::Null)
}

/// The row's id, as sealed values are bound to it.
fn name(row: &Record) -> String {
    match key(row) {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Null | Value::Blob(_) => String::new(),
    }
}
