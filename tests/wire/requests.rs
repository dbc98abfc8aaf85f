//! Methods, paths, targets, and credentials of two schemes at once.

use rampart::ops::declare::Product;

use crate::app::{On, TestApp};
use crate::calls;
use crate::socket;

#[tokio::test]
async fn other_methods_and_paths_are_no_api() {
    let app = TestApp::start(On::Memory).await;
    let before = calls::state(&app).await;
    let root = app.root();
    let call = calls::rpc(&app, &root, Product::Ram, "ListRoles", &[]);
    for method in [
        "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get",
    ] {
        let reply = app
            .send(method, &format!("/?{}", call.query), &[], "")
            .await;
        reply.refused(400, "UnsupportedHTTPMethod");
    }
    for path in [
        "/x",
        "//",
        "/api/",
        "/%2e%2e/",
        "/?",
        "/.git/config",
        "/index.html",
    ] {
        let reply = app
            .send("POST", &format!("{path}?{}", call.query), &[], "")
            .await;
        if path == "/?" {
            // The second `?` belongs to the first name: the signature is not the one.
            assert_eq!(reply.status.as_u16(), 400, "{}", reply.text);
        } else {
            reply.refused(404, "InvalidApi.NotFound");
        }
    }
    assert_eq!(calls::state(&app).await, before);
    // None of that used the nonce.
    call.send(&app).await.ok();
    app.end().await;
}

#[tokio::test]
async fn head_has_no_body_and_an_absolute_target_is_taken() {
    let app = TestApp::start(On::Memory).await;
    let address = app.listen().await;
    let head = socket::exchange(
        address,
        b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(
        head.body.starts_with("HTTP/1.1 400") || head.status == 400,
        "{head:?}"
    );
    let call = calls::rpc(&app, &app.root(), Product::Sts, "GetCallerIdentity", &[]);
    let target = format!("http://{address}/?{}", call.query);
    let length = [("Host", "127.0.0.1"), ("Content-Length", "0")];
    let answer = socket::exchange(address, &socket::request("POST", &target, &length, b"")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // What the HTTP parser refuses has no envelope, and harms nobody.
    for bytes in [
        &b"\r\n\r\nnonsense\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nAAAAAA",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
    ] {
        let answer = socket::exchange(address, bytes).await;
        assert!(
            answer.status == 0 || (400..500).contains(&answer.status),
            "{answer:?}"
        );
    }
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

#[tokio::test]
async fn credentials_of_two_schemes_are_refused() {
    let app = TestApp::start(On::Memory).await;
    let before = calls::state(&app).await;
    let root = app.root();
    let delete = [("RoleName", "kept")];
    let rpc = calls::rpc(&app, &root, Product::Ram, "DeleteRole", &delete);
    let mut both = calls::acs3(&app, &root, Product::Ram, "DeleteRole", &[]);
    both.query = rpc.query.clone();
    both.send(&app).await.refused(400, "IncompleteSignature");
    // What the other scheme has in its parameters means nothing under ACS3, and is refused for that:
    // whoever judges a request by them on its way would judge another than is run.
    for name in [
        "Action",
        "Version",
        "AccessKeyId",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureType",
        "SignatureVersion",
        "Timestamp",
    ] {
        for value in ["x", "DeleteRole", "BEARERTOKEN", ""] {
            let params = [delete[0], (name, value)];
            let signed = calls::acs3(&app, &root, Product::Ram, "DeleteRole", &params);
            signed.send(&app).await.refused(400, "IncompleteSignature");
            let json = serde_json::json!({"RoleName": "kept", name: value}).to_string();
            let body = Some(("application/json", json.as_str()));
            let signed = calls::acs3_with(&app, &root, Product::Ram, "DeleteRole", &[], &[], body);
            signed.send(&app).await.refused(400, "IncompleteSignature");
        }
    }
    for name in ["x-acs-bearer-token", "x-acs-zero-trust-idtoken"] {
        let more = [(name, "x")];
        let signed = calls::acs3_with(
            &app,
            &root,
            Product::Ram,
            "DeleteRole",
            &delete,
            &more,
            None,
        );
        signed.send(&app).await.refused(400, "IncompleteSignature");
        let signed = rpc.clone().header(name, "x");
        signed.send(&app).await.refused(400, "IncompleteSignature");
    }
    // The format of the answer is no part of either.
    let format = [("Format", "XML")];
    let call = calls::acs3(&app, &root, Product::Sts, "GetCallerIdentity", &format);
    assert!(call.send(&app).await.text.starts_with("<?xml"));
    for authorization in ["acs a:b", "Basic YTpi", "Bearer x", "x"] {
        let call = rpc.clone().header("authorization", authorization);
        call.send(&app).await.refused(400, "InvalidSignatureMethod");
    }
    // A header that is there and not signed could be swapped on the way.
    for name in [
        "x-acs-security-token",
        "x-acs-accesskey-id",
        "x-acs-anything",
    ] {
        let call = calls::acs3(&app, &root, Product::Ram, "ListRoles", &[]).header(name, "x");
        call.send(&app).await.refused(400, "IncompleteSignature");
    }
    // Parameters are never a fallback for what ACS3 has in its headers.
    for missing in [
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
    ] {
        let mut call = calls::acs3(&app, &root, Product::Ram, "ListRoles", &[]).and(
            "Action=ListRoles&Version=2015-05-01&Timestamp=2026-11-22T00:00:00Z&SignatureNonce=1",
        );
        call.headers.retain(|(name, _)| name != missing);
        call.send(&app).await.refused(400, "IncompleteSignature");
    }
    assert_eq!(calls::state(&app).await, before);
    app.end().await;
}
