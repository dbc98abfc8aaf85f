//! Slow clients, many clients, large heads: the HTTP layer's limits.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};

use crate::listeners::certificate;
use crate::server::{Server, exchange, read_all};

#[test]
fn t13_connections_of_one_peer_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let variables = [
        ("RAMPART_MAX_CONNECTIONS_PER_PEER", "3"),
        ("RAMPART_EPHEMERAL", "true"),
    ];
    let server = Server::start_with(dir.path(), &variables);
    // Each has had an answer, so it has its place.
    let open = || {
        let mut stream = server.connect();
        let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        stream
    };
    let mut held = vec![open(), open(), open()];
    // The fourth is accepted by the system and closed by us, without a word.
    assert_eq!(
        exchange(server.connect(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        ""
    );
    drop(held.pop());
    let give_up = Instant::now() + Duration::from_secs(5);
    while !server.get("/healthz").starts_with("HTTP/1.1 200 ") {
        assert!(
            Instant::now() < give_up,
            "a place that is left is not given again"
        );
    }
    server.stop();
}

#[test]
fn slow_clients_are_closed() {
    let dir = tempfile::tempdir().unwrap();
    let variables = [
        ("RAMPART_IDLE_TIMEOUT_SECONDS", "1"),
        ("RAMPART_EPHEMERAL", "true"),
    ];
    let server = Server::start_with(dir.path(), &variables);
    let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for begun in [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        request,
    ] {
        let mut stream = server.connect();
        stream.write_all(begun.as_bytes()).unwrap();
        let began = Instant::now();
        let answer = read_all(stream);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{begun:?} held for {took:?}");
        assert_eq!(
            answer.contains("200 OK"),
            begun == request,
            "{begun:?}: {answer:?}"
        );
    }
    // One byte now and then does not help.
    let mut stream = server.connect();
    let began = Instant::now();
    while stream.write_all(b"x").is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(8),
            "a dripping head is not closed"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    server.stop();
}

#[test]
fn clients_that_ask_in_time_keep_their_connection() {
    let dir = tempfile::tempdir().unwrap();
    let variables = [
        ("RAMPART_IDLE_TIMEOUT_SECONDS", "1"),
        ("RAMPART_EPHEMERAL", "true"),
    ];
    let server = Server::start_with(dir.path(), &variables);
    let mut stream = server.connect();
    // Over several times the bound, and with the head in two pieces.
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(b"Host: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"ok\n") {
            let mut piece = [0; 512];
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "closed after {answer:?}");
            answer.extend_from_slice(&piece[..count]);
        }
    }
    server.stop();
}

#[test]
fn request_lines_of_64_kib_are_taken_and_longer_heads_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    let get = |length: usize, header: usize| {
        let query = "a".repeat(length);
        let header = "b".repeat(header);
        let text = format!(
            "GET /healthz?{query} HTTP/1.1\r\nHost: x\r\nX-Long: {header}\r\nConnection: close\r\n\r\n"
        );
        exchange(server.connect(), &text)
    };
    assert!(get(65_000, 32_000).starts_with("HTTP/1.1 200 "));
    let refusals = ["HTTP/1.1 414 ", "HTTP/1.1 431 ", "HTTP/1.1 400 "];
    for (query, header) in [(70_000, 10), (10, 200_000), (10_000_000, 10)] {
        let answer = get(query, header);
        // A reset may overtake the answer while we still send.
        assert!(
            answer.is_empty() || refusals.iter().any(|r| answer.starts_with(r)),
            "{query} {header}: {answer}"
        );
    }
    assert!(
        server.get("/healthz").contains("ok"),
        "the process is unharmed"
    );
    server.stop();
}

#[test]
fn garbage_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    for text in [
        "\r\n\r\n",
        "\0\0\0\0",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}x",
    ] {
        let mut stream = server.connect();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        drop(read_all(stream));
    }
    // What clients send when the endpoint is configured with its scheme.
    let odd = "GET /healthz HTTP/1.1\r\nHost: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n";
    assert!(exchange(server.connect(), odd).starts_with("HTTP/1.1 200 "));
    let absolute = "GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(exchange(server.connect(), absolute).starts_with("HTTP/1.1 200 "));
    server.stop();
}

/// A call with a key that there is not: the answer waits for the database.
const OF_NOBODY: &str = "Action=ListRoles&Version=2015-05-01&AccessKeyId=LTAI5tNobody&Signature=AA\
    &SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=n&Timestamp=t";

/// A client that closes its half behind the request is answered, also where the answer has to wait.
#[test]
fn who_closes_his_half_gets_his_answer() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    let in_query = format!("GET /?{OF_NOBODY} HTTP/1.1\r\nHost: x\r\n\r\n");
    let in_form = format!("{}{OF_NOBODY}", form(OF_NOBODY.len()));
    for request in [in_query, in_form].iter().cycle().take(20) {
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = read_all(stream);
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    }
    server.stop();
}

/// The same over TLS, where that is said by TLS before the socket says it.
#[test]
fn who_closes_his_half_of_tls_gets_his_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(dir.path());
    let tls = ["--ephemeral", "--tls-cert", &cert, "--tls-key", &key];
    let server = Server::start(dir.path(), &tls);
    let mut trusted = rustls::RootCertStore::empty();
    trusted
        .add(CertificateDer::from_pem_file(&cert).unwrap())
        .unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = rustls::ClientConnection::new(config.into(), name).unwrap();
    let mut stream = rustls::StreamOwned::new(client, server.connect());
    let request = format!("GET /?{OF_NOBODY} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream.conn.send_close_notify();
    stream.conn.complete_io(&mut stream.sock).unwrap();
    stream.sock.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    server.stop();
}

/// A body that ends before it should is waited for no longer, and nothing is made of its beginning.
#[test]
fn who_closes_his_half_within_a_body_is_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    for missing in [1, 100, 100_000] {
        // What comes is a whole call by itself, but for its length.
        let sent = OF_NOBODY;
        let mut stream = server.connect();
        write!(stream, "{}{sent}", form(sent.len() + missing)).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let began = Instant::now();
        let answer = read_all(stream);
        assert!(began.elapsed() < Duration::from_secs(5), "{answer}");
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{answer}"
        );
        assert!(!answer.contains("InvalidAccessKeyId"), "{answer}");
    }
    server.stop();
}

/// The head of a call with a form so many bytes long.
fn form(length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n"
    )
}
