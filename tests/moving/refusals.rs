//! What is not moved, and that nothing is left behind then.

use crate::house::{Place, home, json, migrate, reason, sql, works};
use crate::postgres::Database;
use crate::server::{entries, output, rampart};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_in_use_is_not_moved() {
    let home = home();
    let database = Database::create().await;
    let file = Place::file(home.path(), "file");
    let elsewhere = Place::file(home.path(), "elsewhere");
    let server = Place::postgres(home.path(), "server", &database);
    file.fill(home.path());
    let serving = file.start();
    let refusal = reason(&migrate(&file, &server));
    assert!(refusal.contains("in use by another process"), "{refusal}");
    serving.stop();
    json(&migrate(&file, &server));

    let serving = server.start();
    works(&serving);
    let refusal = reason(&migrate(&server, &elsewhere));
    assert!(refusal.contains("connections to `postgres://"), "{refusal}");
    assert!(!refusal.contains("testpassword"), "{refusal}");
    assert!(!elsewhere.data_dir.exists());
    works(&serving);
    serving.stop();
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_was_used_is_left_alone() {
    let home = home();
    let database = Database::create().await;
    let from = Place::file(home.path(), "from");
    let used_file = Place::file(home.path(), "used");
    let used_server = Place::postgres(home.path(), "used-server", &database);
    from.fill(home.path());
    for used in [&used_file, &used_server] {
        used.start().stop();
        let refusal = reason(&migrate(&from, used));
        assert!(refusal.contains("is not empty"), "{refusal}");
        let accounts = "SELECT CAST(count(*) AS TEXT) FROM accounts";
        assert_eq!(sql(&used.url, accounts).await, ["2"]);
        used.start().stop();
    }
    // A directory that was used, though its database is gone.
    for name in ["rampart.db", "rampart.db-wal", "rampart.db-shm"] {
        let _ = std::fs::remove_file(used_file.data_dir.join(name));
    }
    let refusal = reason(&migrate(&from, &used_file));
    assert!(refusal.contains("belongs to another database"), "{refusal}");
    assert!(!used_file.data_dir.join("rampart.db").exists());
    // The source serves as before.
    let server = from.start();
    works(&server);
    server.stop();
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_opens_nothing_leaves_nothing_behind() {
    let home = home();
    let database = Database::create().await;
    let from = Place::file(home.path(), "from");
    from.fill(home.path());
    let right = std::fs::read(&from.master_key).unwrap();
    let wrong = output(rampart(home.path(), &["key", "generate"]));
    std::fs::write(&from.master_key, wrong.stdout).unwrap();
    let file = Place::file(home.path(), "file");
    let server = Place::postgres(home.path(), "server", &database);
    for to in [&file, &server] {
        let refusal = reason(&migrate(&from, to));
        assert!(refusal.contains("is this the master key"), "{refusal}");
    }
    assert!(!file.data_dir.exists(), "{:?}", entries(&file.data_dir));
    let accounts = "SELECT CAST(count(*) AS TEXT) FROM accounts";
    assert_eq!(sql(&server.url, accounts).await, ["1"]);
    std::fs::remove_file(&from.master_key).unwrap();
    let refusal = reason(&migrate(&from, &file));
    assert!(refusal.contains("master.key` is missing"), "{refusal}");
    assert!(!from.master_key.exists(), "none is made up");
    std::fs::write(&from.master_key, right).unwrap();
    json(&migrate(&from, &server));
    let refusal = reason(&migrate(&from, &file));
    assert!(refusal.contains("the source is retired"), "{refusal}");
    assert!(!file.data_dir.exists());
    database.remove().await;
}

#[test]
fn what_names_no_database_is_refused() {
    let home = home();
    let from = Place::file(home.path(), "from");
    let to = Place::file(home.path(), "to");
    let refusal = reason(&migrate(&from, &to));
    assert!(refusal.contains("there is no database at"), "{refusal}");
    assert!(!from.data_dir.exists() && !to.data_dir.exists());
    from.start().stop();
    for (from, to, expected) in [
        ("sqlite::memory:", to.url.as_str(), "`--from` must be"),
        (&from.url, "mysql://x", "`--to` must be"),
        (
            &from.url,
            "postgres://localhost:1/x",
            "`--to-master-key-file` must be given",
        ),
    ] {
        let done = output(rampart(
            home.path(),
            &["migrate-store", "--from", from, "--to", to],
        ));
        let refusal = reason(&done);
        assert!(refusal.contains(expected), "{refusal}");
    }
    // Onto itself.
    let refusal = reason(&migrate(&from, &from));
    assert!(refusal.contains("in use by another process"), "{refusal}");
    assert!(!to.data_dir.exists());
    from.start().stop();
}
