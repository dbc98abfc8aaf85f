//! The two schemas say the same, and every statement is one that both databases take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rampart::store::whole::tables::{Kind, NOT_MOVED, TABLES};
use rampart::store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, Store, open};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

use crate::backend::Place;
use crate::postgres::Database;

/// A table, as far as the two can be compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name to kind and whether it may be absent.
    columns: BTreeMap<String, (String, bool)>,
    /// The columns of the primary key and of each unique key, in order.
    keys: BTreeSet<(bool, Vec<String>)>,
    /// The columns of each other index, in order.
    indices: BTreeSet<Vec<String>>,
}

type Schema = BTreeMap<String, Table>;

async fn sqlite_schema(place: &Place) -> Schema {
    let options = SqliteConnectOptions::new().filename(place.path().unwrap());
    let mut connection = options.connect().await.unwrap();
    let mut schema = Schema::new();
    let rows = sqlx::query(
        "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
         ORDER BY t.name, c.pk",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for row in rows {
        let table: &mut Table = schema.entry(row.get(0)).or_default();
        let kind = match row.get::<String, _>(2).as_str() {
            "INTEGER" => "BIGINT".to_owned(),
            kind => kind.to_owned(),
        };
        let is_nullable = row.get::<i64, _>(3) == 0;
        table.columns.insert(row.get(1), (kind, is_nullable));
    }
    let tables: Vec<String> = schema.keys().cloned().collect();
    for name in tables {
        let table = schema.get_mut(&name).unwrap();
        let primary =
            sqlx::query("SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk")
                .bind(&name)
                .fetch_all(&mut connection)
                .await
                .unwrap();
        let primary = primary.iter().map(|row| row.get(0)).collect();
        table.keys.insert((true, primary));
        let lists = sqlx::query("SELECT name, \"unique\", origin FROM pragma_index_list($1)")
            .bind(&name)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        for list in lists {
            let columns = sqlx::query("SELECT name FROM pragma_index_info($1) ORDER BY seqno")
                .bind(list.get::<String, _>(0))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
            match (
                list.get::<i64, _>(1) == 1,
                list.get::<String, _>(2).as_str(),
            ) {
                (true, "pk") => {}
                (true, _) => drop(table.keys.insert((false, columns))),
                (false, _) => drop(table.indices.insert(columns)),
            }
        }
    }
    schema
}

async fn postgres_schema(connection: &mut PgConnection) -> Schema {
    let mut schema = Schema::new();
    let rows = sqlx::query(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text,
             collation_name::text
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for row in rows {
        let (name, column): (String, String) = (row.get(0), row.get(1));
        let kind = match row.get::<String, _>(2).as_str() {
            "bytea" => "BLOB".to_owned(),
            kind => kind.to_uppercase(),
        };
        if kind == "TEXT" {
            let collation: Option<String> = row.get(4);
            assert_eq!(collation.as_deref(), Some("C"), "{name}.{column}");
        }
        let is_nullable = row.get::<String, _>(3) == "YES";
        let table = schema.entry(name).or_default();
        table.columns.insert(column, (kind, is_nullable));
    }
    let rows = sqlx::query(
        "SELECT t.relname::text, i.indisprimary, i.indisunique,
             array_agg(a.attname::text ORDER BY k.place)
         FROM pg_index i
         JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
         CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
         WHERE t.relname NOT LIKE '\\_sqlx%'
         GROUP BY t.relname, i.indexrelid, i.indisprimary, i.indisunique",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for row in rows {
        let table: &mut Table = schema.get_mut(&row.get::<String, _>(0)).unwrap();
        let columns: Vec<String> = row.get(3);
        if row.get(2) {
            table.keys.insert((row.get(1), columns));
        } else {
            table.indices.insert(columns);
        }
    }
    schema
}

#[tokio::test]
async fn both_schemas_are_the_same() {
    let place = Place::file();
    place.open().await.close().await;
    let sqlite = sqlite_schema(&place).await;
    let database = Database::create().await;
    let store = open(&database.url).await.unwrap();
    store.close().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let postgres = postgres_schema(&mut connection).await;
    let unlogged = sqlx::query("SELECT relname::text FROM pg_class WHERE relpersistence = 'u'")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    database.remove().await;
    assert!(unlogged.is_empty(), "a crash would empty an unlogged table");
    assert_eq!(sqlite.len(), 26);
    assert!(sqlite.values().all(|table| !table.columns.is_empty()));
    assert_eq!(sqlite, postgres);
}

/// What a move takes along is everything that there is.
#[tokio::test]
async fn every_table_is_moved_or_is_said_not_to_be() {
    let place = Place::file();
    place.open().await.close().await;
    let mut schema = sqlite_schema(&place).await;
    for (name, _) in NOT_MOVED {
        assert!(schema.remove(*name).is_some(), "{name}");
    }
    for table in TABLES {
        let found = schema.remove(table.name).expect(table.name);
        let kinds: BTreeMap<_, _> = found
            .columns
            .iter()
            .map(|(name, (kind, _))| (name.as_str(), kind.as_str()))
            .collect();
        let listed: BTreeMap<_, _> = table
            .columns
            .iter()
            .map(|column| {
                let kind = match column.kind {
                    Kind::Text => "TEXT",
                    Kind::Int => "BIGINT",
                    Kind::Blob => "BLOB",
                };
                (column.name, kind)
            })
            .collect();
        assert_eq!(listed, kinds, "{}", table.name);
        let key: BTreeSet<_> = table.columns[..table.key].iter().map(|c| c.name).collect();
        let primary = found.keys.iter().find(|(is_primary, _)| *is_primary);
        let primary: BTreeSet<_> = primary.unwrap().1.iter().map(String::as_str).collect();
        assert_eq!(key, primary, "{}", table.name);
        for (index, column) in table.columns.iter().enumerate() {
            let sealed = table.sealed.as_ref().is_some_and(|s| s.column == index);
            assert_eq!(
                sealed,
                column.name.starts_with("sealed_"),
                "{}",
                column.name
            );
        }
    }
    assert!(schema.is_empty(), "{:?}", schema.keys());
}

#[tokio::test]
async fn both_databases_take_every_statement() {
    let memory = SqliteStore::in_memory().await.unwrap();
    let on_sqlite = memory.prepare_all().await.unwrap();
    memory.close().await;
    let database = Database::create().await;
    let options = PostgresOptions::default();
    let store = PostgresStore::connect(&database.url, options)
        .await
        .unwrap();
    let on_postgres = store.prepare_all().await.unwrap();
    store.close().await;
    database.remove().await;
    println!("statements prepared: {on_sqlite} on SQLite, {on_postgres} on PostgreSQL");
    assert!(on_sqlite > 50 && on_postgres > 50);
}

/// Opening again changes nothing; opening at once from many sides makes one schema.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_open_an_empty_database_at_once() {
    for place in [Place::file(), Place::postgres().await] {
        let place = std::sync::Arc::new(place);
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let place = place.clone();
                tokio::spawn(async move { place.open().await.close().await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let store = place.open().await;
        assert_eq!(store.list_accounts(None, 9).await.unwrap(), []);
        store.close().await;
        if let Some(Place::Postgres(database)) = std::sync::Arc::into_inner(place) {
            database.remove().await;
        }
    }
}

#[tokio::test]
async fn a_database_is_named_by_a_url() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("a b%20.sqlite");
    let url = format!("sqlite://{}", path.display());
    let store = open(&url).await.unwrap();
    assert!(store.is_embedded());
    store.close().await;
    assert!(path.is_file());
    let store = open("sqlite::memory:").await.unwrap();
    assert!(store.is_embedded());
    store.close().await;
    for url in [
        "",
        "sqlite:",
        "sqlite://",
        "sqlite::other:",
        "mysql://x",
        "/tmp/x",
    ] {
        assert!(open(url).await.is_err(), "{url}");
    }
    let nowhere = directory.path().join("none").join("store.sqlite");
    assert!(
        SqliteStore::open(&nowhere, SqliteOptions::default())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::file();
    let store = place.open().await;
    store.ping().await.unwrap();
    for entry in std::fs::read_dir(place.path().unwrap().parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
    store.close().await;
}

async fn reopen(place: &Place) -> rampart::store::Result<()> {
    let url = match place {
        Place::Postgres(database) => database.url.clone(),
        place => format!("sqlite://{}", place.path().unwrap().display()),
    };
    open(&url).await?.close().await;
    Ok(())
}

/// Why a store was not opened, with all that is behind it.
fn reason(opened: rampart::store::Result<()>) -> String {
    let mut text = String::new();
    let error = opened.unwrap_err();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_later_schema_serves_until_it_says_that_it_cannot() {
    for place in [Place::file(), Place::postgres().await] {
        place.open().await.close().await;
        let record =
            "INSERT INTO _sqlx_steps (version, description, success, checksum, execution_time)
            VALUES (9000, 'later', TRUE, 'x', 0)";
        let record = match &place {
            Place::Postgres(_) => record.to_owned(),
            _ => record.replace("'x'", "x'00'"),
        };
        assert!(place.tamper(&record).await);
        reopen(&place).await.unwrap();
        let floor = "INSERT INTO settings (account_id, name, value)
            VALUES ('0000000000000000', 'schema_floor', '9000')";
        assert!(place.tamper(floor).await);
        let reason = reason(reopen(&place).await);
        assert!(reason.contains("builds that know step 9000"), "{reason}");
        if let Place::Postgres(database) = place {
            database.remove().await;
        }
    }
}

/// A schema that was changed is not touched.
#[tokio::test]
async fn an_edited_schema_is_refused() {
    for place in [Place::file(), Place::postgres().await] {
        place.open().await.close().await;
        let edit = "UPDATE _sqlx_migrations SET checksum = 'x'";
        let edit = match &place {
            Place::Postgres(_) => edit.to_owned(),
            _ => edit.replace("'x'", "x'00'"),
        };
        assert!(place.tamper(&edit).await);
        let reason = reason(reopen(&place).await);
        assert!(reason.contains("step 1 of the schema"), "{reason}");
        if let Place::Postgres(database) = place {
            database.remove().await;
        }
    }
}

/// One changes the schema; the others wait for it, not for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_wait_for_the_one_that_changes_the_schema() {
    let database = Database::create().await;
    let mut first = PgConnection::connect(&database.url).await.unwrap();
    // The lock that every release takes.
    sqlx::migrate::Migrate::lock(&mut first).await.unwrap();
    let connect = |schema_wait| {
        let url = database.url.clone();
        let options = PostgresOptions {
            schema_wait,
            ..PostgresOptions::default()
        };
        async move { PostgresStore::connect(&url, options).await }
    };
    let refused = connect(Duration::from_millis(200)).await;
    let reason = reason(refused.map(drop));
    assert!(
        reason.contains("another server has been bringing"),
        "{reason}"
    );
    let waiting = tokio::spawn(connect(Duration::from_mins(1)));
    // Once it is seen to wait, the first one ends.
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while sqlx::query_scalar::<_, i64>(waits)
        .fetch_one(&mut first)
        .await
        .unwrap()
        == 0
    {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    first.close().await.unwrap();
    let store = waiting.await.unwrap().unwrap();
    assert_eq!(store.list_accounts(None, 9).await.unwrap(), []);
    store.close().await;
    database.remove().await;
}
