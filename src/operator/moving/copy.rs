//! The rows themselves: written from one database to another, read again and compared.
//!
//! A page at a time, so that memory stays bounded however many rows there are. What is sealed is
//! compared by what it holds: the two sides have sealed it each for itself.

use sha2::{Digest as _, Sha256};

use super::MoveError;
use crate::bootstrap;
use crate::credential::secret::SecretBytes;
use crate::iam::secrets::Secrets;
use crate::policy::ids::AccountId;
use crate::store::whole::tables::{TABLES, Table};
use crate::store::whole::{OWN_SETTINGS, Record, Value, Whole};

/// How many rows are held in memory at once.
const PAGE: u32 = 500;

/// What was written to a table.
pub(super) struct Copied {
    pub(super) table: &'static Table,
    pub(super) rows: u64,
    digest: [u8; 32],
}

/// Writes every row of `out` into `into`, what is sealed sealed anew.
pub(super) async fn copy(
    out: &mut dyn Whole,
    into: &mut dyn Whole,
    from: &Secrets,
    to: &Secrets,
) -> Result<Vec<Copied>, MoveError> {
    let mut copied = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let mut tally = Tally::default();
        let mut pages = Pages::of(table);
        while let Some(page) = pages.next(out).await? {
            let mut rows = Vec::with_capacity(page.len());
            for mut row in page {
                let opened = bootstrap::open_sealed(table, &row, from)?;
                tally.add(table, &row, opened.as_ref());
                if let (Some(opened), Some(sealed)) = (&opened, &table.sealed) {
                    let anew = bootstrap::seal_anew(table, &row, opened, to)?;
                    row[sealed.column] = Value::Blob(anew);
                }
                rows.push(row);
            }
            into.write(table, &rows).await?;
        }
        copied.push(tally.of(table));
    }
    Ok(copied)
}

/// Reads everything again and compares it with what was written.
pub(super) async fn verify(
    into: &mut dyn Whole,
    to: &Secrets,
    copied: &[Copied],
) -> Result<(), MoveError> {
    for written in copied {
        let table = written.table;
        let mut tally = Tally::default();
        let mut pages = Pages::of(table);
        while let Some(page) = pages.next(into).await? {
            for row in &page {
                let opened = bootstrap::open_sealed(table, row, to)?;
                tally.add(table, row, opened.as_ref());
            }
        }
        let read = tally.of(table);
        if (read.rows, read.digest) != (written.rows, written.digest) {
            return Err(MoveError::Differs(table.name));
        }
    }
    Ok(())
}

/// The rows of a table, page by page, without the settings that each database has of its own.
struct Pages {
    table: &'static Table,
    after: Option<Record>,
}

impl Pages {
    fn of(table: &'static Table) -> Self {
        Self { table, after: None }
    }

    async fn next(&mut self, whole: &mut dyn Whole) -> Result<Option<Vec<Record>>, MoveError> {
        let mut page = whole.read(self.table, self.after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        self.after = Some(last.clone());
        if self.table.name == "settings" {
            page.retain(|row| !is_own(row));
        }
        Ok(Some(page))
    }
}

/// Whether a row of `settings` tells of one database and not of what it holds.
fn is_own(row: &Record) -> bool {
    let system = AccountId::SYSTEM.to_string();
    match row.as_slice() {
        [Value::Text(account), Value::Text(name), ..] => {
            *account == system && OWN_SETTINGS.contains(&name.as_str())
        }
        _ => false,
    }
}

/// Counts rows and digests them in order.
#[derive(Default)]
struct Tally {
    rows: u64,
    digest: Sha256,
}

impl Tally {
    fn add(&mut self, table: &Table, row: &Record, opened: Option<&SecretBytes>) {
        self.rows += 1;
        for (index, value) in row.iter().enumerate() {
            let sealed = table.sealed.as_ref().is_some_and(|s| s.column == index);
            match (value, opened.filter(|_| sealed)) {
                (_, Some(opened)) => self.part(b's', opened.expose()),
                (Value::Null, None) => self.part(b'n', &[]),
                (Value::Text(text), None) => self.part(b't', text.as_bytes()),
                (Value::Int(number), None) => self.part(b'i', &number.to_be_bytes()),
                (Value::Blob(bytes), None) => self.part(b'b', bytes),
            }
        }
    }

    /// Behind its length: no two rows give the same bytes.
    fn part(&mut self, kind: u8, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.digest.update([kind]);
        self.digest.update(length.to_be_bytes());
        self.digest.update(bytes);
    }

    fn of(self, table: &'static Table) -> Copied {
        Copied {
            table,
            rows: self.rows,
            digest: self.digest.finalize().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Record]) -> [u8; 32] {
        let mut tally = Tally::default();
        for row in rows {
            tally.add(&TABLES[0], row, None);
        }
        tally.of(&TABLES[0]).digest
    }

    #[test]
    fn rows_that_differ_differ_in_their_digest() {
        let text = |text: &str| Value::Text(text.to_owned());
        let rows = [
            vec![text("ab"), text("c")],
            vec![text("a"), text("bc")],
            vec![text("ab"), Value::Blob(b"c".to_vec())],
            vec![text("ab"), Value::Null],
            vec![text("ab"), text("")],
            vec![text("ab"), Value::Int(0)],
        ];
        let digests: std::collections::HashSet<_> = rows
            .iter()
            .map(|row| digest(std::slice::from_ref(row)))
            .collect();
        assert_eq!(digests.len(), rows.len());
        let (one, other) = (rows[0].clone(), rows[1].clone());
        assert_ne!(digest(&[one.clone(), other.clone()]), digest(&[other, one]));
    }
}
