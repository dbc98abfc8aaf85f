//! From a file to PostgreSQL and back: everything is there, and the two never take each other's
//! tokens.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, SqliteConnection};

use rampart::store::whole::OWN_SETTINGS;
use rampart::store::whole::tables::TABLES;

use crate::house::{Place, Session, assume, home, is_alive, json, migrate, sql, works};
use crate::postgres::Database;

/// Everything that differs between two files, but for what each has of its own: table and number.
async fn differences(before: &Place, after: &Place) -> Vec<(String, i64)> {
    let mut connection = SqliteConnection::connect(&before.url).await.unwrap();
    let path = after.data_dir.join("rampart.db");
    let attach = format!("ATTACH '{}' AS other", path.display());
    connection.execute(AssertSqlSafe(attach)).await.unwrap();
    let own: Vec<String> = OWN_SETTINGS.iter().map(|n| format!("'{n}'")).collect();
    let own = own.join(", ");
    let mut found = Vec::new();
    for table in TABLES {
        let sealed = table.sealed.as_ref().map(|sealed| sealed.column);
        let columns: Vec<&str> = (0..table.columns.len())
            .filter(|index| Some(*index) != sealed)
            .map(|index| table.columns[index].name)
            .collect();
        let columns = columns.join(", ");
        let only = match table.name {
            "settings" => format!("WHERE name NOT IN ({own})"),
            // What a server writes down of itself moves the system account's revision on.
            "accounts" => "WHERE id <> '0000000000000000'".to_owned(),
            "audit" => "WHERE operation NOT LIKE 'operator.MigrateStore'".to_owned(),
            // Each has a ring of its own.
            "used_ids" => "WHERE kind <> 'token_key'".to_owned(),
            "token_keys" => continue,
            _ => String::new(),
        };
        let here = match table.name {
            "accounts" => "retired_accounts",
            name => name,
        };
        let there = table.name;
        let query = format!(
            "SELECT count(*) FROM (
                SELECT * FROM (SELECT {columns} FROM main.{here} {only}
                    EXCEPT SELECT {columns} FROM other.{there} {only})
                UNION ALL
                SELECT * FROM (SELECT {columns} FROM other.{there} {only}
                    EXCEPT SELECT {columns} FROM main.{here} {only}))"
        );
        let row = connection.fetch_one(AssertSqlSafe(query)).await.unwrap();
        let count = format!("SELECT count(*) FROM main.{here} {only}");
        let rows = connection.fetch_one(AssertSqlSafe(count)).await.unwrap();
        assert!(rows.get::<i64, _>(0) > 0, "nothing of {there} is tried");
        if row.get::<i64, _>(0) > 0 {
            found.push((there.to_owned(), row.get(0)));
        }
    }
    found
}

async fn incarnation(place: &Place) -> String {
    let query = "SELECT value FROM settings WHERE name = 'incarnation'";
    sql(&place.url, query).await.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t09_there_and_back_with_everything() {
    let home = home();
    let database = Database::create().await;
    let first = Place::file(home.path(), "first");
    let middle = Place::postgres(home.path(), "middle", &database);
    let last = Place::file(home.path(), "last");
    let of_first = first.fill(home.path());

    let moved = json(&migrate(&first, &middle));
    assert!(moved["Rows"]["access_keys"].as_u64() >= Some(3), "{moved}");
    assert!(moved["RefusesUntil"].is_i64(), "{moved}");
    assert_eq!(moved["Incarnation"], incarnation(&middle).await);
    assert_ne!(incarnation(&first).await, incarnation(&middle).await);

    // The source is retired, and says whither.
    let refusal = first.refusal();
    assert!(refusal.contains("this database is retired"), "{refusal}");
    assert!(refusal.contains(&incarnation(&middle).await), "{refusal}");
    assert!(!refusal.contains("testpassword"), "{refusal}");

    let server = middle.start();
    works(&server);
    assert!(!is_alive(&server, &of_first));
    let of_middle: Session = assume(&server);
    assert!(is_alive(&server, &of_middle));
    server.stop();
    // What the server wrote is not there to be compared below.
    for clean in [
        "DELETE FROM audit WHERE operation LIKE 'operator.MigrateStore'",
        "DELETE FROM refusals WHERE code LIKE 'InvalidSecurityToken%' OR code LIKE 'InvalidTimeStamp%'",
    ] {
        sql(&middle.url, clean).await;
    }
    let uses = "SELECT key_id || '=' || CAST(last_used_at AS TEXT) FROM key_uses";
    let uses = sql(&first.url, uses).await;
    assert_eq!(uses.len(), 3, "{uses:?}");
    for used in uses {
        let (key, at) = used.split_once('=').unwrap();
        let back = format!("UPDATE key_uses SET last_used_at = {at} WHERE key_id = '{key}'");
        sql(&middle.url, &back).await;
    }

    let moved = json(&migrate(&middle, &last));
    assert_eq!(moved["Incarnation"], incarnation(&last).await);
    assert_eq!(differences(&first, &last).await, []);
    let refusal = middle.refusal();
    assert!(refusal.contains("this database is retired"), "{refusal}");
    let file = std::fs::metadata(last.data_dir.join("rampart.db")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777,
        0o600
    );

    let server = last.start();
    works(&server);
    assert!(!is_alive(&server, &of_first));
    assert!(!is_alive(&server, &of_middle));
    server.stop();
    database.remove().await;
}

/// A source whose server kept its mark elsewhere, or lost it, may have taken requests up to now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_a_source_without_its_mark_has_taken_requests() {
    let home = home();
    let database = Database::create().await;
    let first = Place::file(home.path(), "first");
    first.fill(home.path());
    for name in ["replay.mark", "replay.nonces"] {
        std::fs::remove_file(first.data_dir.join(name)).unwrap();
    }
    let moved = json(&migrate(
        &first,
        &Place::postgres(home.path(), "middle", &database),
    ));
    assert!(moved["RefusesUntil"].is_i64(), "{moved}");
    database.remove().await;
}

/// Numbers that PostgreSQL gives go on from those that came along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trail_goes_on_where_it_was() {
    let home = home();
    let database = Database::create().await;
    let from = Place::file(home.path(), "from");
    let to = Place::postgres(home.path(), "to", &database);
    from.fill(home.path());
    let trail = "SELECT CAST(id AS TEXT) FROM audit ORDER BY audit.id";
    let before = sql(&from.url, trail).await;
    json(&migrate(&from, &to));
    let server = to.start();
    works(&server);
    let made = crate::house::call_as(
        &server,
        crate::house::ROOT,
        &["ram", "CreateUser", "UserName=new"],
    );
    assert!(made.status.success(), "{made:?}");
    server.stop();
    let after = sql(&to.url, trail).await;
    assert_eq!(after[..before.len()], before);
    // The move's own row, and the new user's.
    assert_eq!(after.len(), before.len() + 2);
    database.remove().await;
}
