//! Another master key while servers serve: no client notices, and nothing is good a second time.

use rampart::credential::seal::MasterKey;
use rampart::iam::secrets::Secrets;
use rampart::model::key::KeyOwner;
use rampart::operator::control::{self, Request, Response};
use rampart::operator::rotation::RotatedMaster;
use rampart::ops::declare::Product;
use rampart::policy::ids::AccountId;
use rampart::store::whole::NONCE_KEY;

use crate::app::{ACCOUNT, Credentials, INCARNATION, On, Setup, TestApp, policy};
use crate::{calls, on_disk};

on_disk!(t14_another_master_key_while_servers_serve);

const OLD: [u8; 32] = [9; 32];
const NEW: [u8; 32] = [77; 32];

fn setup(on: On, master: [u8; 32], other: Option<[u8; 32]>) -> Setup {
    Setup {
        master,
        other_master: other,
        ..Setup::on(on)
    }
}

async fn serves(app: &TestApp, callers: &[&Credentials]) {
    for caller in callers {
        app.sts(caller, "GetCallerIdentity", &[]).await.ok();
    }
}

/// The next server on the same data. A file has one server at a time, and that ends cleanly.
async fn next(app: &TestApp, setup: &Setup) -> TestApp {
    app.iam.stop().await;
    app.again(setup).await
}

async fn rotate(app: &TestApp) -> Response {
    control::execute(&app.iam, Request::RotateMasterKey).await
}

/// A user of that name, and a session of a role that it may assume.
async fn user_and_session(app: &TestApp, name: &str) -> (Credentials, Credentials) {
    let user = app
        .user(name, &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let role = format!("{name}-role");
    app.role(&role, r#"{"RAM":["*"]}"#, &[]).await;
    let session = app.assume(&user, &role, &[]).await.unwrap();
    (user, session)
}

async fn t14_another_master_key_while_servers_serve(on: On) {
    let beside = on == On::Postgres;
    let (old, new) = (setup(on, OLD, None), setup(on, NEW, None));
    let first = TestApp::with(old).await;
    let root = first.root();
    let (early, early_session) = user_and_session(&first, "early").await;
    let taken = calls::rpc(&first, &root, Product::Sts, "GetCallerIdentity", &[]);
    taken.send(&first).await.ok();
    // One key is nothing to rotate.
    assert!(matches!(rotate(&first).await, Response::Failed { .. }));

    // Every server learns the new one, one after the other, while some do not know it yet.
    let knows = next(&first, &setup(on, OLD, Some(NEW))).await;
    serves(&knows, &[&root, &early, &early_session]).await;
    let (middle, middle_session) = user_and_session(&knows, "middle").await;
    if beside {
        serves(&first, &[&middle, &middle_session]).await;
    }

    // Then every one seals under the new one.
    let seals = next(&knows, &setup(on, NEW, Some(OLD))).await;
    serves(
        &seals,
        &[&root, &early, &early_session, &middle, &middle_session],
    )
    .await;
    let (late, late_session) = user_and_session(&seals, "late").await;
    seals.iam.key_ring.rotate().await.unwrap();
    if beside {
        serves(&knows, &[&late, &late_session]).await;
    }

    // The rotation drops nothing from a cache and moves no revision of an account that has keys.
    let account: AccountId = ACCOUNT.parse().unwrap();
    let before = seals.store.begin_read(account).await.unwrap().state();
    let Response::MasterKeyRotated(rotated) = rotate(&seals).await else {
        panic!("it was refused")
    };
    // Root's key, those of two users, the first key of the ring, the key of nonces.
    let all = RotatedMaster {
        sealed_anew: 5,
        unopened: 0,
    };
    assert_eq!(rotated, all);
    let after = seals.store.begin_read(account).await.unwrap().state();
    assert_eq!(before, after);
    let callers = [
        &root,
        &early,
        &early_session,
        &middle,
        &middle_session,
        &late,
        &late_session,
    ];
    serves(&seals, &callers).await;
    if beside {
        serves(&knows, &callers).await;
    }
    assert_eq!(
        rotate(&seals).await,
        Response::MasterKeyRotated(RotatedMaster::default()),
        "nothing is left"
    );

    // The new one alone opens everything, the old one alone nothing.
    let last = next(&seals, &new).await;
    serves(&last, &callers).await;
    if beside {
        serves(&knows, &callers).await;
    }
    let reply = taken.send(&last).await;
    assert_eq!(reply.code(), "SignatureNonceUsed", "{}", reply.text);
    let old_alone = Secrets::new(&MasterKey::generate(OLD), INCARNATION);
    let new_alone = Secrets::new(&MasterKey::generate(NEW), INCARNATION);
    let mut snapshot = last.store.begin_read(account).await.unwrap();
    for key in snapshot.list_keys(&KeyOwner::Root).await.unwrap() {
        assert!(new_alone.open_access_key(&key).is_ok());
        assert!(old_alone.open_access_key(&key).is_err());
    }
    drop(snapshot);
    let mut system = last.store.begin_read(AccountId::SYSTEM).await.unwrap();
    for key in system.list_token_keys().await.unwrap() {
        assert!(new_alone.open_token_key(&key).is_ok());
        assert!(old_alone.open_token_key(&key).is_err());
    }
    let kept = system.get_setting(NONCE_KEY).await.unwrap().unwrap();
    assert!(rampart::iam::nonce_key::reseal(&kept, &new_alone, &new_alone).is_ok());
    assert!(rampart::iam::nonce_key::reseal(&kept, &old_alone, &old_alone).is_err());
    assert_eq!(
        system
            .list_audit(10)
            .await
            .unwrap()
            .iter()
            .filter(|row| row.operation == "operator.RotateMasterKey")
            .count(),
        2
    );
    drop(system);
    first.end().await;
}
