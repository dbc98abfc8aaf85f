//! Row 23: whoever can write rows cannot make another's secret his own.

use std::sync::Arc;
use std::time::Duration;

use rampart::credential::seal::MasterKey;
use rampart::credential::totp;
use rampart::iam::federation::FederationConfig;
use rampart::iam::{Iam, IamConfig};
use rampart::model::quotas::Quotas;
use rampart::ports::{FixedClock, SeededEntropy};

use crate::app::{ACCOUNT, Credentials, On, START, Setup, TestApp, policy};
use crate::{on_disk, tamper};

on_disk!(
    t23_a_secret_in_anothers_row_authenticates_nobody,
    t23_a_seed_in_anothers_row_binds_nobody,
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

/// What an authenticator with the seed of that device shows now and half a minute before.
async fn codes(app: &TestApp, device: &str) -> [String; 2] {
    let mut snapshot = app
        .store
        .begin_read(ACCOUNT.parse().unwrap())
        .await
        .unwrap();
    let device = snapshot.get_mfa_device(&device.parse().unwrap()).await;
    let seed = app
        .iam
        .secrets
        .open_mfa_seed(&device.unwrap().unwrap())
        .unwrap();
    let now = app.iam.clock.now();
    [now - 30, now].map(|at| {
        let code = totp::code(seed.expose(), totp::step_at(at));
        String::from_utf8(code.to_vec()).unwrap()
    })
}

async fn t23_a_seed_in_anothers_row_binds_nobody(on: On) {
    let app = TestApp::start(on).await;
    app.user("alice", &[]).await;
    let root = app.root();
    for name in ["own", "stolen"] {
        let params = [("VirtualMFADeviceName", name)];
        app.ram(&root, "CreateVirtualMFADevice", &params).await.ok();
    }
    let shown = [codes(&app, "own").await, codes(&app, "stolen").await];
    // Each seed in the row of the other.
    let keep = "CREATE TABLE kept AS SELECT name_key, sealed_seed FROM virtual_mfa_devices";
    tamper::sql(&app, keep).await;
    let swap = "UPDATE virtual_mfa_devices SET sealed_seed = (SELECT k.sealed_seed FROM kept k WHERE \
                k.name_key <> virtual_mfa_devices.name_key)";
    assert_eq!(tamper::sql(&app, swap).await, 2);
    for device in ["own", "stolen"] {
        for codes in &shown {
            let serial = format!("acs:ram::{ACCOUNT}:mfa/{device}");
            let params = [
                ("UserName", "alice"),
                ("SerialNumber", serial.as_str()),
                ("AuthenticationCode1", codes[0].as_str()),
                ("AuthenticationCode2", codes[1].as_str()),
            ];
            app.ram(&root, "BindMFADevice", &params)
                .await
                .refused(500, "InternalError");
        }
    }
    app.ram(&root, "GetUserMFAInfo", &[("UserName", "alice")])
        .await
        .refused(404, "EntityNotExist.User.MFADevice");
    // With its seed in its place again, all is well.
    let back = "UPDATE virtual_mfa_devices SET sealed_seed = (SELECT k.sealed_seed FROM kept k WHERE \
                k.name_key = virtual_mfa_devices.name_key)";
    tamper::sql(&app, back).await;
    let serial = format!("acs:ram::{ACCOUNT}:mfa/own");
    let params = [
        ("UserName", "alice"),
        ("SerialNumber", serial.as_str()),
        ("AuthenticationCode1", shown[0][0].as_str()),
        ("AuthenticationCode2", shown[0][1].as_str()),
    ];
    app.ram(&root, "BindMFADevice", &params).await.ok();
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
        new_database: true,
        cache_bytes: 1 << 20,
        max_nonces: 1024,
        max_staleness: Duration::ZERO,
        federation: FederationConfig::default(),
    });
    assert!(started.await.is_err());
    app.end().await;
}
