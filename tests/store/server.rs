//! What only a server can do: lose connections, refuse, keep others waiting.

use std::time::{Duration, Instant};

use rampart::policy::ids::AccountId;
use rampart::store::{PostgresOptions, PostgresStore, Store, StoreError};

use crate::backend::{Place, tag, unknown};
use crate::postgres::Database;

const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test]
async fn a_lost_connection_costs_one_transaction() {
    let place = Place::postgres().await;
    let store = place.open().await;
    store.ping().await.unwrap();
    let mut tx = store.begin_write(AccountId::SYSTEM, tag()).await.unwrap();
    tx.put_setting("a", "1").await.unwrap();
    assert!(place.tamper(TERMINATE).await);
    let lost = tx.put_setting("a", "2").await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    drop(tx);
    // A connection that served a moment ago is believed to be alive, so each may fail once.
    let mut asked = 0;
    while store
        .freshness(&[unknown(AccountId::SYSTEM)], &[])
        .await
        .is_err()
    {
        asked += 1;
        assert!(asked <= 2);
    }
    let mut tx = store.begin_write(AccountId::SYSTEM, tag()).await.unwrap();
    assert_eq!(tx.get_setting("a").await.unwrap(), None);
    tx.commit().await.unwrap();
    store.close().await;
    remove(place).await;
}

#[tokio::test]
async fn t12_a_lock_is_not_waited_for_without_end() {
    let place = Place::postgres().await;
    let holder = place.open().await;
    let lock = holder.begin_write(AccountId::SYSTEM, tag()).await.unwrap();
    let options = PostgresOptions {
        lock_timeout: Duration::from_millis(200),
        ..PostgresOptions::default()
    };
    let store = PostgresStore::connect(url(&place), options).await.unwrap();
    let start = Instant::now();
    let refused = store.begin_write(AccountId::SYSTEM, tag()).await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable(_))));
    assert!(start.elapsed() < Duration::from_secs(3));
    // It went to the back of no queue: the next one comes through.
    lock.commit().await.unwrap();
    let tx = store.begin_write(AccountId::SYSTEM, tag()).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    holder.close().await;
    remove(place).await;
}

/// Whatever the database's default is, a commit waits for the disk.
#[tokio::test]
async fn an_acknowledged_commit_is_on_disk() {
    let place = Place::postgres().await;
    place.open().await.close().await;
    for (default, expected) in [("off", "on"), ("local", "local")] {
        let name = database(&place).name();
        for statement in [
            format!("ALTER DATABASE {name} SET synchronous_commit = {default}"),
            format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN
                     IF current_setting('synchronous_commit') <> '{expected}' THEN
                         RAISE EXCEPTION 'not durable';
                     END IF;
                     RETURN NEW;
                 END $$"
            ),
            "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON settings
             FOR EACH ROW EXECUTE FUNCTION refuse()"
                .to_owned(),
        ] {
            assert!(place.tamper(&statement).await);
        }
        let store = place.open().await;
        let mut tx = store.begin_write(AccountId::SYSTEM, tag()).await.unwrap();
        tx.put_setting("a", "1").await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }
    remove(place).await;
}

#[tokio::test]
async fn no_server_is_unavailable() {
    for url in [
        "postgres://nobody@127.0.0.1:1/none",
        "postgres://nobody@localhost/none?host=/nonexistent",
        "postgres://nobody@localhost:none/none",
    ] {
        let options = PostgresOptions {
            wait: Duration::from_secs(2),
            ..PostgresOptions::default()
        };
        let refused = PostgresStore::connect(url, options).await.err();
        assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{url}");
    }
}

fn database(place: &Place) -> &Database {
    match place {
        Place::Postgres(database) => database,
        Place::File(_) | Place::Memory => panic!("these cases are a server's"),
    }
}

fn url(place: &Place) -> &str {
    &database(place).url
}

async fn remove(place: Place) {
    if let Place::Postgres(database) = place {
        database.remove().await;
    }
}
