//! The commands as they are typed, with no server running.

use std::error::Error;
use std::future::{Ready, ready};
use std::path::Path;
use std::sync::Arc;

use clap::Parser;
use rampart::cli::account::{self, AccountCommand};
use rampart::cli::operator::{CommandError, Format, Server, rotate_token_keys};
use rampart::cli::seed::{self, SeedArgs};
use rampart::cli::service_key::{self, ServiceKeyCommand};
use rampart::iam::Iam;
use rampart::operator::control::{self, ControlSocket};
use rampart::operator::seed::SourceError;

use crate::support::{ACCOUNT, Bench, SECRET, SEED};

#[derive(Parser)]
enum Command {
    Seed(SeedArgs),
    #[command(subcommand)]
    Account(AccountCommand),
    #[command(subcommand)]
    ServiceKey(ServiceKeyCommand),
}

type Opened = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>;

fn parse(arguments: &[&str]) -> Command {
    Command::parse_from([&["rampart"], arguments].concat())
}

/// Runs a command where no server runs; answers what it prints.
async fn type_in(
    bench: &Bench,
    data_dir: &Path,
    arguments: &[&str],
) -> Result<String, CommandError> {
    let iam = Arc::clone(&bench.iam);
    let open = move || -> Ready<Opened> { ready(Ok(Arc::clone(&iam))) };
    let server = Server::of(data_dir, open);
    let mut out = Vec::new();
    match parse(arguments) {
        Command::Seed(args) => seed::run(&args, &server, &mut out).await?,
        Command::Account(command) => account::run(&command, &server, &mut out).await?,
        Command::ServiceKey(command) => service_key::run(&command, &server, &mut out).await?,
    };
    Ok(String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn a_seed_takes_its_secrets_from_files_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("seed.yaml");
    let text = SEED.replace(&format!("secret: {SECRET}"), "secret_file: root.secret");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let bench = Bench::new().await;
    let missing = type_in(&bench, directory.path(), &["seed", file])
        .await
        .unwrap_err();
    assert!(
        matches!(missing, CommandError::Source(SourceError::File(..))),
        "{missing}"
    );
    std::fs::write(directory.path().join("root.secret"), format!("{SECRET}\n")).unwrap();
    let printed = type_in(&bench, directory.path(), &["seed", file, "--dry-run"])
        .await
        .unwrap();
    assert!(printed.ends_with("9 changes\n"), "{printed}");

    let bench = Bench::new().await;
    let arguments = ["seed", file, "--format", "json"];
    let printed = type_in(&bench, directory.path(), &arguments).await.unwrap();
    assert!(!printed.contains(SECRET));
    let answer: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (&answer["changes"], &answer["dry_run"]),
        (&9.into(), &false.into())
    );
    assert_eq!(
        answer["steps"][3],
        serde_json::json!({
            "account": ACCOUNT,
            "outcome": "applied",
            "action": "create",
            "subject": "user alice",
            "detail": ""
        })
    );
}

#[tokio::test]
async fn an_account_is_printed_in_both_forms() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["account", "create", "--name", "Second", "--format", "json"];
    let printed = type_in(&Bench::new().await, directory.path(), &arguments)
        .await
        .unwrap();
    let made: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["AccountId", "AccessKeyId", "AccessKeySecret"]);
    assert_eq!(made["AccountId"].as_str().unwrap().len(), 16);

    let arguments = ["account", "create", "--id", "1000000000000009"];
    let printed = type_in(&Bench::new().await, directory.path(), &arguments)
        .await
        .unwrap();
    assert!(
        printed.starts_with("AccountId:       1000000000000009\n"),
        "{printed}"
    );

    let printed = type_in(
        &Bench::seeded().await,
        directory.path(),
        &["account", "list"],
    )
    .await;
    assert_eq!(printed.unwrap(), "1000000000000001  main  Main\n");
}

#[tokio::test]
async fn an_account_is_given_quotas_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::seeded().await;
    let socket = directory.path().join(control::SOCKET_NAME);
    let socket = ControlSocket::bind(&bench.iam, &socket).await.unwrap();
    tokio::spawn(socket.serve(Arc::clone(&bench.iam), std::future::pending()));
    let quotas = async |rest: &[&str]| {
        let arguments = [&["account", "quotas", "1000000000000001"], rest].concat();
        type_in(&bench, directory.path(), &arguments).await
    };
    let printed = quotas(&["users=7", "roles=8", "--format", "json"]).await;
    let held: serde_json::Value = serde_json::from_str(&printed.unwrap()).unwrap();
    assert_eq!(
        (&held["users"], &held["roles"], &held["groups"]),
        (&7.into(), &8.into(), &300.into())
    );
    let printed = quotas(&["roles=default"]).await.unwrap();
    assert!(printed.contains("\nroles = 1000\n"), "{printed}");
    assert!(printed.contains("\nusers = 7\n"), "{printed}");
    for (change, why) in [
        ("user=default", "no quota has the name `user`"),
        (
            "tags_per_resource=1001",
            "the quota `tags_per_resource` is 1000 at most",
        ),
    ] {
        let error = quotas(&[change]).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(quotas(&[]).await.unwrap(), printed);
}

#[tokio::test]
async fn keys_of_services_are_made_listed_switched_off_and_removed() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::seeded().await;
    let socket = directory.path().join(control::SOCKET_NAME);
    let socket = ControlSocket::bind(&bench.iam, &socket).await.unwrap();
    tokio::spawn(socket.serve(Arc::clone(&bench.iam), std::future::pending()));
    let run = async |arguments: &[&str]| {
        let arguments = [&["service-key"], arguments].concat();
        type_in(&bench, directory.path(), &arguments).await
    };
    let service = "Storage.corp.example";
    let bound = ["create", service, "--account", ACCOUNT, "--format", "json"];
    let printed = run(&bound).await.unwrap();
    let made: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["Service", "AccessKeyId", "AccessKeySecret"]);
    assert_eq!(made["Service"], "storage.corp.example");
    let id = made["AccessKeyId"].as_str().unwrap();
    let any = [
        "create",
        service,
        "--any-account",
        "--network",
        "10.0.0.0/8",
    ];
    let printed = run(&any).await.unwrap();
    assert!(
        printed.starts_with("Service:         storage.corp.example\n"),
        "{printed}"
    );
    run(&["create", service, "--network", "192.0.2.7"])
        .await
        .unwrap();

    run(&["disable", id]).await.unwrap();
    let listed = run(&["list"]).await.unwrap();
    assert_eq!(listed.lines().count(), 3);
    let expected =
        format!("{id}  Inactive  storage.corp.example  {ACCOUNT}  anywhere  never used\n");
    assert!(listed.contains(&expected), "{listed}");
    let expected = "  Active  storage.corp.example  any account  10.0.0.0/8  never used\n";
    assert!(listed.contains(expected), "{listed}");
    assert!(listed.contains("192.0.2.7/32"), "{listed}");
    run(&["enable", id]).await.unwrap();
    assert!(
        run(&["list"])
            .await
            .unwrap()
            .contains(&format!("{id}  Active"))
    );
    run(&["delete", id]).await.unwrap();
    assert!(
        !run(&["list", "--format", "json"])
            .await
            .unwrap()
            .contains(id)
    );

    for (arguments, reason) in [
        (&["create", service][..], "say whom the key acts for"),
        (
            &["create", service, "--account", "1000000000000009"],
            "no such account",
        ),
        (
            &["create", service, "--account", "0000000000000000"],
            "the server's own",
        ),
        (&["disable", id], "no service has a key"),
        (&["delete", "LTAIalice"], "no service has a key"),
    ] {
        let error = run(arguments).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    let trail = bench.audit(rampart::policy::ids::AccountId::SYSTEM).await;
    let mut operations: Vec<&str> = trail.iter().map(|row| row.operation.as_str()).collect();
    operations.retain(|operation| operation.ends_with("ServiceKey"));
    operations.reverse();
    assert_eq!(
        operations,
        [
            "operator.CreateServiceKey",
            "operator.CreateServiceKey",
            "operator.CreateServiceKey",
            "operator.UpdateServiceKey",
            "operator.UpdateServiceKey",
            "operator.DeleteServiceKey",
        ]
    );
}

#[tokio::test]
async fn a_fault_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("seed.yaml");
    std::fs::write(&file, SEED.replace("alias: main", "alias: Main")).unwrap();
    let arguments = ["seed", file.to_str().unwrap()];
    let error = type_in(&Bench::new().await, directory.path(), &arguments)
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("5:12: an alias has"),
        "{error}"
    );
}

#[tokio::test]
async fn token_keys_are_rotated_by_command() {
    let bench = Bench::new().await;
    let iam = Arc::clone(&bench.iam);
    let open = move || -> Ready<Opened> { ready(Ok(Arc::clone(&iam))) };
    let directory = tempfile::tempdir().unwrap();
    let server = Server::of(directory.path(), open);
    let mut out = Vec::new();
    rotate_token_keys(&server, Format::Text, &mut out)
        .await
        .unwrap();
    let printed = String::from_utf8(out).unwrap();
    assert!(
        printed.starts_with("token key ") && printed.ends_with(" is published\n"),
        "{printed}"
    );
}
