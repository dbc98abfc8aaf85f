//! Row 3: a hostile nonce harms nobody else, and replicas that record the same nonces do not block.

use std::sync::Arc;

use rampart::ops::declare::Product;
use tokio::task::JoinSet;

use crate::app::{On, Setup, TestApp};
use crate::calls::{self, Raw};

fn with_nonce(app: &TestApp, nonce: &str) -> Raw {
    let root = app.root();
    let mut pairs = calls::rpc_pairs(app, &root, Product::Sts, "GetCallerIdentity", &[]);
    calls::set(&mut pairs, "SignatureNonce", nonce);
    calls::sign(&pairs, &root.secret).in_form()
}

#[tokio::test]
async fn t03_hostile_nonces_among_honest_traffic() {
    let app = Arc::new(TestApp::start(On::Postgres).await);
    let hostile = [
        "\0".to_owned(),
        "a\0b".to_owned(),
        "x".repeat(64 << 10),
        "\u{ffff}".to_owned(),
        "\n".to_owned(),
        "'; DROP TABLE nonces; --".to_owned(),
        "\\x00".to_owned(),
        "{}".to_owned(),
        "é".repeat(200),
    ];
    let mut honest = JoinSet::new();
    let mut others = JoinSet::new();
    for round in 0..40 {
        for nonce in &hostile {
            let (app, call) = (Arc::clone(&app), with_nonce(&app, nonce));
            others.spawn(async move { call.send(&app).await });
        }
        for n in 0..10 {
            let (app, call) = (
                Arc::clone(&app),
                with_nonce(&app, &format!("honest-{round}-{n}")),
            );
            honest.spawn(async move { call.send(&app).await });
        }
    }
    while let Some(reply) = honest.join_next().await {
        reply.unwrap().ok();
    }
    let mut accepted = 0;
    while let Some(reply) = others.join_next().await {
        let reply = reply.unwrap();
        accepted += usize::from(reply.status.is_success());
        assert!(
            reply.status.is_success() || reply.status.as_u16() == 400,
            "{}",
            reply.text
        );
    }
    // Printable ones are nonces like others, good once.
    assert_eq!(accepted, 3);
    crate::end(app).await;
}

/// How many nonces both replicas record.
const CALLS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t03_opposite_orders_on_two_replicas() {
    let setup = Setup::on(On::Postgres);
    let here = Arc::new(TestApp::with(setup.clone()).await);
    let there = Arc::new(here.replica(&setup).await);
    let calls: Vec<Raw> = (0..CALLS)
        .map(|n| with_nonce(&here, &format!("shared-{n}")))
        .collect();
    let mut tasks = JoinSet::new();
    for (app, backwards) in [(&here, false), (&there, true)] {
        let mut ordered = calls.clone();
        if backwards {
            ordered.reverse();
        }
        for call in ordered {
            let app = Arc::clone(app);
            tasks.spawn(async move { call.send(&app).await });
        }
    }
    let (mut good, mut used) = (0, 0);
    while let Some(reply) = tasks.join_next().await {
        let reply = reply.unwrap();
        match reply.code().as_str() {
            "" => good += 1,
            "SignatureNonceUsed" => used += 1,
            _ => panic!("{}", reply.text),
        }
    }
    assert_eq!((good, used), (CALLS, CALLS));
    crate::end(there).await;
    crate::end(here).await;
}
