//! The operator's commands through the binary: at a running server, and on the database itself.

use std::path::Path;
use std::process::Output;

use crate::server::{Server, output, rampart, refused};

const SEED: &str = "accounts:\n- id: '1111222233334444'\n  users:\n  - name: alice\n";

fn run(dir: &Path, arguments: &[&str]) -> Output {
    let output = output(rampart(dir, arguments));
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

fn accounts(dir: &Path) -> usize {
    let output = run(dir, &["account", "list", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json.as_array().unwrap().len()
}

#[test]
fn commands_reach_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    assert_eq!(accounts(dir.path()), 1);
    run(dir.path(), &["account", "create", "--name", "second"]);
    assert_eq!(accounts(dir.path()), 2);
    run(dir.path(), &["key", "rotate"]);
    server.stop();
    assert!(!dir.path().join("rampart-data/control.sock").exists());
}

#[test]
fn commands_open_the_database_where_no_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path(), &[]).stop();
    run(dir.path(), &["account", "create"]);
    run(dir.path(), &["key", "rotate"]);
    assert_eq!(accounts(dir.path()), 2);
    let server = Server::start(dir.path(), &[]);
    assert_eq!(accounts(dir.path()), 2);
    server.stop();
}

#[test]
fn a_seed_is_applied_at_the_start_and_a_bad_one_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("seed.yaml"), SEED).unwrap();
    std::fs::write(dir.path().join("bad.yaml"), "accounts: 3\n").unwrap();
    let server = Server::start(dir.path(), &["--seed", "seed.yaml"]);
    assert_eq!(accounts(dir.path()), 2);
    server.stop();
    let error = refused(rampart(
        dir.path(),
        &["--listen", "127.0.0.1:0", "--seed", "bad.yaml"],
    ));
    assert!(error.contains("bad.yaml"), "{error}");
    let server = Server::start(dir.path(), &["--ephemeral", "--seed", "seed.yaml"]);
    server.stop();
}
