//! Row 9: what a copy of the database mints, the original does not take.

use std::sync::Arc;
use std::time::Duration;

use rampart::credential::seal::MasterKey;
use rampart::iam::federation::FederationConfig;
use rampart::iam::{Iam, IamConfig};
use rampart::model::quotas::Quotas;
use rampart::ports::{FixedClock, SeededEntropy};

use crate::app::{ACCOUNT, On, START, Setup, TestApp, policy};
use crate::on_both;

on_both!(
    t09_a_token_of_a_copy_is_refused,
    t09_the_same_rows_under_another_incarnation_do_not_open
);

async fn t09_a_token_of_a_copy_is_refused(on: On) {
    let original = TestApp::start(on).await;
    let copy = TestApp::with(Setup {
        incarnation: [8; 16],
        ..Setup::on(on)
    })
    .await;
    let mut sessions = Vec::new();
    for app in [&original, &copy] {
        let user = app.user("taker", &[&policy("Allow", "*", "*")]).await;
        app.role("Taken", r#"{"RAM":["*"]}"#, &[&policy("Allow", "*", "*")])
            .await;
        sessions.push(app.assume(&user, "Taken", &[]).await.unwrap());
    }
    original
        .sts(&sessions[0], "GetCallerIdentity", &[])
        .await
        .ok();
    copy.sts(&sessions[1], "GetCallerIdentity", &[]).await.ok();
    for (app, session) in [(&original, &sessions[1]), (&copy, &sessions[0])] {
        let reply = app.sts(session, "GetCallerIdentity", &[]).await;
        reply.refused(400, "InvalidSecurityToken.Malformed");
    }
    copy.end().await;
    original.end().await;
}

async fn t09_the_same_rows_under_another_incarnation_do_not_open(on: On) {
    let app = TestApp::start(on).await;
    for (incarnation, master) in [([8; 16], [9; 32]), ([7; 16], [10; 32])] {
        let started = Iam::start(IamConfig {
            store: Arc::clone(&app.store),
            clock: Arc::new(FixedClock::at_millis(START * 1000)),
            entropy: Arc::new(SeededEntropy::new(99)),
            master_key: MasterKey::generate(master),
            incarnation,
            quotas: Quotas::default(),
            clock_window_seconds: 900,
            data_dir: None,
            new_database: true,
            cache_bytes: 1 << 20,
            max_nonces: 1024,
            max_staleness: Duration::ZERO,
            federation: FederationConfig::default(),
        });
        assert!(started.await.is_err(), "{incarnation:?}");
    }
    let key = format!("LTAI{ACCOUNT}");
    assert_eq!(app.root().id, key);
    app.sts(&app.root(), "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}
