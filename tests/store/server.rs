//! What only a server can do: lose connections, refuse, keep others waiting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rampart::model::account::{AccountState, RevisionTag};
use rampart::policy::ids::AccountId;
use rampart::store::{Known, PostgresOptions, PostgresStore, Store, StoreError};
use sqlx::{Connection as _, PgConnection};

use crate::backend::{Exam, Place, tag, unknown};
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

/// However many changes are kept, a batch reads those that it asks for.
#[tokio::test]
async fn freshness_reads_no_more_changes_than_it_asks_for() {
    /// Of each account.
    const KEPT: i64 = 40_000;
    const BATCHES: i64 = 20;
    let place = Arc::new(Place::postgres().await);
    let store = place.open().await;
    let exam = Exam {
        store: Arc::clone(&store),
        place: Arc::clone(&place),
    };
    let accounts = [exam.account().await, exam.account().await];
    let tag_of = |revision: i64| RevisionTag(i128::from(revision).to_be_bytes());
    // In the order of time, so that the rows of an account do not lie together.
    let ids = accounts.map(|account| format!("'{account}'")).join(",");
    let fill = format!(
        "INSERT INTO changes (account_id, revision, tag, previous_tag, entities, changed_at)
         SELECT id, n, decode(lpad(to_hex(n), 32, '0'), 'hex'),
             decode(lpad(to_hex(n - 1), 32, '0'), 'hex'), 'policy/some', n
         FROM generate_series(100, {KEPT}) n, unnest(ARRAY[{ids}]) id
         ORDER BY n, id"
    );
    let moved = format!(
        "UPDATE accounts
         SET revision = {KEPT}, revision_tag = decode(lpad(to_hex({KEPT}), 32, '0'), 'hex')
         WHERE id IN ({ids})"
    );
    for statement in [&*fill, &*moved, "ANALYZE"] {
        assert!(place.tamper(statement).await);
    }
    // Of both in one batch: for one alone the planner would find the index by itself.
    let since = async |behind: i64| {
        let known = accounts.map(|account| Known {
            account,
            state: Some(AccountState {
                revision: KEPT - behind,
                tag: tag_of(KEPT - behind),
            }),
        });
        let answer = store.freshness(&known, &[]).await.unwrap();
        let told = answer.accounts.iter().map(|account| {
            let moved = account.clone().unwrap().unwrap();
            assert_eq!(moved.state.tag, tag_of(KEPT));
            moved.since.map(|changes| changes.len())
        });
        let told: Vec<_> = told.collect();
        assert_eq!(told[0], told[1]);
        told[0]
    };
    assert_eq!(since(0).await, Some(0));
    assert_eq!(since(256).await, Some(256));
    assert_eq!(since(257).await, None, "too far behind");
    for _ in 0..BATCHES {
        assert_eq!(since(3).await, Some(3));
    }
    drop(exam);
    store.close().await;
    drop(store);

    // A session tells what it has read when it ends, which may be a moment later.
    let Place::Postgres(database) = &*place else {
        unreachable!("opened above");
    };
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let reads = "SELECT coalesce(idx_scan, 0), coalesce(seq_tup_read, 0)
        FROM pg_stat_user_tables WHERE relname = 'changes'";
    let begin = Instant::now();
    let whole = loop {
        let (by_index, whole): (i64, i64) = sqlx::query_as(reads)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if by_index >= 2 * BATCHES || whole > 4 * KEPT {
            break whole;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "nothing was told"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    // What fills the table may read it once.
    assert!(whole <= 4 * KEPT, "{whole} rows were read");
    connection.close().await.unwrap();
    remove(Arc::into_inner(place).unwrap()).await;
}
