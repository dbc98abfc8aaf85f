use std::time::Duration;

use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::*;
use crate::model::account::RevisionTag;
use crate::model::principal::User;
use crate::policy::ids::{AccountId, UserId};
use crate::store::whole::tables::TABLES;
use crate::store::{Store, Tx};

/// A file in a directory that must live as long as it.
async fn on_file() -> (TempDir, SqliteStore) {
    let directory = TempDir::new().unwrap();
    let options = SqliteOptions {
        wait: Duration::from_secs(2),
        ..SqliteOptions::default()
    };
    let path = directory.path().join("store.sqlite");
    let store = SqliteStore::open(&path, options).await.unwrap();
    (directory, store)
}

fn tag(number: u8) -> RevisionTag {
    RevisionTag([number; 16])
}

fn user(number: u64) -> User {
    User {
        account: AccountId::SYSTEM,
        id: UserId::from_random(number),
        name: format!("u{number}").parse().unwrap(),
        display_name: String::new(),
        comments: "x".repeat(64 * 1024),
        email: String::new(),
        mobile_phone: String::new(),
        created_at: 0,
        updated_at: 0,
        last_login_at: None,
    }
}

#[tokio::test]
async fn each_connection_is_durable() {
    let (_directory, store) = on_file().await;
    let mut connections = vec![store.writers().acquire().await.unwrap()];
    for _ in 0..SqliteOptions::default().readers {
        connections.push(store.readers().acquire().await.unwrap());
    }
    assert_eq!(connections.len(), 5);
    for connection in &mut connections {
        for (pragma, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("busy_timeout", "2000"),
        ] {
            let row = connection
                .fetch_one(AssertSqlSafe(format!("PRAGMA {pragma}")))
                .await
                .unwrap();
            let found = row
                .try_get::<String, _>(0)
                .or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()));
            assert_eq!(found.unwrap(), expected, "{pragma}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_not_durable_is_refused() {
    for statement in [
        "PRAGMA synchronous = NORMAL",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA busy_timeout = 0",
        "PRAGMA journal_mode = DELETE",
    ] {
        let (_directory, store) = on_file().await;
        // As long as there is another connection, the journal stays as it is.
        store.readers().close().await;
        let mut connection = store.writers().acquire().await.unwrap();
        assert_durable(&mut connection, "wal").await.unwrap();
        connection.execute(statement).await.unwrap();
        let refused = assert_durable(&mut connection, "wal").await;
        assert!(refused.is_err(), "{statement}");
    }
}

/// Makes users until the database is full; answers how many it took.
async fn fill(tx: &mut Box<dyn Tx>) -> u64 {
    for number in 0.. {
        match tx.create_user(&user(number)).await {
            Ok(()) => {}
            Err(StoreError::Unavailable(_)) => return number,
            Err(error) => panic!("{error:?}"),
        }
    }
    unreachable!("it is full before the numbers end")
}

async fn a_full_disk_is_survived(store: SqliteStore) {
    let mut connection = store.writers().acquire().await.unwrap();
    connection
        .execute("PRAGMA max_page_count = 200")
        .await
        .unwrap();
    drop(connection);
    let mut tx = store.begin_write(AccountId::SYSTEM, tag(1)).await.unwrap();
    assert!(fill(&mut tx).await > 2);
    // What was begun cannot be committed, nor gone on with.
    let refused = tx.put_setting("a", "").await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    assert!(matches!(tx.commit().await, Err(StoreError::Internal(_))));
    // It is read from while full, and written to where there is room.
    let mut read = store.begin_read(AccountId::SYSTEM).await.unwrap();
    assert_eq!(read.count_users().await.unwrap(), 0);
    assert_ne!(read.account().tag, tag(1));
    drop(read);
    let mut tx = store.begin_write(AccountId::SYSTEM, tag(2)).await.unwrap();
    tx.create_user(&user(0)).await.unwrap();
    tx.commit().await.unwrap();
    let nonces: Vec<_> = (0..12_000_u32)
        .map(|number| {
            let mut hash = [0; 16];
            hash[..4].copy_from_slice(&number.to_be_bytes());
            NonceRow {
                hash,
                expires_at: 1,
            }
        })
        .collect();
    let refused = store.freshness(&[], &nonces).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    let answer = store.freshness(&[], &nonces[..1]).await.unwrap();
    assert_eq!(answer.fresh, [true]);
    // Room is made.
    let mut connection = store.writers().acquire().await.unwrap();
    connection
        .execute("PRAGMA max_page_count = 100000")
        .await
        .unwrap();
    drop(connection);
    let answer = store.freshness(&[], &nonces).await.unwrap();
    assert_eq!(answer.fresh.iter().filter(|fresh| **fresh).count(), 11_999);
    let mut read = store.begin_read(AccountId::SYSTEM).await.unwrap();
    assert_eq!(read.count_users().await.unwrap(), 1);
    assert_eq!(read.account().tag, tag(2));
}

#[tokio::test]
async fn a_full_disk_is_survived_on_file() {
    let (_directory, store) = on_file().await;
    a_full_disk_is_survived(store).await;
}

#[tokio::test]
async fn a_full_disk_is_survived_in_memory() {
    a_full_disk_is_survived(SqliteStore::in_memory().await.unwrap()).await;
}

/// As after a commit that failed: SQLite has rolled back and the driver does not know.
#[tokio::test]
async fn a_connection_out_of_step_is_replaced() {
    let (_directory, store) = on_file().await;
    let mut transaction = store.writers().begin_with("BEGIN IMMEDIATE").await.unwrap();
    transaction.execute("ROLLBACK").await.unwrap();
    drop(transaction);
    for _ in 0..3 {
        let tx = store.begin_write(AccountId::SYSTEM, tag(1)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn another_programs_lock_is_a_conflict() {
    let (directory, store) = on_file().await;
    let options = SqliteOptions::default();
    let path = directory.path().join("store.sqlite");
    let other = SqliteStore::open(&path, options).await.unwrap();
    let lock = other.begin_write(AccountId::SYSTEM, tag(1)).await.unwrap();
    let refused = store.begin_write(AccountId::SYSTEM, tag(2)).await;
    assert!(matches!(refused.err(), Some(StoreError::Conflict)));
    lock.commit().await.unwrap();
    let tx = store.begin_write(AccountId::SYSTEM, tag(2)).await.unwrap();
    assert_eq!(tx.previous_tag(), tag(1));
}

/// Every page is read from an index in its order, whatever the table's size.
#[tokio::test]
async fn lists_are_read_from_an_index() {
    let store = SqliteStore::in_memory().await.unwrap();
    let mut connection = store.writers().acquire().await.unwrap();
    let mut checked = 0;
    for statement in SqliteStore::statements() {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sqlite));
        let plan = connection.fetch_all(explain).await.unwrap();
        for step in plan {
            let detail: String = step.try_get("detail").unwrap();
            // The ring is a handful of keys, its primary key the order of its list; `own` is one row,
            // of constants.
            let is_small =
                ["SCAN token_keys", "SCAN CONSTANT ROW", "SCAN own"].contains(&detail.as_str());
            let is_scan = detail.starts_with("SCAN ") && !detail.contains("VIRTUAL TABLE");
            // A move of the whole database reads whole tables, each in the order of its key.
            let is_whole = TABLES.iter().any(|table| table.name == statement.name);
            assert!(
                is_small || is_whole || !is_scan,
                "{}: {detail}",
                statement.name
            );
            if statement.sqlite.contains("LIMIT") {
                assert!(!detail.contains("B-TREE"), "{}: {detail}", statement.name);
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}
