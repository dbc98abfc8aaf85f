//! On PostgreSQL without a synchronous standby the start says what a failover may cost.

use std::process::Stdio;

use crate::postgres::Database;
use crate::server::{Server, output, rampart};

#[tokio::test]
async fn t01_a_missing_synchronous_standby_is_said_at_the_start() {
    let database = Database::create().await;
    let dir = tempfile::tempdir().unwrap();
    let key = output(rampart(dir.path(), &["key", "generate"])).stdout;
    std::fs::write(dir.path().join("key"), key).unwrap();
    let arguments = ["--database", &database.url, "--master-key-file", "key"];
    let server = Server::start(dir.path(), &arguments);
    server.signal("TERM");
    let (code, log) = server.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("WARN"), "{log}");
    assert!(
        log.contains("`synchronous_standby_names` is empty"),
        "{log}"
    );
    database.remove().await;
    // An embedded database has no standby to miss.
    let mut embedded = rampart(dir.path(), &["account", "list"]);
    embedded.stdout(Stdio::null());
    let log = String::from_utf8(output(embedded).stderr).unwrap();
    assert!(!log.contains("failover"), "{log}");
}
