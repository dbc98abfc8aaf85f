//! A copied or restored database is told from its original; a lost master key is not replaced.

use std::path::Path;

use crate::server::{Server, rampart, refused};

fn copy(from: &Path, to: &Path, names: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for name in names {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

fn started(dir: &Path, name: &str) -> std::path::PathBuf {
    Server::start(dir, &["--data-dir", name]).stop();
    dir.join(name)
}

fn refusal(dir: &Path, name: &str) -> String {
    refused(rampart(
        dir,
        &["--listen", "127.0.0.1:0", "--data-dir", name],
    ))
}

#[test]
fn t09_a_copy_of_the_database_does_not_start() {
    let dir = tempfile::tempdir().unwrap();
    let original = started(dir.path(), "original");
    copy(
        &original,
        &dir.path().join("copy"),
        &["rampart.db", "master.key"],
    );
    let error = refusal(dir.path(), "copy");
    let incarnation = std::fs::read_to_string(original.join("incarnation")).unwrap();
    assert!(error.contains("copy/incarnation"), "{error}");
    assert!(
        error.contains(&format!("echo {} >", incarnation.trim())),
        "{error}"
    );
    // The way on that the message names.
    std::fs::write(dir.path().join("copy/incarnation"), incarnation).unwrap();
    Server::start(dir.path(), &["--data-dir", "copy"]).stop();
}

#[test]
fn t09_another_database_in_the_originals_place_does_not_start() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (started(dir.path(), "one"), started(dir.path(), "other"));
    copy(&other, &one, &["rampart.db"]);
    let error = refusal(dir.path(), "one");
    assert!(error.contains("the database is not the one"), "{error}");
}

#[test]
fn an_empty_database_in_a_used_directory_does_not_start() {
    let dir = tempfile::tempdir().unwrap();
    let data = started(dir.path(), "data");
    for name in ["rampart.db", "rampart.db-wal", "rampart.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    let error = refusal(dir.path(), "data");
    assert!(error.contains("the database is empty"), "{error}");
    std::fs::rename(data.join("root-credentials.json"), data.join("old.json")).unwrap();
    Server::start(dir.path(), &["--data-dir", "data"]).stop();
}

#[test]
fn a_lost_or_foreign_master_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data = started(dir.path(), "data");
    std::fs::rename(data.join("master.key"), data.join("kept")).unwrap();
    let error = refusal(dir.path(), "data");
    assert!(error.contains("master.key` is missing"), "{error}");
    std::fs::write(data.join("master.key"), "c2hvcnQ=").unwrap();
    let error = refusal(dir.path(), "data");
    assert!(
        error.contains("holds no master key") && !error.contains("c2hvcnQ"),
        "{error}"
    );
    // Another's: nothing that is sealed opens.
    let other = started(dir.path(), "other");
    copy(&other, &data, &["master.key"]);
    refusal(dir.path(), "data");
}
