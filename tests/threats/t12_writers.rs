//! Row 12: writers that wait for one account's lock hold up nobody else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::tamper;

const OTHER: &str = "2222222222222222";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_a_thousand_writers_behind_one_row() {
    let app = Arc::new(TestApp::start(On::Postgres).await);
    let other = app.add_account(OTHER).await;
    let document = trust(r#"{"RAM":["*"]}"#);
    app.sts(&other, "GetCallerIdentity", &[]).await.ok();
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();

    let lock = tamper::hold_account(&app, ACCOUNT).await;
    let mut writers = JoinSet::new();
    for n in 0..1000 {
        let (app, document) = (Arc::clone(&app), document.clone());
        writers.spawn(async move {
            let name = format!("parked{n}");
            let params = [
                ("RoleName", name.as_str()),
                ("AssumeRolePolicyDocument", document.as_str()),
            ];
            app.ram(&app.root(), "CreateRole", &params).await
        });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The other account reads and writes as if nothing were; the parked one still reads.
    let mut slowest = Duration::ZERO;
    for n in 0..20 {
        let name = format!("free{n}");
        let params = [
            ("RoleName", name.as_str()),
            ("AssumeRolePolicyDocument", document.as_str()),
        ];
        for (who, action, params) in [
            (&other, "CreateRole", &params[..]),
            (&other, "ListRoles", &[]),
            (&app.root(), "ListRoles", &[]),
        ] {
            let begin = Instant::now();
            app.ram(who, action, params).await.ok();
            slowest = slowest.max(begin.elapsed());
        }
    }
    assert!(app.iam.ready().await);
    println!("the slowest of 60 calls beside 1000 parked ones took {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    drop(lock);
    let (mut done, mut away) = (0, 0);
    while let Some(reply) = writers.join_next().await {
        let reply = reply.unwrap();
        match reply.status.as_u16() {
            200 => done += 1,
            503 => away += 1,
            _ => panic!("{}", reply.text),
        }
    }
    assert_eq!(done + away, 1000);
    let made = tamper::number(&app, "SELECT COUNT(*) FROM roles WHERE name LIKE 'parked%'").await;
    assert_eq!(
        made, done,
        "what was answered is there, what was refused is not"
    );
    crate::end(app).await;
}
