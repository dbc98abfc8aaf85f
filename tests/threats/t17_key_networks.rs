//! Row 17: from where an access key may sign, by the address that stands behind trusted proxies.

use std::net::IpAddr;

use rampart::ops::declare::Product;

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::calls::{self, Raw};
use crate::on_both;

on_both!(
    t17_a_key_signs_from_its_networks_alone,
    t17_a_policy_that_cannot_be_read_closes_the_key,
);

const DENIED: &str = "Forbidden.AccessKeyPolicy";

fn active(networks: &str) -> String {
    let statement = format!(r#"{{"Type":"ClassicWhiteList","IPList":[{networks}]}}"#);
    format!(r#"{{"Status":"Active","Statements":[{statement}]}}"#)
}

async fn limit(app: &TestApp, key: &Credentials, text: &str) {
    let params = [
        ("UserPrincipalName", "Alice@1234567890123456.onaliyun.com"),
        ("UserAccessKeyId", key.id.as_str()),
        ("AccessKeyPolicy", text),
    ];
    app.rpc(&app.root(), Product::Ims, "SetAccessKeyPolicy", &params)
        .await
        .ok();
}

/// The code of an answer to a call from there, in each scheme; empty for a success.
async fn codes(
    app: &TestApp,
    caller: &Credentials,
    peer: &str,
    forwarded: &str,
    (product, action): (Product, &str),
) -> Vec<String> {
    let raws = [
        calls::rpc(app, caller, product, action, &[]),
        calls::acs3(app, caller, product, action, &[]),
    ];
    let mut codes = Vec::new();
    for raw in raws {
        codes.push(from(app, raw, peer, forwarded).await);
    }
    codes
}

async fn from(app: &TestApp, raw: Raw, peer: &str, forwarded: &str) -> String {
    let raw = if forwarded.is_empty() {
        raw
    } else {
        raw.header("x-forwarded-for", forwarded)
    };
    let headers: Vec<(&str, &str)> = raw
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let peer: IpAddr = peer.parse().unwrap();
    let target = format!("/?{}", raw.query);
    let reply = app
        .send_from(peer, raw.method, &target, &headers, &raw.body)
        .await;
    if reply.status != 200 {
        assert_eq!(reply.status, 403, "{}", reply.text);
    }
    reply.code()
}

async fn t17_a_key_signs_from_its_networks_alone(on: On) {
    let setup = Setup {
        trusted_proxies: vec!["10.0.0.0/8".to_owned()],
        ..Setup::on(on)
    };
    let app = TestApp::with(setup.clone()).await;
    let replica = match on {
        On::Postgres => Some(app.replica(&setup).await),
        On::Memory | On::File => None,
    };
    let everything = policy("Allow", "*", "*");
    let alice = app.user("Alice", &[&everything]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&everything]).await;
    let session = app.assume(&alice, "Taken", &[]).await.unwrap();
    let who = (Product::Sts, "GetCallerIdentity");
    let calls = [
        who,
        (Product::Ram, "ListUsers"),
        (Product::Ims, "CreateAccessKey"),
    ];
    // The key is known to every server before it is limited.
    for server in [Some(&app), replica.as_ref()].into_iter().flatten() {
        assert_eq!(
            codes(server, &alice, "198.51.100.7", "", who).await,
            ["", ""]
        );
    }
    limit(&app, &alice, &active(r#""192.0.2.0/24","2001:db8::/32""#)).await;
    for server in [Some(&app), replica.as_ref()].into_iter().flatten() {
        for (peer, forwarded, may) in [
            ("192.0.2.9", "", true),
            ("::ffff:192.0.2.9", "", true),
            ("2001:db8::1", "", true),
            ("198.51.100.7", "", false),
            ("127.0.0.1", "", false),
            ("::1", "", false),
            // Who is no proxy that is trusted says what he likes.
            ("198.51.100.7", "192.0.2.9", false),
            ("192.0.2.9", "198.51.100.7", true),
            ("10.1.1.1", "192.0.2.9", true),
            ("10.1.1.1", "198.51.100.7", false),
            ("10.1.1.1", "192.0.2.9, 198.51.100.7", false),
            ("10.1.1.1", "", false),
        ] {
            let expected = if may { "" } else { DENIED };
            let found = codes(server, &alice, peer, forwarded, who).await;
            assert_eq!(found, [expected, expected], "{peer} {forwarded}");
        }
    }
    // Every product, and before anything is done.
    let before = calls::state(&app).await;
    for call in calls {
        let found = codes(&app, &alice, "198.51.100.7", "", call).await;
        assert_eq!(found, [DENIED, DENIED], "{call:?}");
    }
    assert_eq!(calls::state(&app).await, before);
    // A session that the key made is no key.
    assert_eq!(
        codes(&app, &session, "198.51.100.7", "", who).await,
        ["", ""]
    );
    // Off, and away: at once, everywhere.
    let off = active(r#""192.0.2.0/24""#).replace("Active", "Inactive");
    for text in [
        off.as_str(),
        r#"{"Version":1,"Status":"Inactive","Statements":[]}"#,
    ] {
        limit(&app, &alice, &active(r#""192.0.2.0/24""#)).await;
        limit(&app, &alice, text).await;
        for server in [Some(&app), replica.as_ref()].into_iter().flatten() {
            assert_eq!(
                codes(server, &alice, "198.51.100.7", "", who).await,
                ["", ""]
            );
        }
    }
    // One without networks, or of VPCs alone, closes the key.
    for text in [
        r#"{"Status":"Active","Statements":[]}"#,
        r#"{"Status":"Active","Statements":[{"Type":"VPCWhiteList","Value":"AllowAllVPC","IPList":["0.0.0.0/0"]}]}"#,
    ] {
        limit(&app, &alice, text).await;
        assert_eq!(
            codes(&app, &alice, "192.0.2.9", "", who).await,
            [DENIED, DENIED]
        );
    }
    if let Some(replica) = replica {
        replica.store.close().await;
    }
    app.end().await;
}

async fn t17_a_policy_that_cannot_be_read_closes_the_key(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    let who = (Product::Sts, "GetCallerIdentity");
    let id = alice.id.parse().unwrap();
    let mut guard = app
        .iam
        .begin_write(crate::app::ACCOUNT.parse().unwrap())
        .await
        .unwrap();
    guard
        .tx()
        .update_key_network_policy(&id, Some("{"))
        .await
        .unwrap();
    guard.commit().await.unwrap();
    assert_eq!(
        codes(&app, &alice, "192.0.2.9", "", who).await,
        [DENIED, DENIED]
    );
    app.end().await;
}
