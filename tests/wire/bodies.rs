//! Bodies: too large, too slow, of no known kind, not the one that was signed.

use std::time::{Duration, Instant};

use rampart::ops::declare::Product;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::app::{On, Setup, TestApp};
use crate::calls;
use crate::socket;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_unread() {
    let app = TestApp::start(On::Memory).await;
    let address = app.listen().await;
    // Announced: not a byte of it needs to come.
    let headers = [
        ("Host", "a"),
        ("Content-Type", FORM),
        ("Content-Length", "10485760"),
    ];
    let answer = socket::exchange(address, &socket::request("POST", "/", &headers, b"A=")).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "RequestEntityTooLarge")
    );
    assert!(answer.body.contains("1048576 bytes"), "{answer:?}");
    assert!(
        answer
            .head
            .to_ascii_lowercase()
            .contains("connection: close"),
        "{answer:?}"
    );
    // One byte more, and what the HTTP parser does not even take for a number.
    for (length, statuses) in [
        ("1048577", [413, 413]),
        ("18446744073709551615", [431, 400]),
    ] {
        let headers = [
            ("Host", "a"),
            ("Content-Type", FORM),
            ("Content-Length", length),
        ];
        let answer = socket::exchange(address, &socket::request("POST", "/", &headers, b"")).await;
        assert!(statuses.contains(&answer.status), "{answer:?}");
    }
    // Not announced: read up to the limit and no further.
    let headers = [
        ("Host", "a"),
        ("Content-Type", FORM),
        ("Transfer-Encoding", "chunked"),
    ];
    let body = socket::chunked(&vec![b'a'; 10 << 20]);
    let answer = socket::exchange(address, &socket::request("POST", "/", &headers, &body)).await;
    assert!([0, 413].contains(&answer.status), "{answer:?}");
    // Exactly the limit is read.
    let mut call = calls::rpc(&app, &app.root(), Product::Sts, "GetCallerIdentity", &[]);
    call.query.push('&');
    let padding = "&".repeat(1 << 20);
    call.body(FORM, padding.as_bytes()).send(&app).await.ok();
    app.end().await;
}

/// Clients that write all before they read get their answer too, and may go on.
#[tokio::test]
async fn who_writes_first_is_answered() {
    let app = TestApp::start(On::Memory).await;
    let address = app.listen().await;
    let large = vec![b'a'; 10 << 20];
    let length = large.len().to_string();
    let form = [("Host", "a"), ("Content-Type", FORM)];
    let announced = [form[0], form[1], ("Content-Length", &length)];
    let chunked = [form[0], form[1], ("Transfer-Encoding", "chunked")];
    let of_nobody = "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00";
    let unsigned = [
        announced[0],
        announced[1],
        announced[2],
        ("Authorization", of_nobody),
    ];
    for (path, headers, body, status) in [
        ("/", &announced[..], large.clone(), 413),
        ("/", &chunked, socket::chunked(&large), 413),
        ("/", &unsigned, large.clone(), 400),
        ("/elsewhere", &announced, large.clone(), 404),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = socket::request("POST", path, headers, &body);
        stream.write_all(&request).await.unwrap();
        let answer = socket::read_answer(&mut stream).await;
        assert_eq!(answer.status, status, "{answer:?}");
        // What is left of the body is no request.
        if status != 413 {
            let call = calls::rpc(&app, &app.root(), Product::Sts, "GetCallerIdentity", &[]);
            let target = format!("/?{}", call.query);
            let next = socket::request("POST", &target, &[form[0], ("Content-Length", "0")], b"");
            stream.write_all(&next).await.unwrap();
            assert_eq!(socket::read_answer(&mut stream).await.status, 200);
        }
    }
    app.end().await;
}

/// What is not wanted is read for a while and no longer.
#[tokio::test]
async fn what_is_not_wanted_is_not_read_for_ever() {
    let app = TestApp::with(Setup {
        body_timeout_seconds: 1,
        ..Setup::on(On::Memory)
    })
    .await;
    let address = app.listen().await;
    let headers = [
        ("Host", "a"),
        ("Content-Type", FORM),
        ("Content-Length", "1073741824"),
    ];
    let request = socket::request("POST", "/", &headers, b"");
    // Too much of it, and too slowly.
    for (piece, pause, most) in [(1 << 20, 0, 64), (1, 100, 80)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&request).await.unwrap();
        let piece = vec![b'a'; piece];
        let mut written = 0;
        let writing = async {
            while written < most && stream.write_all(&piece).await.is_ok() {
                written += 1;
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(30), writing).await;
        assert!(
            ended.is_ok() && written < most,
            "{written} pieces were taken"
        );
    }
    app.end().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = TestApp::with(Setup {
        body_timeout_seconds: 1,
        ..Setup::on(On::Memory)
    })
    .await;
    let address = app.listen().await;
    let begin = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers = [
        ("Host", "a"),
        ("Content-Type", FORM),
        ("Content-Length", "1000"),
    ];
    stream
        .write_all(&socket::request("POST", "/", &headers, b"A"))
        .await
        .unwrap();
    let dripping = async {
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if stream.write_all(b"B").await.is_err() {
                break;
            }
        }
        socket::read_answer(&mut stream).await
    };
    let answer = tokio::time::timeout(Duration::from_secs(8), dripping)
        .await
        .unwrap();
    assert!([0, 408].contains(&answer.status), "{answer:?}");
    assert!(begin.elapsed() < Duration::from_secs(6));
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

#[tokio::test]
async fn a_body_of_no_known_kind_is_refused() {
    let app = TestApp::start(On::Memory).await;
    let before = calls::state(&app).await;
    let root = app.root();
    let delete = [("RoleName", "kept")];
    for kind in [
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/x-www-form-urlencodedx",
    ] {
        let rpc = calls::rpc(&app, &root, Product::Ram, "DeleteRole", &delete).body(kind, b"A=1");
        rpc.send(&app).await.refused(400, "InvalidContentType");
        if !kind.is_empty() {
            let body = Some((kind, "A=1"));
            let acs3 =
                calls::acs3_with(&app, &root, Product::Ram, "DeleteRole", &delete, &[], body);
            acs3.send(&app).await.refused(400, "InvalidContentType");
        }
    }
    // RPC signs no JSON.
    let json = calls::rpc(&app, &root, Product::Ram, "DeleteRole", &delete)
        .body("application/json", b"{}");
    json.send(&app).await.refused(400, "InvalidContentType");
    // Known, but not signed: the same bytes could be read as something else.
    let form = Some((FORM, "RoleName=kept"));
    let mut unsigned = calls::acs3_with(&app, &root, Product::Ram, "DeleteRole", &[], &[], None);
    unsigned
        .headers
        .push(("content-type".to_owned(), FORM.to_owned()));
    unsigned.body = b"RoleName=kept".to_vec();
    let reply = unsigned.send(&app).await;
    assert_eq!(reply.status.as_u16(), 400, "{}", reply.text);
    // Another body than the one whose hash was signed, also a shorter and an empty one.
    for body in [&b"RoleName=other"[..], b"RoleName=kep", b""] {
        let mut call = calls::acs3_with(&app, &root, Product::Ram, "DeleteRole", &[], &[], form);
        call.body = body.to_vec();
        call.send(&app).await.refused(400, "SignatureDoesNotMatch");
    }
    assert_eq!(calls::state(&app).await, before);
    let call = calls::acs3_with(&app, &root, Product::Ram, "DeleteRole", &[], &[], form);
    call.send(&app).await.refused(404, "EntityNotExist.Role");
    app.end().await;
}

/// Who has not signed has no body read: the forged request is answered before its body comes.
#[tokio::test]
async fn t13_a_forged_request_has_its_body_left_alone() {
    let app = TestApp::start(On::Memory).await;
    let address = app.listen().await;
    let mut forger = app.root();
    forger.secret.push('x');
    let call = calls::acs3_with(
        &app,
        &forger,
        Product::Ram,
        "ListRoles",
        &[],
        &[],
        Some((FORM, "A=1")),
    );
    let mut headers: Vec<(&str, &str)> = call
        .headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    headers.push(("content-length", "3"));
    let bytes = socket::request("POST", "/", &headers, b"");
    let answer = tokio::time::timeout(Duration::from_secs(5), socket::exchange(address, &bytes));
    assert_eq!(answer.await.unwrap().code(), "SignatureDoesNotMatch");
    app.end().await;
}
