//! Builds that know different steps, on one database in memory.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};

use super::*;
use crate::store::sqlite::SqliteDialect;

fn step(number: i64, name: &'static str, floor: i64, text: &'static str) -> Step {
    Step {
        number,
        name,
        floor,
        sqlite: text,
        postgres: text,
    }
}

fn first() -> Step {
    let first = &STEPS[0];
    step(first.number, first.name, first.floor, first.sqlite)
}

/// What adds: the releases before go on.
fn expand() -> Step {
    step(2, "expand", 1, "ALTER TABLE users ADD COLUMN nick TEXT")
}

/// What takes away: only builds that know step 2 go on.
fn contract() -> Step {
    step(3, "contract", 2, "ALTER TABLE users DROP COLUMN comments")
}

async fn database() -> SqliteConnection {
    let options = SqliteConnectOptions::new().in_memory(true);
    options.connect().await.unwrap()
}

async fn run(connection: &mut SqliteConnection, steps: &[Step]) -> Result<()> {
    bring_up_to_date::<SqliteDialect>(connection, steps, |step| step.sqlite, Admit::InService).await
}

async fn numbers(connection: &mut SqliteConnection, table: &str) -> Vec<i64> {
    let query = format!("SELECT version FROM {table} ORDER BY version");
    let rows = connection.fetch_all(AssertSqlSafe(query)).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn refusal(outcome: Result<()>) -> String {
    let error = outcome.unwrap_err();
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn an_older_build_goes_on_until_a_step_is_breaking() {
    let mut database = database().await;
    let known = |count| [first(), expand(), contract()].into_iter().take(count);
    let (oldest, old, new): (Vec<_>, Vec<_>, Vec<_>) =
        (known(1).collect(), known(2).collect(), known(3).collect());
    run(&mut database, &oldest).await.unwrap();
    run(&mut database, &old).await.unwrap();
    // The first release looks here, and must not see what it may ignore.
    assert_eq!(numbers(&mut database, "_sqlx_migrations").await, [1]);
    assert_eq!(numbers(&mut database, LATER).await, [2]);
    run(&mut database, &oldest).await.unwrap();

    run(&mut database, &new).await.unwrap();
    run(&mut database, &new).await.unwrap();
    run(&mut database, &old).await.unwrap();
    let text = refusal(run(&mut database, &oldest).await);
    assert!(text.contains("builds that know step 2"), "{text}");
    assert!(text.contains("this one knows 1"), "{text}");
    // Nor does the first release, which knows nothing of a floor.
    assert_eq!(numbers(&mut database, "_sqlx_migrations").await, [1, 3]);
    let steps = [migration(&oldest[0], oldest[0].sqlite)];
    let released = Migrator::with_migrations(steps.to_vec());
    let refused = released.run_direct(None, &mut database, false).await;
    assert!(matches!(refused, Err(MigrateError::VersionMissing(3))));
}

#[tokio::test]
async fn an_older_build_does_not_lower_the_floor() {
    let mut database = database().await;
    run(&mut database, &[first(), expand(), contract()])
        .await
        .unwrap();
    run(&mut database, &[first(), expand()]).await.unwrap();
    assert_eq!(floor::<SqliteDialect>(&mut database).await.unwrap(), 2);
}

/// Builds between the first release and this one recorded every step where the first one is.
#[tokio::test]
async fn a_step_that_was_recorded_elsewhere_is_not_run_again() {
    let mut database = database().await;
    let steps = [first(), expand()];
    let records = steps.each_ref().map(|step| migration(step, step.sqlite));
    let before = Migrator::with_migrations(records.to_vec());
    before.run_direct(None, &mut database, false).await.unwrap();
    run(&mut database, &steps).await.unwrap();
    assert_eq!(numbers(&mut database, "_sqlx_migrations").await, [1, 2]);
    assert_eq!(numbers(&mut database, LATER).await, [2]);
    before.run_direct(None, &mut database, false).await.unwrap();
}

#[tokio::test]
async fn a_step_that_was_edited_is_noticed() {
    let mut database = database().await;
    run(&mut database, &[first(), expand()]).await.unwrap();
    let edited = step(2, "expand", 1, "ALTER TABLE users ADD COLUMN other TEXT");
    let text = refusal(run(&mut database, &[first(), edited]).await);
    assert!(text.contains("step 2 of the schema"), "{text}");
}

#[test]
fn steps_are_numbered_and_floors_only_rise() {
    for (index, step) in STEPS.iter().enumerate() {
        assert_eq!(usize::try_from(step.number).unwrap(), index + 1);
        assert!(step.floor <= step.number, "{}", step.name);
    }
    assert!(STEPS.is_sorted_by_key(|step| step.floor));
    assert_eq!(STEPS[0].floor, 1);
}
