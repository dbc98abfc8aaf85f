//! A copy gets an incarnation of its own.

use std::path::Path;

use rampart::bootstrap;
use rampart::credential::seal::MasterKey;
use rampart::iam::secrets::Secrets;
use rampart::model::account::RevisionTag;
use rampart::model::key::KeyOwner;
use rampart::operator::adoption::{Adoption, Idle};
use rampart::policy::ids::AccountId;

use crate::support::{ACCOUNT, Bench, OTHER, PLAIN, SECRET};

/// The incarnation of every bench.
const HERE: [u8; 16] = [1; 16];

fn master_key() -> MasterKey {
    MasterKey::generate([7; 32])
}

async fn set(bench: &Bench, account: AccountId, setting: &str, value: &str) {
    let tag = RevisionTag([9; 16]);
    let mut tx = bench.iam.store.begin_write(account, tag).await.unwrap();
    tx.put_setting(setting, value).await.unwrap();
    tx.commit().await.unwrap();
}

/// Two accounts with a root key each, in a database that says which it is.
async fn two_accounts() -> Bench {
    let bench = Bench::new().await;
    for account in [ACCOUNT, OTHER] {
        let seed = format!(
            "accounts: [{{id: {account}, root: {{access_keys: [{{id: LTAI{account}, secret: {SECRET}}}]}}}}]"
        );
        assert_eq!(bench.run(&seed, PLAIN).await.impossible(), 0);
    }
    set(&bench, AccountId::SYSTEM, "incarnation", &hex::encode(HERE)).await;
    bench
}

#[tokio::test]
async fn t09_a_copy_is_sealed_anew_in_one_step() {
    let bench = two_accounts().await;
    let store = &*bench.iam.store;
    let mut system = store.begin_read(AccountId::SYSTEM).await.unwrap();
    let before = system.list_token_keys().await.unwrap();
    drop(system);
    let (key, wrong) = (master_key(), MasterKey::generate([6; 32]));
    let idle = |master_key| Idle {
        store,
        dir: None,
        master_key,
        clock: &*bench.clock,
        entropy: &*bench.iam.entropy,
    };
    // Under another master key nothing is done.
    assert!(idle(&wrong).adopt(Adoption::UncheckedCopy).await.is_err());
    let start = bootstrap::incarnation(store, None, &*bench.iam.entropy).await;
    assert_eq!(start.unwrap(), HERE);
    let adopted = idle(&key).adopt(Adoption::UncheckedCopy).await.unwrap();
    // Two roots' keys, and the key of nonces.
    assert_eq!(adopted.sealed_anew, 3);
    assert_ne!(adopted.incarnation, HERE);

    let start = bootstrap::incarnation(store, None, &*bench.iam.entropy).await;
    assert_eq!(start.unwrap(), adopted.incarnation);
    let next = Secrets::new(&key, adopted.incarnation);
    for account in [ACCOUNT, OTHER] {
        let mut snapshot = store.begin_read(account.parse().unwrap()).await.unwrap();
        let keys = snapshot.list_keys(&KeyOwner::Root).await.unwrap();
        let secret = next.open_access_key(&keys[0]).unwrap();
        assert_eq!(secret.expose(), SECRET, "{account}");
    }
    let mut system = store.begin_read(AccountId::SYSTEM).await.unwrap();
    let ring = system.list_token_keys().await.unwrap();
    assert_eq!(ring.len(), 1);
    assert!(before.iter().all(|old| old.id < ring[0].id));
    next.open_token_key(&ring[0]).unwrap();
    let trail = system.list_audit(1).await.unwrap();
    assert_eq!(
        (trail[0].principal.as_str(), trail[0].operation.as_str()),
        ("operator", "operator.AdoptDatabase")
    );
}

/// Whoever keeps something else sealed in the database has it sealed anew too.
#[test]
fn t09_every_sealed_column_is_sealed_anew() {
    let mut columns = Vec::new();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    for file in std::fs::read_dir(migrations).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        columns.extend(
            words
                .filter(|w| w.starts_with("sealed_"))
                .map(str::to_owned),
        );
    }
    columns.sort();
    columns.dedup();
    assert_eq!(
        columns,
        [
            "sealed_key",
            "sealed_passwords",
            "sealed_secret",
            "sealed_seed"
        ]
    );
}
