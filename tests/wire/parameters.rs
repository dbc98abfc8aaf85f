//! Parameters in two places, in no text at all, or too many.

use rampart::ops::declare::Product;

use crate::app::{On, TestApp};
use crate::calls::{self, Raw};
use crate::on_both;

on_both!(
    what_is_said_twice_is_refused,
    what_is_no_text_is_refused,
    what_is_too_much_is_refused
);

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

/// A call in each scheme that deletes the role `kept`.
fn deletions(app: &TestApp) -> [Raw; 2] {
    let params = [("RoleName", "kept")];
    [
        calls::rpc(app, &app.root(), Product::Ram, "DeleteRole", &params),
        calls::acs3(app, &app.root(), Product::Ram, "DeleteRole", &params),
    ]
}

async fn refused(app: &TestApp, call: &Raw, code: &str) {
    let reply = call.send(app).await;
    reply.refused(400, code);
    assert_eq!(
        reply.headers["content-type"],
        "application/json;charset=utf-8"
    );
}

async fn with_role(on: On) -> TestApp {
    let app = TestApp::start(on).await;
    app.role("kept", r#"{"RAM":["*"]}"#, &[]).await;
    app
}

#[expect(
    clippy::too_many_lines,
    reason = "one list of the places, read from top to bottom"
)]
async fn what_is_said_twice_is_refused(on: On) {
    let app = with_role(on).await;
    let before = calls::state(&app).await;
    let twice = "InvalidParameter.Duplicate";
    for call in deletions(&app) {
        for more in [
            "RoleName=kept",
            "RoleName=other",
            "Role%4Eame=kept",
            "RoleName",
            "A=1&A=1",
            "=&=",
        ] {
            refused(&app, &call.clone().and(more), twice).await;
        }
        for body in ["RoleName=kept", "RoleName=other", "a=1&a=2", "RoleName="] {
            refused(&app, &call.clone().body(FORM, body.as_bytes()), twice).await;
        }
    }
    let [rpc, acs3] = deletions(&app);
    for name in [
        "Action",
        "Version",
        "AccessKeyId",
        "Signature",
        "SignatureNonce",
        "Timestamp",
        "Format",
    ] {
        refused(&app, &rpc.clone().and(&format!("{name}=x")), twice).await;
        refused(
            &app,
            &rpc.clone().body(FORM, format!("{name}=x").as_bytes()),
            twice,
        )
        .await;
    }
    // Under ACS3 the body is read once its request is verified: sign these.
    let root = app.root();
    let params = [("RoleName", "kept")];
    for (kind, body) in [
        (FORM, "RoleName=other"),
        (FORM, "A=1&A=2"),
        (JSON, r#"{"RoleName":"other"}"#),
        (JSON, r#"{"A":1,"A":2}"#),
        (JSON, r#"{"A":1,"\u0041":2}"#),
        (JSON, r#"{"RoleName":null}"#),
    ] {
        let call = calls::acs3_with(
            &app,
            &root,
            Product::Ram,
            "DeleteRole",
            &params,
            &[],
            Some((kind, body)),
        );
        refused(&app, &call, twice).await;
    }
    // Both forms of a list.
    let document = crate::app::policy("Allow", "*", "*");
    let both = [
        ("PolicyName", "p"),
        ("PolicyDocument", document.as_str()),
        ("Tag", r#"[{"Key":"a","Value":"b"}]"#),
        ("Tag.1.Key", "a"),
    ];
    let call = calls::rpc(&app, &root, Product::Ram, "CreatePolicy", &both);
    refused(&app, &call, twice).await;
    let spelt = [both[0], both[1], ("Tag.01.Key", "b"), ("Tag.1.Key", "a")];
    let call = calls::rpc(&app, &root, Product::Ram, "CreatePolicy", &spelt);
    refused(&app, &call, twice).await;

    // Headers that decide.
    for name in [
        "host",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
        "authorization",
    ] {
        let (_, value) = acs3
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .unwrap()
            .clone();
        refused(&app, &acs3.clone().header(name, &value), twice).await;
        refused(&app, &acs3.clone().header(name, "other"), twice).await;
    }
    for (name, value) in [
        ("host", "elsewhere"),
        ("x-acs-action", "a"),
        ("x-acs-security-token", "a"),
    ] {
        let call = rpc.clone().header(name, value).header(name, value);
        refused(&app, &call, twice).await;
    }
    let typed = rpc.clone().body(FORM, b"A=1").header("content-type", JSON);
    refused(&app, &typed, twice).await;
    assert_eq!(calls::state(&app).await, before);

    // In the RPC scheme such headers mean nothing, whatever they say.
    let odd = rpc
        .header("x-acs-action", "getRole")
        .header("x-acs-version", "2019-08-15")
        .header("x-acs-security-token", "nonsense")
        .header("x-acs-date", "yesterday");
    odd.send(&app).await.ok();
    app.end().await;
}

async fn what_is_no_text_is_refused(on: On) {
    let app = with_role(on).await;
    let before = calls::state(&app).await;
    let code = "InvalidParameter.Encoding";
    for call in deletions(&app) {
        for more in [
            "A=%",
            "A=%4",
            "A=%zz",
            "%=1",
            "A=%ff",
            "A=%C3%28",
            "A=%ED%A0%80",
            "A=%F5%80%80%80",
            "A=%c0%af",
        ] {
            refused(&app, &call.clone().and(more), code).await;
        }
        // U+0000 in a name or a value.
        for more in ["A=%00", "%00=1", "A=b%00c"] {
            refused(&app, &call.clone().and(more), code).await;
        }
    }
    let [rpc, _] = deletions(&app);
    for body in [&b"A=\xff"[..], b"\xff=1", b"A=%", b"A=%00", b"A=\0"] {
        refused(&app, &rpc.clone().body(FORM, body), code).await;
    }
    let root = app.root();
    let json = |body: &str| {
        calls::acs3_with(
            &app,
            &root,
            Product::Ram,
            "DeleteRole",
            &[],
            &[],
            Some((JSON, body)),
        )
    };
    for body in [
        "{",
        "[]",
        "null",
        "\"RoleName\"",
        "1",
        "{}{}",
        r#"{"RoleName":}"#,
        r#"{"RoleName":"a\u0000"}"#,
        r#"{"a\u0000":1}"#,
        r#"{"A":["b\u0000"]}"#,
        r#"{"A":{"b":{"c\u0000":1}}}"#,
        r#"{"A":"\ud800"}"#,
    ] {
        refused(&app, &json(body), code).await;
    }
    // As deep as it likes: refused, and the stack holds.
    let deep = format!(r#"{{"A":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    refused(&app, &json(&deep), code).await;
    assert_eq!(calls::state(&app).await, before);
    app.ram(&root, "GetRole", &[("RoleName", "kept")])
        .await
        .ok();
    app.end().await;
}

async fn what_is_too_much_is_refused(on: On) {
    let app = with_role(on).await;
    let before = calls::state(&app).await;
    let root = app.root();
    // 512 parameters are taken, 513 are not.
    for (count, code) in [(512 - 9, ""), (512 - 8, "InvalidParameter")] {
        let mut pairs = calls::rpc_pairs(&app, &root, Product::Ram, "ListRoles", &[]);
        pairs.extend((0..count).map(|n| (format!("P{n}"), String::new())));
        let reply = calls::sign(&pairs, &root.secret).send(&app).await;
        assert_eq!(reply.code(), code, "{count}: {}", reply.text);
    }
    let [rpc, _] = deletions(&app);
    let many: Vec<String> = (0..600).map(|n| format!("P{n}=")).collect();
    let many = many.join("&");
    refused(
        &app,
        &rpc.clone().body(FORM, many.as_bytes()),
        "InvalidParameter",
    )
    .await;
    let members: Vec<String> = (0..600).map(|n| format!("\"P{n}\":1")).collect();
    let text = format!("{{{}}}", members.join(","));
    let call = calls::acs3_with(
        &app,
        &root,
        Product::Ram,
        "DeleteRole",
        &[],
        &[],
        Some((JSON, &text)),
    );
    refused(&app, &call, "InvalidParameter").await;
    // Empty pieces count for nothing, and cost nothing.
    let empty = "&".repeat(500_000);
    let mut call = rpc.clone();
    call.body = empty.into_bytes();
    call.headers
        .push(("content-type".to_owned(), FORM.to_owned()));
    call.query.push('x');
    assert_eq!(call.send(&app).await.status.as_u16(), 400);

    for nonce in [
        "x".repeat(257),
        "x".repeat(64 << 10),
        "\u{e9}".to_owned(),
        "a\tb".to_owned(),
        "\u{7f}".to_owned(),
    ] {
        let mut pairs = calls::rpc_pairs(
            &app,
            &root,
            Product::Ram,
            "DeleteRole",
            &[("RoleName", "kept")],
        );
        calls::set(&mut pairs, "SignatureNonce", &nonce);
        let reply = calls::sign(&pairs, &root.secret).in_form().send(&app).await;
        reply.refused(400, "InvalidSignatureNonce");
    }
    // Every value of the longest kind, in every parameter of an operation.
    let long = "y".repeat(60_000);
    for name in [
        "RoleName",
        "Description",
        "AssumeRolePolicyDocument",
        "MaxSessionDuration",
        "Tag",
        "Tag.1.Key",
    ] {
        let call = calls::rpc(&app, &root, Product::Ram, "CreateRole", &[(name, &long)]);
        assert_eq!(
            call.in_form().send(&app).await.status.as_u16(),
            400,
            "{name}"
        );
    }
    assert_eq!(calls::state(&app).await, before);
    let full: String = "x".repeat(256);
    let mut pairs = calls::rpc_pairs(
        &app,
        &root,
        Product::Ram,
        "DeleteRole",
        &[("RoleName", "kept")],
    );
    calls::set(&mut pairs, "SignatureNonce", &full);
    calls::sign(&pairs, &root.secret).send(&app).await.ok();
    app.end().await;
}
