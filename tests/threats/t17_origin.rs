//! Row 17: where a call comes from, through the whole pipeline: the audit trail tells it.

use std::net::IpAddr;

use rampart::ops::declare::Product;

use crate::app::{ACCOUNT, On, Setup, TestApp, trust};
use crate::calls;

/// A server, the other end of the connection, the headers, and what the trail must say.
type Case<'a> = (&'a TestApp, &'a str, &'a [(&'a str, &'a str)], &'a str);

#[tokio::test]
async fn t17_the_trail_names_the_true_origin() {
    let trusted = TestApp::with(Setup {
        trusted_proxies: vec!["10.0.0.0/8".to_owned(), "fd00::/8".to_owned()],
        ..Setup::on(On::Memory)
    })
    .await;
    let open = TestApp::start(On::Memory).await;
    let document = trust(r#"{"RAM":["*"]}"#);
    let forwarded = ("x-forwarded-for", "203.0.113.9");
    let cases: [Case<'_>; 16] = [
        (&open, "192.0.2.1", &[forwarded], "192.0.2.1"),
        (&open, "127.0.0.1", &[forwarded], "127.0.0.1"),
        (&open, "::ffff:192.0.2.1", &[], "192.0.2.1"),
        (&trusted, "192.0.2.1", &[forwarded], "192.0.2.1"),
        (&trusted, "10.1.2.3", &[forwarded], "203.0.113.9"),
        (&trusted, "::ffff:10.1.2.3", &[forwarded], "203.0.113.9"),
        (&trusted, "fd00::1", &[forwarded], "203.0.113.9"),
        (
            &trusted,
            "10.1.2.3",
            &[("x-forwarded-for", "10.9.9.9, 203.0.113.9")],
            "203.0.113.9",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[("x-forwarded-for", "203.0.113.9, 10.9.9.9")],
            "203.0.113.9",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[("x-forwarded-for", "::ffff:203.0.113.9")],
            "203.0.113.9",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[forwarded, ("x-forwarded-for", "127.0.0.1")],
            "10.1.2.3",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[("x-forwarded-for", "127.0.0.1, nonsense")],
            "10.1.2.3",
        ),
        (&trusted, "10.1.2.3", &[("x-forwarded-for", "")], "10.1.2.3"),
        (
            &trusted,
            "10.1.2.3",
            &[("x-forwarded-for", "203.0.113.9:443")],
            "10.1.2.3",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[("x-real-ip", "203.0.113.9")],
            "10.1.2.3",
        ),
        (
            &trusted,
            "10.1.2.3",
            &[("forwarded", "for=203.0.113.9")],
            "10.1.2.3",
        ),
    ];
    for (n, (app, peer, headers, expected)) in cases.into_iter().enumerate() {
        let name = format!("made{n}");
        let params = [
            ("RoleName", name.as_str()),
            ("AssumeRolePolicyDocument", document.as_str()),
        ];
        let call = calls::rpc(app, &app.root(), Product::Ram, "CreateRole", &params);
        let mut all = vec![("host", "127.0.0.1")];
        all.extend(headers);
        let peer_address: IpAddr = peer.parse().unwrap();
        let target = format!("/?{}", call.query);
        app.send_from(peer_address, "POST", &target, &all, b"")
            .await
            .ok();
        let mut snapshot = app
            .store
            .begin_read(ACCOUNT.parse().unwrap())
            .await
            .unwrap();
        let row = snapshot.list_audit(1).await.unwrap().remove(0);
        assert_eq!(row.source_ip, expected, "{peer} {headers:?}");
    }
    open.end().await;
    trusted.end().await;
}
