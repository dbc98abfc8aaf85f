//! Row 23: whoever can write rows cannot make another's secret his own.

use std::sync::Arc;
use std::time::Duration;

use rampart::credential::seal::MasterKey;
use rampart::iam::federation::FederationConfig;
use rampart::iam::{Iam, IamConfig};
use rampart::model::quotas::Quotas;
use rampart::ports::{FixedClock, SeededEntropy};

use crate::app::{Credentials, On, START, Setup, TestApp, policy};
use crate::{on_disk, tamper};

on_disk!(
    t23_a_secret_in_anothers_row_authenticates_nobody,
    t23_a_ring_key_in_anothers_row_does_not_open
);

async fn t23_a_secret_in_anothers_row_authenticates_nobody(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let mallory = app.user("mallory", &[]).await;
    let alice = app.user("alice", &[&policy("Allow", "*", "*")]).await;
    let root = app.root();
    app.iam.stop().await;
    for victim in [&root, &alice] {
        // Mallory's sealed secret in the victim's row, and the victim's in his.
        let keep = "CREATE TABLE kept AS SELECT id, sealed_secret FROM access_keys";
        tamper::sql(&app, keep).await;
        let swap = format!(
            "UPDATE access_keys SET sealed_secret = (SELECT k.sealed_secret FROM kept k WHERE k.id = \
             CASE access_keys.id WHEN '{0}' THEN '{1}' ELSE '{0}' END) WHERE id IN ('{0}', '{1}')",
            mallory.id, victim.id
        );
        assert_eq!(tamper::sql(&app, &swap).await, 2);
        let after = app.again(&setup).await;
        for (id, secret) in [
            (&victim.id, &mallory.secret),
            (&victim.id, &victim.secret),
            (&mallory.id, &victim.secret),
            (&mallory.id, &mallory.secret),
        ] {
            let forged = Credentials {
                id: id.clone(),
                secret: secret.clone(),
                token: None,
            };
            let reply = after.sts(&forged, "GetCallerIdentity", &[]).await;
            reply.refused(404, "InvalidAccessKeyId.NotFound");
        }
        after.iam.stop().await;
        let back = "UPDATE access_keys SET sealed_secret = (SELECT k.sealed_secret FROM kept k WHERE k.id = access_keys.id)";
        tamper::sql(&app, back).await;
        tamper::sql(&app, "DROP TABLE kept").await;
    }
    // With every secret in its place again, all is well.
    let honest = app.again(&setup).await;
    honest.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    // A byte changed in the middle.
    honest.iam.stop().await;
    let blob = if on == On::Postgres {
        "UPDATE access_keys SET sealed_secret = overlay(sealed_secret PLACING '\\x00ff00ff'::bytea FROM 20)"
    } else {
        "UPDATE access_keys SET sealed_secret = CAST(substr(sealed_secret, 1, 19) || x'00ff00ff' || \
         substr(sealed_secret, 24) AS BLOB)"
    };
    tamper::sql(&app, blob).await;
    let after = app.again(&setup).await;
    for caller in [&alice, &mallory, &root] {
        after
            .sts(caller, "GetCallerIdentity", &[])
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
    }
    app.end().await;
}

async fn t23_a_ring_key_in_anothers_row_does_not_open(on: On) {
    let app = TestApp::start(on).await;
    app.iam.key_ring.rotate().await.unwrap();
    tamper::sql(&app, "CREATE TABLE kept AS SELECT * FROM token_keys").await;
    let swap = "UPDATE token_keys SET sealed_key = (SELECT k.sealed_key FROM kept k WHERE k.id = 3 - token_keys.id)";
    assert_eq!(tamper::sql(&app, swap).await, 2);
    let started = Iam::start(IamConfig {
        store: Arc::clone(&app.store),
        clock: Arc::new(FixedClock::at_millis(START * 1000)),
        entropy: Arc::new(SeededEntropy::new(98)),
        master_key: MasterKey::generate([9; 32]),
        incarnation: crate::app::INCARNATION,
        quotas: Quotas::default(),
        clock_window_seconds: 900,
        data_dir: None,
        cache_bytes: 1 << 20,
        max_nonces: 1024,
        max_staleness: Duration::ZERO,
        federation: FederationConfig::default(),
    });
    assert!(started.await.is_err());
    app.end().await;
}
