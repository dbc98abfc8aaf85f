//! Who may listen where, and what is served on which listener.

use std::path::Path;

use crate::server::{Server, entries, get, output, rampart, refused};

/// A certificate for `localhost` and 127.0.0.1, and its key, as files.
pub(crate) fn certificate(dir: &Path) -> (String, String) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (
        write("cert.pem", made.cert.pem()),
        write("key.pem", made.signing_key.serialize_pem()),
    )
}

#[test]
fn t22_the_start_matrix() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(dir.path());
    let tls = ["--tls-cert", &cert, "--tls-key", &key];
    let plain = ["--insecure-plaintext"];
    let none: [&str; 0] = [];
    let starts = [
        ("127.0.0.1:0", &none[..], true),
        ("127.0.0.2:0", &none, true),
        ("[::1]:0", &none, true),
        ("127.0.0.1:0", &tls, true),
        ("0.0.0.0:0", &none, false),
        ("[::]:0", &none, false),
        ("[::ffff:0.0.0.0]:0", &none, false),
        ("192.0.2.1:0", &none, false),
        ("0.0.0.0:0", &plain, true),
        ("0.0.0.0:0", &tls, true),
    ];
    let ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    for (listen, flags, expected) in starts {
        if listen.starts_with("[::1]") && !ipv6 {
            continue;
        }
        let mut arguments = vec!["--ephemeral", "--listen", listen];
        arguments.extend_from_slice(flags);
        if expected {
            Server::start(dir.path(), &arguments).stop();
        } else {
            let error = refused(rampart(dir.path(), &arguments));
            assert!(error.contains("`listener.listen`"), "{listen}: {error}");
            assert!(error.contains("--insecure-plaintext"), "{error}");
        }
    }
    let admin = ["--ephemeral", "--admin-listen", "0.0.0.0:0"];
    let error = refused(rampart(dir.path(), &admin));
    assert!(error.contains("`listener.admin_listen`"), "{error}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = refused(rampart(dir.path(), &["--ephemeral", "--listen", &address]));
    assert!(
        error.contains(&format!("cannot listen on {address}")),
        "{error}"
    );
}

#[test]
fn health_and_metrics_are_served_beside_the_api() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    assert!(server.get("/healthz").ends_with("\r\n\r\nok\n"));
    assert!(server.get("/readyz").ends_with("\r\n\r\nready\n"));
    let metrics = server.get("/metrics");
    assert!(
        metrics.contains("content-type: text/plain; version=0.0.4"),
        "{metrics}"
    );
    assert!(metrics.contains("rampart_build_info{version="), "{metrics}");
    assert!(metrics.contains("rampart_connections 1"), "{metrics}");
    server.stop();
}

#[test]
fn t22_every_answer_is_closed_to_browsers() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/nowhere",
        "/?Action=GetUser",
    ] {
        let answer = server.get(path).to_lowercase();
        assert!(
            answer.contains("\r\nx-content-type-options: nosniff\r\n"),
            "{path}: {answer}"
        );
        assert!(
            answer.contains("\r\ncontent-security-policy: default-src 'none'"),
            "{answer}"
        );
        assert!(!answer.contains("access-control-"), "{path}: {answer}");
    }
    assert!(server.get("/nowhere").starts_with("HTTP/1.1 404 "));
    server.stop();
}

#[test]
fn t22_metrics_leave_the_api_where_it_is_exposed_or_they_have_a_place() {
    let dir = tempfile::tempdir().unwrap();
    let status = |answer: String| answer.split(' ').nth(1).unwrap().to_owned();
    let exposed = [
        "--ephemeral",
        "--listen",
        "0.0.0.0:0",
        "--insecure-plaintext",
    ];
    let server = Server::start(dir.path(), &exposed);
    assert_eq!(status(server.get("/metrics")), "404");
    assert_eq!(status(server.get("/healthz")), "200");
    server.stop();

    // Two processes at once do not take the same port: it is bound before it is let go.
    let admin = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let address = admin.to_string();
    let server = Server::start(dir.path(), &["--ephemeral", "--admin-listen", &address]);
    assert_eq!(status(server.get("/metrics")), "404");
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(status(get(admin, path)), "200", "{path}");
    }
    assert_eq!(
        status(get(admin, "/")),
        "404",
        "the API is not on the second address"
    );
    server.stop();
}

#[tokio::test]
async fn tls_is_spoken_with_the_certificate_that_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(dir.path());
    let server = Server::start(
        dir.path(),
        &["--ephemeral", "--tls-cert", &cert, "--tls-key", &key],
    );
    assert!(
        server.endpoint.starts_with("https://localhost:"),
        "{}",
        server.endpoint
    );
    let trusted = reqwest::Certificate::from_pem(&std::fs::read(&cert).unwrap()).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([trusted])
        .build()
        .unwrap();
    let answer = client
        .get(format!("{}/healthz", server.endpoint))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.text().await.unwrap(), "ok\n");
    let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(
        stranger
            .get(format!("{}/healthz", server.endpoint))
            .send()
            .await
            .is_err()
    );
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(dir.path());
    let bad = dir.path().join("bad.pem");
    std::fs::write(&bad, "no certificate").unwrap();
    let bad = bad.to_str().unwrap();
    for (cert, key) in [
        (bad, key.as_str()),
        (cert.as_str(), bad),
        ("none.pem", key.as_str()),
    ] {
        let arguments = [
            "--ephemeral",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            cert,
            "--tls-key",
            key,
        ];
        let error = output(rampart(dir.path(), &arguments));
        assert_eq!(error.status.code(), Some(1));
        assert!(
            String::from_utf8(error.stderr)
                .unwrap()
                .contains("`tls.cert_file`")
        );
    }
}

#[test]
fn check_config_starts_and_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [
        &["serve", "--check-config"][..],
        &["--check-config"],
        &["check-config"],
    ] {
        let output = output(rampart(dir.path(), arguments));
        assert!(output.status.success());
        assert_eq!(output.stdout, b"the settings can be used\n");
    }
    assert!(entries(dir.path()).is_empty());
}

#[test]
fn a_master_key_is_32_bytes_and_never_the_same() {
    use base64::Engine as _;
    let dir = tempfile::tempdir().unwrap();
    let key = || {
        let text = output(rampart(dir.path(), &["key", "generate"])).stdout;
        let text = String::from_utf8(text).unwrap();
        base64::engine::general_purpose::STANDARD
            .decode(text.trim())
            .unwrap()
    };
    assert_eq!(key().len(), 32);
    assert_ne!(key(), key());
}
