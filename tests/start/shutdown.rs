//! Stopping: what is in flight finishes, within a bound; a second signal waits for nothing.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::server::{Server, read_all};

/// A request whose body has begun.
const BEGUN: &str = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n\r\nActio";

#[test]
fn both_signals_end_it_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let server = Server::start(dir.path(), &["--ephemeral"]);
        let _idle = server.connect();
        server.signal(signal);
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("stopped"), "{log}");
    }
}

#[test]
fn a_request_in_flight_finishes() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    let mut stream = server.connect();
    stream.write_all(BEGUN.as_bytes()).unwrap();
    // The request is in flight when the server has read its head; nothing tells us when.
    std::thread::sleep(Duration::from_millis(200));
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        std::net::TcpStream::connect(server.address()).is_err(),
        "it accepts no more"
    );
    stream.write_all(b"n=Ab1").unwrap();
    assert!(read_all(stream).starts_with("HTTP/1.1 "));
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn a_request_that_never_ends_holds_up_the_end_within_the_bound() {
    let dir = tempfile::tempdir().unwrap();
    let variables = [
        ("RAMPART_SHUTDOWN_TIMEOUT_SECONDS", "1"),
        ("RAMPART_EPHEMERAL", "true"),
    ];
    let server = Server::start_with(dir.path(), &variables);
    let mut stream = server.connect();
    stream.write_all(BEGUN.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(server.end().0, Some(0));
    assert!(
        (1..5).contains(&began.elapsed().as_secs()),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    let mut stream = server.connect();
    stream.write_all(BEGUN.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    server.signal("TERM");
    assert_eq!(server.end().0, Some(130));
    assert!(began.elapsed() < Duration::from_secs(5));
}
