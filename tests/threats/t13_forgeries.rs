//! Row 13: who has not signed makes no work that grows with his requests.

use std::sync::Arc;

use rampart::ops::declare::Product;
use rampart::store;
use tokio::task::JoinSet;

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy};
use crate::calls;
use crate::counting::Counting;

/// Of each of four kinds: 10^5 together.
const REQUESTS: usize = 25_000;
const AT_ONCE: usize = 500;

/// Sends that many forged requests, so many at once; every one must be refused.
async fn flood(app: &Arc<TestApp>, who: impl Fn(usize) -> Credentials) {
    let mut running = JoinSet::new();
    for n in 0..REQUESTS {
        let (app, forger) = (Arc::clone(app), who(n));
        if running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move {
            let call = if n % 2 == 0 {
                calls::rpc(&app, &forger, Product::Sts, "GetCallerIdentity", &[])
            } else {
                calls::acs3(&app, &forger, Product::Sts, "GetCallerIdentity", &[])
            };
            let reply = call.send(&app).await;
            let refused = [400, 404].contains(&reply.status.as_u16());
            assert!(refused, "{}", reply.text);
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test]
async fn t13_forged_requests_cost_a_bounded_number_of_trips() {
    let counting = Counting::new(store::open("sqlite::memory:").await.unwrap());
    let app = TestApp::over(Arc::clone(&counting) as _, &Setup::on(On::Memory)).await;
    app.add_account(ACCOUNT).await;
    let user = app.user("taker", &[&policy("Allow", "*", "*")]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    let session = app.assume(&user, "Taken", &[]).await.unwrap();
    let app = Arc::new(app);
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    counting.take();
    let before = resident();

    // A known id, another secret.
    let known = app.root().id;
    let with_secret = |id: &str, n: usize| Credentials {
        id: id.to_owned(),
        secret: format!("guess{n}"),
        token: None,
    };
    flood(&app, |n| with_secret(&known, n)).await;
    let trips = counting.take();
    assert!(trips <= 3, "another secret: {trips}");

    // Tokens: of nobody's making, of a ring key that nobody has, of a true session without its secret.
    let invented = |n: usize| Credentials {
        token: Some(format!("CAIS{}", "Q".repeat(200 + n % 50))),
        ..with_secret("STS.invented", n)
    };
    flood(&app, invented).await;
    let trips = counting.take();
    assert!(trips <= 2, "invented tokens: {trips}");
    let stolen = |n: usize| Credentials {
        secret: format!("guess{n}"),
        ..session.clone()
    };
    flood(&app, stolen).await;
    let trips = counting.take();
    assert!(trips <= 2, "stolen tokens: {trips}");

    // Ids that nobody has: looked up together, and remembered nowhere.
    flood(&app, |n| with_secret(&format!("LTAIunknown{n}"), n)).await;
    let trips = counting.take();
    println!("{REQUESTS} unknown ids took {trips} trips");
    assert!(trips <= REQUESTS / 10, "unknown ids: {trips}");

    let grown = resident().saturating_sub(before);
    println!("resident memory grew by {} KiB", grown >> 10);
    assert!(grown < 48 << 20, "{grown}");
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    crate::end(app).await;
}

#[tokio::test]
async fn t13_a_key_made_elsewhere_works_at_once() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    let mut forger = here.root();
    for n in 0..20 {
        // Asked for before it exists: that is not remembered.
        forger.id = format!("LTAInew{n}");
        there
            .sts(&forger, "GetCallerIdentity", &[])
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
        here.add_root_key(ACCOUNT, &forger.id, &forger.secret).await;
        there.sts(&forger, "GetCallerIdentity", &[]).await.ok();
    }
    // And a key that seals tokens, made in the other replica a moment ago.
    let user = here.user("taker", &[&policy("Allow", "*", "*")]).await;
    here.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    here.iam.key_ring.rotate().await.unwrap();
    here.clock.advance(61);
    here.iam.tick().await;
    let session = here.assume(&user, "Taken", &[]).await.unwrap();
    there.clock.advance(61);
    there.sts(&session, "GetCallerIdentity", &[]).await.ok();
    there.end().await;
    here.end().await;
}

/// Whether a token of a key that is not known here is good cannot be told without the database.
#[tokio::test]
async fn a_token_of_a_newer_key_is_not_malformed_while_the_database_is_away() {
    let setup = Setup::on(On::Memory);
    let here = TestApp::start(On::Memory).await;
    let counting = Counting::new(Arc::clone(&here.store));
    let there = TestApp::over(Arc::clone(&counting) as _, &setup).await;
    let user = here.user("taker", &[&policy("Allow", "*", "*")]).await;
    here.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    here.iam.key_ring.rotate().await.unwrap();
    here.clock.advance(61);
    here.iam.tick().await;
    let session = here.assume(&user, "Taken", &[]).await.unwrap();

    there.clock.advance(61);
    counting.cut_off(true);
    counting.take();
    for _ in 0..5 {
        let reply = there.sts(&session, "GetCallerIdentity", &[]).await;
        reply.refused(503, "ServiceUnavailable");
        assert_eq!(reply.headers["retry-after"], "1");
    }
    assert_eq!(counting.take(), 1, "one attempt a second");
    // A token that is none under any key is refused as ever.
    let bent = Credentials {
        token: Some("CAIS".to_owned()),
        ..session.clone()
    };
    let reply = there.sts(&bent, "GetCallerIdentity", &[]).await;
    reply.refused(400, "InvalidSecurityToken.Malformed");
    counting.cut_off(false);
    there.clock.advance(1);
    there.sts(&session, "GetCallerIdentity", &[]).await.ok();
    here.end().await;
}

/// A secret that was replaced works at once, also where the old one is in the cache.
#[tokio::test]
async fn t13_a_secret_replaced_elsewhere_works_at_once() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    let old = here.root();
    for app in [&here, &there] {
        app.sts(&old, "GetCallerIdentity", &[]).await.ok();
    }
    let new = Credentials {
        secret: "anotherSecretForThisKey0000001".to_owned(),
        ..old.clone()
    };
    let id = new.id.parse().unwrap();
    let sealed = here.iam.secrets.seal_access_key(&id, &new.secret).unwrap();
    let mut guard = here
        .iam
        .begin_write(ACCOUNT.parse().unwrap())
        .await
        .unwrap();
    guard.tx().update_key_secret(&id, &sealed).await.unwrap();
    guard.commit().await.unwrap();
    for app in [&there, &here] {
        app.sts(&new, "GetCallerIdentity", &[]).await.ok();
        app.sts(&old, "GetCallerIdentity", &[])
            .await
            .refused(400, "SignatureDoesNotMatch");
        app.sts(&new, "GetCallerIdentity", &[]).await.ok();
    }
    let there = {
        there.end().await;
        here.replica(&setup).await
    };
    there.sts(&new, "GetCallerIdentity", &[]).await.ok();
    there.end().await;
    here.end().await;
}
