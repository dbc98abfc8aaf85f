//! The schema: its steps, how a database is brought up to date, and who may work on it.
//!
//! A step only adds, or it is breaking. So a server of an older release goes on working on a schema
//! that a newer one has brought up to date, and the two run side by side during an upgrade
//! (`docs/operations-guide.md`, expand, move, contract). What a server may not work on is said by
//! the floor, which is kept with the schema: the number of the newest step that a build must know.
//!
//! The first step is recorded in `_sqlx_migrations`, where the first release looks and refuses what
//! it does not know; later ones in `_sqlx_steps`, so that it does not see them. Where a step raises
//! the floor above the first release it is recorded in both.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use super::dialect::{Connection, Dialect, Fields, Row, args, statements};
use super::whole::Standing;
use super::{Result, StoreError, whole};
use crate::policy::ids::AccountId;

/// A step of the schema, in both tongues.
#[derive(Debug)]
pub(super) struct Step {
    number: i64,
    name: &'static str,
    /// The number of the newest step that a build must know to work on the schema from this step
    /// on. A step that only adds keeps the one of the step before.
    floor: i64,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

/// A step from its pair of files, `migrations/<database>/<number>_<name>.sql`, and its floor.
macro_rules! step {
    ($number:literal, $digits:literal, $name:literal, floor $floor:literal) => {
        Step {
            number: $number,
            name: $name,
            floor: $floor,
            sqlite: include_str!(concat!(
                "../../migrations/sqlite/",
                $digits,
                "_",
                $name,
                ".sql"
            )),
            postgres: include_str!(concat!(
                "../../migrations/postgres/",
                $digits,
                "_",
                $name,
                ".sql"
            )),
        }
    };
}

/// Every step, in order. One that has been released is never edited.
pub(super) const STEPS: &[Step] = &[
    step!(1, "0001", "foundation", floor 1),
    step!(2, "0002", "changes", floor 1),
    step!(3, "0003", "groups", floor 1),
    step!(4, "0004", "key_uses", floor 1),
    step!(5, "0005", "logins", floor 1),
    step!(6, "0006", "oidc_providers", floor 1),
    step!(7, "0007", "services", floor 1),
    step!(8, "0008", "saml_providers", floor 1),
    step!(9, "0009", "ims", floor 1),
];

/// Which databases are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// Those that a server may serve from.
    InService,
    /// Also those that were moved away, or are being moved here: for whoever moves.
    Any,
}

/// Where the steps after the first are recorded.
const LATER: &str = "_sqlx_steps";

/// The system account's setting that holds the floor. Without it the floor is the first step.
const FLOOR: &str = "schema_floor";

statements! {
    GET_SETTING = "
        SELECT value
        FROM settings
        WHERE account_id = $1
            AND name = $2";
    ADOPT_RECORDS = "
        INSERT INTO _sqlx_steps (
            version,
            description,
            installed_on,
            success,
            checksum,
            execution_time
        )
        SELECT
            version,
            description,
            installed_on,
            success,
            checksum,
            execution_time
        FROM _sqlx_migrations
        WHERE version > 1
        ON CONFLICT (version) DO NOTHING";
    COUNT_LATER = "
        SELECT count(*) AS counted
        FROM _sqlx_steps
        WHERE version > $1";
    PUT_SETTING = "
        INSERT INTO settings (
            account_id,
            name,
            value
        )
        VALUES ($1, $2, $3)
        ON CONFLICT (account_id, name) DO UPDATE
        SET value = excluded.value";
}

/// Why the schema is not one that this build works on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SchemaError {
    /// A later release has taken something away that this one needs.
    #[error(
        "the schema has been changed by a later release so that only builds that know step {floor} \
         can work on it, and this one knows {known}: start that release, or a later one"
    )]
    TooNew { floor: i64, known: i64 },
    /// Someone else is at it, for longer than is waited.
    #[error(
        "another server has been bringing the schema up to date for {seconds} s: start again when \
         it has ended"
    )]
    Busy { seconds: u64 },
    /// It was moved away.
    #[error(
        "this database is retired: all that it held was moved to {successor}. Start the server on \
         that one; whatever still came here would be lost"
    )]
    Retired { successor: String },
    /// It is being moved here.
    #[error(
        "a move into this database was begun and has not ended. Let `rampart migrate-store` end, or \
         run it again if it was broken off: it begins anew"
    )]
    Incoming,
    /// The text of a step is not the one that was applied.
    #[error("step {0} of the schema is not the one that this database was made with")]
    Changed(i64),
}

impl From<SchemaError> for StoreError {
    fn from(error: SchemaError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Brings the schema up to date by `steps`, in the tongue that `text` picks, on a connection whose
/// transaction keeps everybody else away.
///
/// # Errors
/// [`StoreError::Unavailable`] with a [`SchemaError`], or whatever the database says.
pub(super) async fn bring_up_to_date<D: Dialect>(
    connection: &mut Connection<D>,
    steps: &[Step],
    text: fn(&Step) -> &'static str,
    admit: Admit,
) -> Result<()>
where
    Connection<D>: Migrate,
{
    let steps: Vec<(&Step, Migration)> = steps
        .iter()
        .map(|step| (step, migration(step, text(step))))
        .collect();
    let known = steps.last().map_or(0, |(step, _)| step.number);
    let (first, later) = steps.split_at(steps.len().min(1));
    run::<D>(connection, Migrator::DEFAULT.table_name, first).await?;
    if admit == Admit::InService {
        refuse_out_of_service::<D>(connection).await?;
    }
    let floor = floor::<D>(connection).await?;
    if floor > known {
        return Err(SchemaError::TooNew { floor, known }.into());
    }
    // Builds before this way of recording wrote every step where the first one is.
    connection
        .ensure_migrations_table(LATER)
        .await
        .map_err(failed::<D>)?;
    D::execute(connection, &ADOPT_RECORDS, args![]).await?;
    run::<D>(connection, Cow::Borrowed(LATER), later).await?;
    // A newer release may have raised it further than this build would.
    let raised = steps.iter().map(|(step, _)| step.floor).max().unwrap_or(1);
    if raised > floor {
        let system = AccountId::SYSTEM.to_string();
        let args = args![system, FLOOR, raised.to_string()];
        D::execute(connection, &PUT_SETTING, args).await?;
        for (step, migration) in &steps {
            if step.floor > floor && step.floor > 1 {
                let table = &Migrator::DEFAULT.table_name;
                connection
                    .skip(table, migration)
                    .await
                    .map_err(failed::<D>)?;
            }
        }
    }
    Ok(())
}

fn migration(step: &Step, text: &'static str) -> Migration {
    Migration::new(
        step.number,
        Cow::Borrowed(step.name),
        MigrationType::Simple,
        text.into_sql_str(),
        false,
    )
}

/// Runs what has not been run of these steps. Steps of later releases are left alone.
async fn run<D: Dialect>(
    connection: &mut Connection<D>,
    table: Cow<'static, str>,
    steps: &[(&Step, Migration)],
) -> Result<()>
where
    Connection<D>: Migrate,
{
    let steps = steps.iter().map(|(_, migration)| migration.clone());
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(table);
    migrator.set_ignore_missing(true);
    migrator.set_locking(false);
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(failed::<D>)
}

/// The floor that is kept with the schema.
async fn floor<D: Dialect>(connection: &mut Connection<D>) -> Result<i64> {
    match setting::<D>(connection, FLOOR).await? {
        None => Ok(1),
        Some(floor) => floor.parse().map_err(|_| StoreError::Corrupt {
            table: "settings",
            column: "value",
        }),
    }
}

/// A setting of the system account.
async fn setting<D: Dialect>(connection: &mut Connection<D>, name: &str) -> Result<Option<String>> {
    let args = args![AccountId::SYSTEM.to_string(), name];
    let rows = D::fetch(connection, &GET_SETTING, args).await?;
    let read = |row: &Row<D>| Fields::<D>::of(row, "settings").text("value");
    rows.first().map(read).transpose()
}

/// How many steps of later releases were applied.
pub(super) async fn count_later<D: Dialect>(connection: &mut Connection<D>) -> Result<u64> {
    let known = STEPS.last().map_or(0, |step| step.number);
    let rows = D::fetch(connection, &COUNT_LATER, args![known]).await?;
    let counted = |row: &Row<D>| Fields::<D>::of(row, LATER).number("counted");
    rows.first().map_or(Ok(0), counted)
}

/// What the database says of itself.
pub(super) async fn standing<D: Dialect>(connection: &mut Connection<D>) -> Result<Standing> {
    if let Some(successor) = setting::<D>(connection, whole::RETIRED).await? {
        return Ok(Standing::Retired { successor });
    }
    if setting::<D>(connection, whole::INCOMING).await?.is_none() {
        return Ok(Standing::InService);
    }
    let own = setting::<D>(connection, whole::INCARNATION).await?;
    Ok(Standing::Incoming {
        incarnation: own.unwrap_or_default(),
    })
}

async fn refuse_out_of_service<D: Dialect>(connection: &mut Connection<D>) -> Result<()> {
    match standing::<D>(connection).await? {
        Standing::InService => Ok(()),
        Standing::Retired { successor } => Err(SchemaError::Retired { successor }.into()),
        Standing::Incoming { .. } => Err(SchemaError::Incoming.into()),
    }
}

fn failed<D: Dialect>(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => D::error(error),
        MigrateError::VersionMismatch(number) => SchemaError::Changed(number).into(),
        error => StoreError::Unavailable(Box::new(error)),
    }
}

#[cfg(test)]
mod tests;
