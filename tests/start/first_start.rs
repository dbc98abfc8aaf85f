//! The first start: its files, what it prints, and that a second one changes nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use rampart::bootstrap::{FirstAccountSource, RootCredentials, first_account};
use rampart::config::{FirstAccount, Settings};
use rampart::ports::{SystemClock, SystemEntropy};
use rampart::store::{self, Store};

use crate::postgres::Database;
use crate::server::{Server, entries, output, rampart, refused};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The key that the first start made.
pub(crate) fn credentials(data: &Path) -> RootCredentials {
    let text = std::fs::read_to_string(data.join("root-credentials.json")).unwrap();
    RootCredentials::from_json(&text).unwrap()
}

#[test]
fn t22_the_secret_is_in_a_closed_file_and_not_in_the_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    let data = dir.path().join("rampart-data");
    assert_eq!(mode(&data), 0o700);
    for name in [
        "root-credentials.json",
        "master.key",
        "incarnation",
        "rampart.db",
    ] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    let made = credentials(&data);
    let secret = made.access_key_secret.expose().to_owned();
    assert_eq!(made.endpoint, server.endpoint);
    assert!(server.printed.contains(made.access_key_id.as_str()));
    assert!(
        server
            .printed
            .contains("call sts GetCallerIdentity --data-dir")
    );
    assert!(!server.printed.contains(&secret));
    server.signal("TERM");
    let (_, log) = server.end();
    assert!(!log.contains(&secret), "{log}");
}

#[test]
fn a_second_start_prints_no_credentials_and_corrects_the_endpoint() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path(), &[]).stop();
    let data = dir.path().join("rampart-data");
    let first = credentials(&data);
    let server = Server::start(dir.path(), &[]);
    let second = credentials(&data);
    assert_eq!(
        server.printed,
        format!("listening on {}\n", server.endpoint)
    );
    assert_eq!(second.access_key_id, first.access_key_id);
    assert_eq!(
        second.access_key_secret.expose(),
        first.access_key_secret.expose()
    );
    assert_eq!(second.endpoint, server.endpoint);
    server.stop();
}

#[test]
fn one_process_per_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    let error = refused(rampart(dir.path(), &["--listen", "127.0.0.1:0"]));
    let data = dir.path().canonicalize().unwrap().join("rampart-data");
    assert!(error.contains(data.to_str().unwrap()), "{error}");
    assert!(error.contains("in use by another process"), "{error}");
    // The lock ends with its process, however that ends.
    server.signal("KILL");
    server.end();
    Server::start(dir.path(), &[]).stop();
}

#[test]
fn ephemeral_leaves_nothing_and_prints_its_credentials() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--ephemeral"]);
    assert!(
        server.printed.contains("AccessKeySecret"),
        "{}",
        server.printed
    );
    assert!(
        server
            .printed
            .contains(&format!("--endpoint {}", server.endpoint))
    );
    assert!(entries(dir.path()).is_empty());
    server.stop();
    assert!(entries(dir.path()).is_empty());
}

#[tokio::test]
async fn t08_a_restart_with_another_environment_changes_and_revives_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let first = [
        ("RAMPART_ACCOUNT_ID", "1234567890123456"),
        ("RAMPART_ROOT_ACCESS_KEY_ID", "LTAIfirst"),
        ("RAMPART_ROOT_ACCESS_KEY_SECRET", "kXb72nQvPz41mWsLr9Tc"),
    ];
    let said = |server: Server| {
        server.signal("TERM");
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{log}");
        log
    };
    let log = said(Server::start_with(dir.path(), &first));
    assert!(!log.contains("counts at the first start alone"), "{log}");
    let log = said(Server::start_with(dir.path(), &first));
    assert!(!log.contains("counts at the first start alone"), "{log}");
    let data = dir.path().join("rampart-data");
    let made = credentials(&data);
    assert_eq!(made.account_id.to_string(), "1234567890123456");
    assert_eq!(made.access_key_id.as_str(), "LTAIfirst");
    assert_eq!(made.access_key_secret.expose(), "kXb72nQvPz41mWsLr9Tc");

    let second = [
        ("RAMPART_ACCOUNT_ID", "6543210987654321"),
        ("RAMPART_ROOT_ACCESS_KEY_ID", "LTAIsecond"),
        ("RAMPART_ROOT_ACCESS_KEY_SECRET", "pQ83hZmYw52vLkNt7RxD"),
    ];
    // Nothing comes of it, and the operator hears that.
    let log = said(Server::start_with(dir.path(), &second));
    for setting in ["`account.id`", "`account.root_access_key_id`"] {
        assert!(log.contains(&format!("{setting} names no")), "{log}");
    }
    let store = open(&data).await;
    let key = |id: &str| id.parse().unwrap();
    assert!(store.find_key(&key("LTAIfirst")).await.unwrap().is_some());
    assert!(store.find_key(&key("LTAIsecond")).await.unwrap().is_none());
    assert_eq!(store.list_accounts(None, 10).await.unwrap().len(), 1);

    // Root removes its key; the environment that made it does not bring it back.
    let tag = rampart::model::account::RevisionTag([1; 16]);
    let mut tx = store.begin_write(made.account_id, tag).await.unwrap();
    tx.delete_key(&key("LTAIfirst")).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    Server::start_with(dir.path(), &first).stop();
    let store = open(&data).await;
    assert!(store.find_key(&key("LTAIfirst")).await.unwrap().is_none());
    store.close().await;
}

async fn open(data: &Path) -> Arc<dyn Store> {
    store::open(&format!("sqlite:{}", data.join("rampart.db").display()))
        .await
        .unwrap()
}

fn unsealed(settings: &FirstAccount) -> FirstAccountSource<'_> {
    FirstAccountSource {
        settings,
        endpoint: "http://127.0.0.1:1",
        seal: &|_, _| Ok(b"sealed".to_vec()),
        clock: &*CLOCK,
        entropy: &*ENTROPY,
    }
}

static ENTROPY: std::sync::LazyLock<SystemEntropy> =
    std::sync::LazyLock::new(SystemEntropy::default);

static CLOCK: std::sync::LazyLock<SystemClock> = std::sync::LazyLock::new(SystemClock::default);

/// Eight start on one empty database: one account, one key, known to exactly one of them.
async fn replicas_make_one(url: &str) {
    let first = store::open(url).await.unwrap();
    let settings = Settings::for_tests().unwrap().account;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, settings) = (Arc::clone(&first), settings.clone());
        tasks.spawn(async move {
            first_account(&*store, None, &unsealed(&settings))
                .await
                .unwrap()
        });
    }
    let made: Vec<RootCredentials> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    let accounts = first.list_accounts(None, 10).await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].id, made[0].account_id);
    assert!(
        first
            .find_key(&made[0].access_key_id)
            .await
            .unwrap()
            .is_some()
    );
    let again = first_account(&*first, None, &unsealed(&settings))
        .await
        .unwrap();
    assert!(again.is_none());
    first.close().await;
}

#[tokio::test]
async fn replicas_make_one_account_together() {
    replicas_make_one("sqlite::memory:").await;
    let database = Database::create().await;
    replicas_make_one(&database.url).await;
    database.remove().await;
}

#[tokio::test]
async fn postgres_serves_two_replicas_with_one_master_key() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let key = output(rampart(dir.path(), &["key", "generate"])).stdout;
    std::fs::write(dir.path().join("key"), key).unwrap();
    let start = |data: &str| {
        let arguments = [
            "--database",
            &database.url,
            "--master-key-file",
            "key",
            "--data-dir",
            data,
        ];
        Server::start(dir.path(), &arguments)
    };
    let (one, two) = (start("one"), start("two"));
    assert!(dir.path().join("one/root-credentials.json").exists());
    assert!(!dir.path().join("two/root-credentials.json").exists());
    let incarnation =
        |data: &str| std::fs::read(dir.path().join(data).join("incarnation")).unwrap();
    assert_eq!(incarnation("one"), incarnation("two"));
    assert!(two.get("/readyz").ends_with("ready\n"));
    assert!(!dir.path().join("one/master.key").exists());
    one.stop();
    two.stop();
    database.remove().await;
}
