//! The control socket.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rampart::operator::Disclosed;
use rampart::operator::account::NewAccount;
use rampart::operator::control::{
    self, ControlSocket, Request, Response, SeedRequest, SocketError, request,
};
use rampart::operator::seed::SeedSource;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Bench, PLAIN, SECRET, SEED};

struct Served {
    bench: Bench,
    directory: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    async fn start_in(directory: TempDir) -> Self {
        let bench = Bench::new().await;
        let path = directory.path().join(control::SOCKET_NAME);
        let socket = ControlSocket::bind(&bench.iam, &path).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let iam = Arc::clone(&bench.iam);
        let serving = tokio::spawn(socket.serve(iam, async move {
            let _ = stopped.await;
        }));
        Self {
            bench,
            directory,
            stop,
            serving,
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(control::SOCKET_NAME)
    }

    async fn ask(&self, asked: Request) -> Response {
        request(&self.path(), &asked).await.unwrap().unwrap()
    }
}

fn seed(text: &str) -> Request {
    Request::Seed(SeedRequest {
        source: SeedSource {
            text: Disclosed::from(text.to_owned()),
            secrets: Vec::new(),
        },
        options: PLAIN,
    })
}

#[tokio::test]
async fn every_command_is_answered() {
    let served = Served::start().await;
    assert!(matches!(
        served.ask(Request::Ping).await,
        Response::Pong { .. }
    ));
    let Response::Seed(report) = served.ask(seed(SEED)).await else {
        panic!()
    };
    assert_eq!(report.changes(), 9);
    let Response::CreatedAccount(created) = served
        .ask(Request::CreateAccount(NewAccount::default()))
        .await
    else {
        panic!()
    };
    let list = Request::ListAccounts {
        after: None,
        limit: 10,
    };
    let Response::Accounts(accounts) = served.ask(list).await else {
        panic!()
    };
    assert_eq!(accounts.len(), 2);
    assert!(
        accounts
            .iter()
            .any(|account| account.account_id == created.account_id)
    );
    let rotated = served.ask(Request::RotateTokenKeys).await;
    assert!(
        matches!(rotated, Response::TokenKeysRotated { .. }),
        "{rotated:?}"
    );
    let rows = served
        .bench
        .audit(rampart::policy::ids::AccountId::SYSTEM)
        .await;
    assert!(
        rows.iter()
            .any(|row| row.operation == "operator.RotateTokenKeys")
    );
}

#[tokio::test]
async fn a_refusal_is_an_answer_without_secrets() {
    let served = Served::start().await;
    let broken = SEED.replace("name: alice", "nmae: alice");
    let Response::Failed { message } = served.ask(seed(&broken)).await else {
        panic!()
    };
    assert!(
        message.starts_with("16:9: unknown field `nmae`"),
        "{message}"
    );
    let shown = format!("{:?}", seed(SEED));
    assert!(!shown.contains(SECRET), "{shown}");
}

#[tokio::test]
async fn only_the_owner_can_open_the_socket() {
    let served = Served::start().await;
    let mode = std::fs::metadata(served.path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let names: Vec<_> = std::fs::read_dir(served.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(
        names,
        [control::SOCKET_NAME],
        "the directory it was made in is gone"
    );
}

#[tokio::test]
async fn a_socket_goes_with_its_server_and_a_stale_one_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(control::SOCKET_NAME);
    assert!(
        request(&path, &Request::Ping).await.unwrap().is_none(),
        "no socket"
    );
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    assert!(
        request(&path, &Request::Ping).await.unwrap().is_none(),
        "a dead one"
    );
    let served = Served::start_in(directory).await;
    assert!(matches!(
        served.ask(Request::Ping).await,
        Response::Pong { .. }
    ));
    let second = ControlSocket::bind(&served.bench.iam, &path).await;
    assert!(
        matches!(second, Err(SocketError::InUse(_))),
        "a live one is not replaced"
    );
    assert!(matches!(
        served.ask(Request::Ping).await,
        Response::Pong { .. }
    ));
    served.stop.send(()).unwrap();
    served.serving.await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_stop_waits_for_the_command_that_runs() {
    let served = Served::start().await;
    let path = served.path();
    let asked = tokio::spawn(async move { request(&path, &seed(SEED)).await });
    while !served.bench.exists(crate::support::ACCOUNT).await {
        tokio::task::yield_now().await;
    }
    served.stop.send(()).unwrap();
    served.serving.await.unwrap();
    let Ok(Some(Response::Seed(report))) = asked.await.unwrap() else {
        panic!()
    };
    assert_eq!(report.changes(), 9);
}

#[tokio::test]
async fn junk_is_refused_and_the_next_is_served() {
    let served = Served::start().await;
    for junk in [
        &b"\xff\xff\xff\xff"[..],
        b"\0\0\0\x03abc",
        b"\0\0\0\x12{\"no-such-thing\":1}",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = UnixStream::connect(served.path()).await.unwrap();
        stream.write_all(junk).await.unwrap();
        // What was left unread resets the connection after the answer: read just that.
        let mut answer = vec![0; stream.read_u32().await.unwrap() as usize];
        stream.read_exact(&mut answer).await.unwrap();
        let body: Response = serde_json::from_slice(&answer).unwrap();
        assert!(matches!(body, Response::Failed { .. }), "{body:?}");
    }
    assert!(matches!(
        served.ask(Request::Ping).await,
        Response::Pong { .. }
    ));
}

#[tokio::test]
async fn silent_clients_do_not_hold_the_socket_for_ever() {
    let served = Served::start().await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(UnixStream::connect(served.path()).await.unwrap());
    }
    tokio::task::yield_now().await;
    tokio::time::pause();
    let answer = tokio::time::timeout(Duration::from_secs(30), served.ask(Request::Ping)).await;
    assert!(matches!(answer, Ok(Response::Pong { .. })));
}
