//! A move that was broken off between its commits: the next run ends it, one way or the other.

use crate::house::{Place, home, json, migrate, sql, works};
use crate::postgres::Database;

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// What the first commit leaves in the target, and the second in the source.
const INCOMING: &str = "INSERT INTO settings (account_id, name, value)
    VALUES ('0000000000000000', 'incoming', 'x')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_source_is_retired_it_begins_anew() {
    let home = home();
    let database = Database::create().await;
    let from = Place::file(home.path(), "from");
    from.fill(home.path());
    let before = home.path().join("before");
    copy(&from.data_dir, &before);
    let server = Place::postgres(home.path(), "server", &database);
    let file = Place::file(home.path(), "file");
    for to in [&server, &file] {
        // As it was before the second commit.
        json(&migrate(&from, to));
        copy(&before, &from.data_dir);
        sql(&to.url, INCOMING).await;
        let refusal = to.refusal();
        assert!(refusal.contains("has not ended"), "{refusal}");
        let serving = from.start();
        works(&serving);
        serving.stop();

        let moved = json(&migrate(&from, to));
        assert!(moved["Rows"]["users"].as_u64() >= Some(1), "{moved}");
        assert!(from.refusal().contains("retired"));
        let serving = to.start();
        works(&serving);
        serving.stop();
        copy(&before, &from.data_dir);
    }
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_source_is_retired_only_the_end_is_left() {
    let home = home();
    let database = Database::create().await;
    let from = Place::file(home.path(), "from");
    from.fill(home.path());
    let server = Place::postgres(home.path(), "server", &database);
    json(&migrate(&from, &server));
    sql(&server.url, INCOMING).await;
    assert!(server.refusal().contains("has not ended"));
    // Another target is not the one that the source names.
    let file = Place::file(home.path(), "file");
    let refusal = crate::house::reason(&migrate(&from, &file));
    assert!(refusal.contains("the source is retired"), "{refusal}");
    let moved = json(&migrate(&from, &server));
    assert_eq!(moved["Rows"], serde_json::json!({}));
    let serving = server.start();
    works(&serving);
    serving.stop();
    database.remove().await;
}
