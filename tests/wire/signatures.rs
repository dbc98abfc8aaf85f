//! Who signs, when, and how often: wrong secrets, repeated nonces, times off the window.

use rampart::ops::declare::Product;

use crate::app::{ACCOUNT, On, Setup, TestApp, root_of, trust};
use crate::calls::{self, Raw};
use crate::on_both;

on_both!(
    a_wrong_secret_is_refused,
    a_nonce_is_good_once_whatever_the_scheme_and_product,
    a_time_off_the_window_is_refused,
    what_is_missing_is_named,
);

const EVERYBODY: &str = r#"{"RAM":["*"]}"#;

/// A call that would change something, in both schemes.
fn creations(app: &TestApp, caller: &crate::app::Credentials) -> [Raw; 2] {
    let document = trust(EVERYBODY);
    let params = [
        ("RoleName", "made"),
        ("AssumeRolePolicyDocument", document.as_str()),
    ];
    [
        calls::rpc(app, caller, Product::Ram, "CreateRole", &params),
        calls::acs3(app, caller, Product::Ram, "CreateRole", &params),
    ]
}

async fn a_wrong_secret_is_refused(on: On) {
    let app = TestApp::start(on).await;
    let before = calls::state(&app).await;
    let mut forger = app.root();
    forger.secret.push('x');
    for call in creations(&app, &forger) {
        call.send(&app).await.refused(400, "SignatureDoesNotMatch");
    }
    forger.secret.clear();
    for call in creations(&app, &forger) {
        call.send(&app).await.refused(400, "SignatureDoesNotMatch");
    }
    "LTAInobodyhasthiskey".clone_into(&mut forger.id);
    for call in creations(&app, &forger) {
        call.send(&app)
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
    }
    for id in ["", " ", "a'b", &"x".repeat(5000)] {
        id.clone_into(&mut forger.id);
        let [rpc, acs3] = creations(&app, &forger);
        assert!(rpc.send(&app).await.status.is_client_error(), "{id}");
        assert!(acs3.send(&app).await.status.is_client_error(), "{id}");
    }
    // A signature that is none.
    let [rpc, acs3] = creations(&app, &app.root());
    for (from, to) in [
        ("Signature=", "Signature=%21%21"),
        ("Signature=", "Signature=AAAA"),
    ] {
        let at = rpc.query.rfind(from).unwrap();
        let mut broken = rpc.clone();
        broken.query.truncate(at);
        broken.query.push_str(to);
        assert!(
            ["IncompleteSignature", "SignatureDoesNotMatch"]
                .contains(&&*broken.send(&app).await.code())
        );
    }
    for to in ["Signature=", "Signature=zz", "Signature=00"] {
        let mut broken = acs3.clone();
        let header = &mut broken.headers.last_mut().unwrap().1;
        header.truncate(header.rfind("Signature=").unwrap());
        header.push_str(to);
        assert!(
            ["IncompleteSignature", "SignatureDoesNotMatch"]
                .contains(&&*broken.send(&app).await.code())
        );
    }
    assert_eq!(calls::state(&app).await, before);
    // None of the strangers used up a nonce of the owner.
    rpc.send(&app).await.ok();
    acs3.send(&app)
        .await
        .refused(409, "EntityAlreadyExists.Role");
    app.end().await;
}

fn with_nonce(app: &TestApp, product: Product, action: &str, nonce: &str, scheme: &str) -> Raw {
    let root = app.root();
    if scheme == "rpc" {
        let mut pairs = calls::rpc_pairs(app, &root, product, action, &[]);
        calls::set(&mut pairs, "SignatureNonce", nonce);
        calls::sign(&pairs, &root.secret)
    } else {
        let replaced = [("x-acs-signature-nonce", nonce)];
        calls::acs3_with(app, &root, product, action, &[], &replaced, None)
    }
}

async fn a_nonce_is_good_once_whatever_the_scheme_and_product(on: On) {
    let app = TestApp::start(on).await;
    let kinds = [
        (Product::Sts, "GetCallerIdentity", "rpc"),
        (Product::Sts, "GetCallerIdentity", "acs3"),
        (Product::Ram, "ListRoles", "rpc"),
        (Product::Ram, "ListRoles", "acs3"),
    ];
    for (index, (product, action, scheme)) in kinds.into_iter().enumerate() {
        let nonce = format!("once-{index}");
        with_nonce(&app, product, action, &nonce, scheme)
            .send(&app)
            .await
            .ok();
        for (product, action, scheme) in kinds {
            let again = with_nonce(&app, product, action, &nonce, scheme);
            again.send(&app).await.refused(400, "SignatureNonceUsed");
        }
    }
    // Another key's nonces are its own.
    let other = app.add_account("2222222222222222").await;
    let mut pairs = calls::rpc_pairs(&app, &other, Product::Ram, "ListRoles", &[]);
    calls::set(&mut pairs, "SignatureNonce", "once-0");
    calls::sign(&pairs, &other.secret).send(&app).await.ok();
    // Also where a call was refused for another reason after its signature was found good.
    let refused = calls::rpc(
        &app,
        &app.root(),
        Product::Ram,
        "GetRole",
        &[("RoleName", "nobody")],
    );
    refused.send(&app).await.refused(404, "EntityNotExist.Role");
    refused.send(&app).await.refused(400, "SignatureNonceUsed");
    app.end().await;
}

#[tokio::test]
async fn a_nonce_outlives_a_clean_stop() {
    let setup = Setup::on(On::File);
    let app = TestApp::with(setup.clone()).await;
    let call = with_nonce(&app, Product::Sts, "GetCallerIdentity", "kept", "rpc");
    call.send(&app).await.ok();
    app.iam.stop().await;
    let again = app.again(&setup).await;
    call.send(&again).await.refused(400, "SignatureNonceUsed");
    // And nothing else is refused on suspicion.
    again
        .sts(&again.root(), "GetCallerIdentity", &[])
        .await
        .ok();
    app.end().await;
}

#[tokio::test]
async fn a_nonce_is_good_once_on_all_replicas() {
    let setup = Setup::on(On::Postgres);
    let app = TestApp::with(setup.clone()).await;
    let other = app.replica(&setup).await;
    for (first, second) in [(&app, &other), (&other, &app)] {
        let call = calls::rpc(first, &first.root(), Product::Sts, "GetCallerIdentity", &[]);
        call.send(first).await.ok();
        call.send(second).await.refused(400, "SignatureNonceUsed");
    }
    other.end().await;
    app.end().await;
}

async fn a_time_off_the_window_is_refused(on: On) {
    let app = TestApp::start(on).await;
    let before = calls::state(&app).await;
    for seconds in [960, -960, 901, -901, 86_400 * 365] {
        let calls = creations(&app, &app.root());
        app.clock.advance(seconds);
        for call in calls {
            call.send(&app)
                .await
                .refused(400, "InvalidTimeStamp.Expired");
        }
        app.clock.advance(-seconds);
    }
    let root = app.root();
    for time in [
        "now",
        "0",
        "1795305600",
        "2026-11-22",
        "2026-11-22T00:00:00",
        "2026-11-22T00:00:00+00:00",
        "2026-11-22T00:00:00z",
        "2026-13-22T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22 00:00:00Z",
        " 2026-11-22T00:00:00Z",
        "Sun, 22 Nov 2026 00:00:00 GMT",
        "2026-11-22T00:00:00.1Z",
        "９026-11-22T00:00:00Z",
    ] {
        let mut pairs = calls::rpc_pairs(&app, &root, Product::Ram, "ListRoles", &[]);
        calls::set(&mut pairs, "Timestamp", time);
        let refused = calls::sign(&pairs, &root.secret).send(&app).await;
        refused.refused(400, "InvalidTimeStamp.Format");
        // A header has no blanks at its ends, and one client writes in ASCII only.
        if time == time.trim() && time.is_ascii() {
            let replaced = [("x-acs-date", time)];
            let call =
                calls::acs3_with(&app, &root, Product::Ram, "ListRoles", &[], &replaced, None);
            call.send(&app)
                .await
                .refused(400, "InvalidTimeStamp.Format");
        }
    }
    assert_eq!(calls::state(&app).await, before);
    for call in creations(&app, &root_of(ACCOUNT)) {
        assert_ne!(call.send(&app).await.code(), "InvalidTimeStamp.Expired");
    }
    app.end().await;
}

#[expect(
    clippy::too_many_lines,
    reason = "one list of the fields, read from top to bottom"
)]
async fn what_is_missing_is_named(on: On) {
    let app = TestApp::start(on).await;
    let before = calls::state(&app).await;
    let root = app.root();
    for name in [
        "Action",
        "Version",
        "AccessKeyId",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "Timestamp",
    ] {
        let all = calls::rpc_pairs(&app, &root, Product::Ram, "ListRoles", &[]);
        let without: Vec<_> = all.iter().filter(|(n, _)| n != name).cloned().collect();
        let absent = calls::sign(&without, &root.secret).send(&app).await;
        absent.refused(400, &format!("Missing{name}"));
        assert_eq!(
            absent.message(),
            format!("{name} is mandatory for this action.")
        );
        let mut emptied = all;
        emptied
            .iter_mut()
            .find(|(n, _)| n == name)
            .unwrap()
            .1
            .clear();
        let empty = calls::sign(&emptied, &root.secret).send(&app).await;
        empty.refused(400, &format!("Missing{name}"));
    }
    // Unsigned: whoever comes without a signature, with or without a key's name.
    for query in [
        "Action=ListRoles&Version=2015-05-01&Format=JSON",
        "Action=CreateRole&Version=2015-05-01&Format=JSON&RoleName=a",
        "Action=AssumeRole&Version=2015-04-01&Format=JSON",
    ] {
        let unsigned = app.send("GET", &format!("/?{query}"), &[], "").await;
        assert!(unsigned.code().starts_with("Missing"), "{}", unsigned.text);
        let named = format!("/?{query}&AccessKeyId={}", root.id);
        app.send("GET", &named, &[], "")
            .await
            .refused(400, "MissingSignature");
    }
    let values = [
        ("SignatureMethod", "HMAC-SHA256", "InvalidSignatureMethod"),
        ("SignatureMethod", "hmac-sha1", "InvalidSignatureMethod"),
        ("SignatureVersion", "2.0", "InvalidSignatureVersion"),
        ("Version", "2015-05-02", "InvalidVersion"),
        ("Version", "2015-04-01", "InvalidAction.NotFound"),
        ("Action", "listRoles", "InvalidAction.NotFound"),
        ("Action", "ListRoles ", "InvalidAction.NotFound"),
        ("Action", "../../etc/passwd", "InvalidAction.NotFound"),
        ("Format", "YAML", "InvalidParameter.Format"),
    ];
    for (name, value, code) in values {
        let mut pairs = calls::rpc_pairs(&app, &root, Product::Ram, "ListRoles", &[]);
        calls::set(&mut pairs, name, value);
        let reply = calls::sign(&pairs, &root.secret).send(&app).await;
        assert_eq!(reply.code(), code, "{name}={value}: {}", reply.text);
        let status = if code == "InvalidAction.NotFound" {
            404
        } else {
            400
        };
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
    }
    let bearer = calls::rpc(
        &app,
        &root,
        Product::Ram,
        "ListRoles",
        &[("SignatureType", "BEARERTOKEN")],
    );
    bearer
        .send(&app)
        .await
        .refused(400, "InvalidSignatureMethod");
    for name in [
        "host",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
    ] {
        let mut call = calls::acs3(&app, &root, Product::Ram, "ListRoles", &[]);
        call.headers.retain(|(n, _)| n != name);
        call.send(&app).await.refused(400, "IncompleteSignature");
    }
    for authorization in [
        "acs a:b",
        "Basic YTpi",
        "Bearer x",
        "ACS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00",
        "ACS3-RSA-SHA256 Credential=a,SignedHeaders=host,Signature=00",
    ] {
        let call = app
            .send("POST", "/", &[("authorization", authorization)], "")
            .await;
        call.refused(400, "InvalidSignatureMethod");
    }
    assert_eq!(calls::state(&app).await, before);
    app.end().await;
}
