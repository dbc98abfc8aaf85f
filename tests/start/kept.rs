//! What a connection that is kept holds on to behind a large answer.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use crate::server::Server;
use crate::signed;

const KEY: &str = "LTAI5tOfTheRoot";
const SECRET: &str = "the-secret-of-this-test";
const ROLES: usize = 1000;

/// The HTTP library copies an answer into memory that the connection keeps: a piece of it at a time, so
/// that it keeps a piece.
#[test]
fn a_kept_connection_keeps_little_of_a_large_answer() {
    const CONNECTIONS: usize = 64;
    let dir = tempfile::tempdir().unwrap();
    let server = with_long_descriptions(dir.path());
    let pid = server.child.id();
    let fetch = |number: usize| {
        let mut stream = server.connect();
        let length = list_roles(&mut stream, number);
        (stream, length)
    };
    // What the first leaves is no matter of connections.
    let (first, length) = fetch(0);
    let before = resident(pid);
    let held: Vec<_> = (1..=CONNECTIONS).map(fetch).collect();
    assert!(held.iter().all(|(_, other)| *other == length));
    let each = resident(pid).saturating_sub(before) / CONNECTIONS;
    assert!(length > 1_000_000, "{length}");
    assert!(
        each < length / 2,
        "{each} bytes a connection behind {length}"
    );
    drop((first, held));
    server.stop();
}

/// A server with an account whose list of roles is long.
fn with_long_descriptions(dir: &Path) -> Server {
    std::fs::write(dir.join("secret"), SECRET).unwrap();
    let trust = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"RAM": ["acs:ram::1000000000000001:root"]}}]}"#;
    let mut seed = format!(
        "accounts:\n- id: 1000000000000001\n  name: long\n  root:\n    access_keys:\n    \
         - {{id: {KEY}, secret_file: secret}}\n  roles:\n"
    );
    for number in 0..ROLES {
        let description = "d".repeat(1000);
        writeln!(
            seed,
            "  - {{name: role{number}, description: {description}, trust_policy: {trust}}}"
        )
        .unwrap();
    }
    std::fs::write(dir.join("seed.yaml"), seed).unwrap();
    Server::start(dir, &["--ephemeral", "--seed", "seed.yaml"])
}

/// Fetches the whole list, and answers how long it is.
fn list_roles(stream: &mut TcpStream, number: usize) -> usize {
    let call = [
        ("Action", "ListRoles"),
        ("Version", "2015-05-01"),
        ("MaxItems", &ROLES.to_string()),
    ];
    let request = signed::request((KEY, SECRET), &format!("nonce{number}"), &call);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(": ") {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        } else if line == "\r\n" {
            break;
        } else {
            assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).unwrap();
    assert!(body.starts_with(b"{\"RequestId\":"));
    length
}

/// Bytes of memory that a process holds.
fn resident(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}
