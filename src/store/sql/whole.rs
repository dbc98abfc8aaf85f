//! One transaction over the whole database. Its statements are made from the list of tables.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::{Pool, Transaction};

use super::audit;
use crate::model::audit::AuditRecord;
use crate::policy::ids::AccountId;
use crate::store::dialect::{Arg, Connection, Dialect, Fields, Row, Statement, args, statements};
use crate::store::whole::tables::{Column, Kind, TABLES, Table};
use crate::store::whole::{RETIRED, Record, Value, Whole};
use crate::store::{Result, StoreError, schema};

statements! {
    GET_SETTING = "
        SELECT value
        FROM settings
        WHERE account_id = $1
            AND name = $2";
    PUT_SETTING = "
        INSERT INTO settings (
            account_id,
            name,
            value
        )
        VALUES ($1, $2, $3)
        ON CONFLICT (account_id, name) DO UPDATE
        SET value = excluded.value";
    REMOVE_SETTING = "
        DELETE FROM settings
        WHERE account_id = $1
            AND name = $2";
    LATEST_NONCE = "
        SELECT max(expires_at) AS latest
        FROM nonces";
    /// Without this table no server of any release can decide or write.
    RETIRE = "
        ALTER TABLE accounts RENAME TO retired_accounts";
}

/// The statements of one table.
struct Texts {
    count: Statement,
    first: Statement,
    next: Statement,
    write: Statement,
    replace_sealed: Option<Statement>,
    swap_sealed: Option<Statement>,
    clear: Statement,
}

static TEXTS: LazyLock<BTreeMap<&'static str, Texts>> = LazyLock::new(|| {
    let texts = TABLES.iter().map(|table| (table.name, Texts::of(table)));
    texts.collect()
});

/// The statements that are made from the list of tables.
pub(super) fn made() -> impl Iterator<Item = &'static Statement> {
    TEXTS.values().flat_map(|texts| {
        let always = [
            &texts.count,
            &texts.first,
            &texts.next,
            &texts.write,
            &texts.clear,
        ];
        always
            .into_iter()
            .chain(&texts.replace_sealed)
            .chain(&texts.swap_sealed)
    })
}

/// Once for each, and kept until the process ends.
fn statement(name: &'static str, sqlite: String, postgres: String) -> Statement {
    Statement {
        name,
        sqlite: sqlite.leak(),
        postgres: postgres.leak(),
    }
}

fn same(name: &'static str, text: String) -> Statement {
    let text: &'static str = text.leak();
    Statement {
        name,
        sqlite: text,
        postgres: text,
    }
}

fn names(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.join(", ")
}

/// `$1, $2, …`, each with `suffix`.
fn places(count: usize, suffix: &str) -> String {
    let places: Vec<String> = (1..=count).map(|n| format!("${n}{suffix}")).collect();
    places.join(", ")
}

impl Texts {
    fn of(table: &'static Table) -> Self {
        let Table { name, columns, .. } = table;
        let (all, key) = (names(columns), names(&columns[..table.key]));
        let places_of_key = places(table.key, "");
        let limit = table.key + 1;
        let read: Vec<String> = columns.iter().map(read_from_text).collect();
        Self {
            count: same(name, format!("SELECT count(*) AS counted FROM {name}")),
            first: same(
                name,
                format!("SELECT {all} FROM {name} ORDER BY {key} LIMIT $1"),
            ),
            next: same(
                name,
                format!(
                    "SELECT {all} FROM {name} WHERE ({key}) > ({places_of_key}) ORDER BY {key} \
                     LIMIT ${limit}"
                ),
            ),
            write: statement(
                name,
                format!(
                    "INSERT INTO {name} ({all}) VALUES ({})",
                    places(columns.len(), "")
                ),
                // Numbers that the database would give itself are given to it.
                format!(
                    "INSERT INTO {name} ({all}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}) \
                     AS given ({all})",
                    read.join(", "),
                    places(columns.len(), "::text[]")
                ),
            ),
            replace_sealed: table.sealed.as_ref().map(|sealed| {
                let sealed = columns[sealed.column].name;
                same(
                    name,
                    format!("UPDATE {name} SET {sealed} = $1 WHERE {key} = $2"),
                )
            }),
            swap_sealed: table.sealed.as_ref().map(|sealed| {
                let sealed = columns[sealed.column].name;
                same(
                    name,
                    format!("UPDATE {name} SET {sealed} = $1 WHERE {key} = $2 AND {sealed} = $3"),
                )
            }),
            clear: same(name, format!("DELETE FROM {name}")),
        }
    }
}

/// How PostgreSQL reads a column's value from its text.
fn read_from_text(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        Kind::Text => name.to_owned(),
        Kind::Int => format!("{name}::bigint"),
        Kind::Blob => format!("decode({name}, 'hex')"),
    }
}

/// A row each, as SQLite takes them.
pub(in crate::store) fn one_by_one(rows: &[Record]) -> Vec<Vec<Arg>> {
    rows.iter()
        .map(|row| row.iter().map(arg).collect())
        .collect()
}

/// All rows at once, an array of texts for each column, as PostgreSQL takes them.
pub(in crate::store) fn all_at_once(columns: usize, rows: &[Record]) -> Vec<Vec<Arg>> {
    let column = |index: usize| Arg::Texts(rows.iter().map(|row| text(row.get(index))).collect());
    vec![(0..columns).map(column).collect()]
}

fn text(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => None,
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Int(number)) => Some(number.to_string()),
        Some(Value::Blob(bytes)) => Some(hex::encode(bytes)),
    }
}

fn arg(value: &Value) -> Arg {
    match value {
        Value::Null => Arg::NullText,
        Value::Text(text) => Arg::from(text.as_str()),
        Value::Int(number) => Arg::from(*number),
        Value::Blob(bytes) => Arg::from(bytes.as_slice()),
    }
}

/// A caller of the store does what its contract forbids.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no table that is moved, or has nothing sealed")]
struct NoSuchTable(&'static str);

fn texts(table: &Table) -> Result<&'static Texts> {
    TEXTS
        .get(table.name)
        .ok_or_else(|| StoreError::Internal(Box::new(NoSuchTable(table.name))))
}

/// [`Whole`] on one of the two databases.
pub(super) struct SqlWhole<D: Dialect> {
    transaction: Transaction<'static, D::Database>,
}

impl<D: Dialect> SqlWhole<D> {
    /// Begins the transaction and keeps everybody else out.
    pub(super) async fn hold(pool: &Pool<D::Database>) -> Result<Self> {
        let mut transaction = pool.begin_with(D::BEGIN_WHOLE).await.map_err(D::error)?;
        for statement in D::HOLD {
            D::execute(&mut transaction, statement, args![]).await?;
        }
        Ok(Self { transaction })
    }

    async fn execute(&mut self, statement: &Statement, args: Vec<Arg>) -> Result<u64> {
        D::execute(&mut self.transaction, statement, args).await
    }

    async fn fetch(&mut self, statement: &Statement, args: Vec<Arg>) -> Result<Vec<Row<D>>> {
        D::fetch(&mut self.transaction, statement, args).await
    }
}

fn system() -> String {
    AccountId::SYSTEM.to_string()
}

fn record<D: Dialect>(table: &'static Table, row: &Row<D>) -> Result<Record> {
    let fields = Fields::<D>::of(row, table.name);
    let value = |column: &'static Column| {
        Ok(match column.kind {
            Kind::Text => fields
                .optional_text(column.name)?
                .map_or(Value::Null, Value::Text),
            Kind::Int => fields
                .optional_int(column.name)?
                .map_or(Value::Null, Value::Int),
            Kind::Blob => fields
                .optional_blob(column.name)?
                .map_or(Value::Null, Value::Blob),
        })
    };
    table.columns.iter().map(value).collect()
}

/// Rows by key.
pub(super) async fn read_rows<D: Dialect>(
    connection: &mut Connection<D>,
    table: &'static Table,
    after: Option<&Record>,
    limit: u32,
) -> Result<Vec<Record>> {
    let texts = texts(table)?;
    let rows = match after {
        None => D::fetch(connection, &texts.first, args![limit]).await?,
        Some(after) => {
            let mut args: Vec<Arg> = after.iter().take(table.key).map(arg).collect();
            args.push(Arg::from(limit));
            D::fetch(connection, &texts.next, args).await?
        }
    };
    rows.iter().map(|row| record::<D>(table, row)).collect()
}

/// Another value in the sealed column of a row that holds `from` there.
pub(super) async fn swap_sealed<D: Dialect>(
    connection: &mut Connection<D>,
    table: &'static Table,
    key: &Value,
    from: &[u8],
    to: &[u8],
) -> Result<bool> {
    let swap = texts(table)?.swap_sealed.as_ref();
    let swap = swap.ok_or_else(|| StoreError::Internal(Box::new(NoSuchTable(table.name))))?;
    let args = vec![Arg::from(to), arg(key), Arg::from(from)];
    Ok(D::execute(connection, swap, args).await? > 0)
}

#[async_trait]
impl<D: Dialect> Whole for SqlWhole<D> {
    async fn get_setting(&mut self, name: &str) -> Result<Option<String>> {
        let rows = self.fetch(&GET_SETTING, args![system(), name]).await?;
        let value = |row: &Row<D>| Fields::<D>::of(row, "settings").text("value");
        rows.first().map(value).transpose()
    }

    async fn put_setting(&mut self, name: &str, value: &str) -> Result<()> {
        let args = args![system(), name, value];
        self.execute(&PUT_SETTING, args).await.map(drop)
    }

    async fn remove_setting(&mut self, name: &str) -> Result<()> {
        let args = args![system(), name];
        self.execute(&REMOVE_SETTING, args).await.map(drop)
    }

    async fn count(&mut self, table: &'static Table) -> Result<u64> {
        let rows = self.fetch(&texts(table)?.count, args![]).await?;
        let counted = |row: &Row<D>| Fields::<D>::of(row, table.name).number("counted");
        rows.first().map_or(Ok(0), counted)
    }

    async fn read(
        &mut self,
        table: &'static Table,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>> {
        read_rows::<D>(&mut self.transaction, table, after, limit).await
    }

    async fn write(&mut self, table: &'static Table, rows: &[Record]) -> Result<()> {
        let write = &texts(table)?.write;
        for args in D::rows(table.columns.len(), rows) {
            self.execute(write, args).await?;
        }
        Ok(())
    }

    async fn replace_sealed(
        &mut self,
        table: &'static Table,
        key: &Value,
        sealed: &[u8],
    ) -> Result<()> {
        let replace = texts(table)?.replace_sealed.as_ref();
        let replace =
            replace.ok_or_else(|| StoreError::Internal(Box::new(NoSuchTable(table.name))))?;
        match self
            .execute(replace, vec![Arg::from(sealed), arg(key)])
            .await?
        {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    async fn clear(&mut self, table: &'static Table) -> Result<()> {
        self.execute(&texts(table)?.clear, args![]).await.map(drop)
    }

    async fn renumber(&mut self) -> Result<()> {
        for statement in D::RENUMBER {
            self.fetch(statement, args![]).await?;
        }
        Ok(())
    }

    async fn unknown_steps(&mut self) -> Result<u64> {
        schema::count_later::<D>(&mut self.transaction).await
    }

    async fn latest_nonce(&mut self) -> Result<Option<i64>> {
        let rows = self.fetch(&LATEST_NONCE, args![]).await?;
        let latest = |row: &Row<D>| Fields::<D>::of(row, "nonces").optional_int("latest");
        rows.first().map_or(Ok(None), latest)
    }

    async fn append_audit(&mut self, record: &AuditRecord) -> Result<()> {
        audit::append_to::<D>(&mut self.transaction, record).await
    }

    async fn retire(&mut self, successor: &str) -> Result<()> {
        self.put_setting(RETIRED, successor).await?;
        self.execute(&RETIRE, args![]).await.map(drop)
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        self.transaction.commit().await.map_err(D::error)
    }
}
