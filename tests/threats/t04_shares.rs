//! Row 4: who is over his share is throttled or evicts himself; nobody else notices.

use std::sync::Arc;

use rampart::ops::declare::Product;
use rampart::store;

use crate::app::{ACCOUNT, On, Setup, TestApp, policy};
use crate::calls;
use crate::counting::Counting;

const OTHER: &str = "2222222222222222";

#[tokio::test]
async fn t04_one_account_fills_its_share_of_nonces_and_no_more() {
    one_account_fills_its_share(On::Memory, 4096).await;
}

#[tokio::test]
async fn t04_one_account_fills_its_share_of_nonces_in_a_shared_database_and_no_more() {
    one_account_fills_its_share(On::Postgres, 1024).await;
}

async fn one_account_fills_its_share(on: On, max_nonces: usize) {
    let setup = Setup {
        max_nonces,
        ..Setup::on(on)
    };
    let app = TestApp::with(setup).await;
    let other = app.add_account(OTHER).await;
    let share = max_nonces / 4 * 3;
    let repeated = calls::rpc(&app, &app.root(), Product::Sts, "GetCallerIdentity", &[]);
    repeated.send(&app).await.ok();
    let (mut served, mut throttled) = (1, 0);
    for _ in 0..max_nonces * 3 / 2 {
        let reply = app.sts(&app.root(), "GetCallerIdentity", &[]).await;
        match reply.status.as_u16() {
            200 => served += 1,
            503 => {
                assert_eq!(reply.code(), "ServiceUnavailable");
                assert!(reply.headers.contains_key("retry-after"));
                throttled += 1;
            }
            _ => panic!("{}", reply.text),
        }
    }
    assert!(
        throttled > max_nonces / 4 && served <= share,
        "{served} {throttled}"
    );
    // What was taken stays taken: a throttle opens nothing.
    let reply = repeated.send(&app).await;
    let refused = ["SignatureNonceUsed", "ServiceUnavailable"];
    assert!(refused.contains(&&*reply.code()), "{}", reply.text);
    // A quarter of the room is left, in each shard by itself: of a quarter of that, chance puts into none
    // more than it has room for.
    for _ in 0..max_nonces / 16 {
        app.sts(&other, "GetCallerIdentity", &[]).await.ok();
    }
    let count = app.iam.replay.count() + app.iam.nonce_shares.count();
    assert!(count <= max_nonces, "{count}");
    // The room comes back with time.
    app.clock.advance(3600);
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

#[tokio::test]
async fn t04_one_account_evicts_only_itself_from_the_cache() {
    let setup = Setup {
        cache_bytes: 256 << 10,
        ..Setup::on(On::Memory)
    };
    let counting = Counting::new(store::open("sqlite::memory:").await.unwrap());
    let app = TestApp::over(Arc::clone(&counting) as _, &setup).await;
    app.add_account(ACCOUNT).await;
    let other = app.add_account(OTHER).await;
    let quiet = app
        .user_of(&other, "quiet", &[&policy("Allow", "ram:ListUsers", "*")])
        .await;
    let mut greedy = Vec::new();
    let long = "x".repeat(4000);
    for n in 0..40 {
        let document = policy("Allow", "ram:ListUsers", &format!("acs:ram:*:*:{long}"));
        let everything = policy("Allow", "ram:ListUsers", "*");
        greedy.push(
            app.user(&format!("greedy{n}"), &[&document, &everything])
                .await,
        );
    }
    app.sts(&quiet, "GetCallerIdentity", &[]).await.ok();
    counting.take();
    for round in 0..5 {
        for user in &greedy {
            app.sts(user, "GetCallerIdentity", &[]).await.ok();
            let (own, _) = (
                app.iam
                    .freshness
                    .current(ACCOUNT.parse().unwrap(), None, None, 0)
                    .await,
                0,
            );
            assert!(own.unwrap().own.bytes() <= 64 << 10);
        }
        app.iam.freshness.trim();
        counting.take();
        app.sts(&quiet, "GetCallerIdentity", &[]).await.ok();
        assert_eq!(
            counting.take(),
            0,
            "round {round}: the quiet account pays for the greedy one"
        );
    }
    app.end().await;
}
