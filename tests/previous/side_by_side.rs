//! Both releases over one database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::build::previous;
use crate::postgres::Database;
use crate::server::{Server, output, rampart};

/// What a step of the next release may do that only adds, as that release leaves it.
const EXPAND: &str = "
    ALTER TABLE users ADD COLUMN nickname TEXT COLLATE \"C\";
    ALTER TABLE accounts ADD COLUMN region TEXT COLLATE \"C\" NOT NULL DEFAULT '';
    CREATE TABLE later (id TEXT COLLATE \"C\" NOT NULL PRIMARY KEY);
    CREATE INDEX roles_by_age ON roles (account_id, created_at);
    INSERT INTO _sqlx_steps (version, description, success, checksum, execution_time)
    VALUES (9000, 'later', TRUE, 'x', 0)";

const ALLOW: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A release, its data directory and what it serves from.
struct Release<'a> {
    binary: PathBuf,
    home: &'a Path,
    name: &'static str,
    url: &'a str,
}

impl Release<'_> {
    fn start(&self) -> Server {
        let mut command = Command::new(&self.binary);
        let clean = rampart(self.home, &[]);
        for (name, value) in clean.get_envs() {
            if value.is_none() {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.home)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", self.name])
            .args(["--database", self.url, "--master-key-file", "master.key"]);
        Server::spawn(command)
    }
}

#[derive(Clone)]
struct Credentials {
    id: String,
    secret: String,
    token: Option<String>,
}

impl Credentials {
    fn of(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            id: text("AccessKeyId").unwrap(),
            secret: text("AccessKeySecret").unwrap(),
            token: text("SecurityToken"),
        }
    }
}

/// Sends a call with this release's client, whose calls are those of any client.
fn call(server: &Server, by: &Credentials, arguments: &[&str]) -> Output {
    let mut command = rampart(Path::new("/"), &["call"]);
    command
        .args(arguments)
        .args(["--endpoint", &server.endpoint])
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &by.id)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &by.secret);
    if let Some(token) = &by.token {
        command.env("ALIBABA_CLOUD_SECURITY_TOKEN", token);
    }
    output(command)
}

fn ok(done: &Output) -> Value {
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn denied(done: &Output) {
    assert!(!done.status.success(), "{done:?}");
    assert!(format!("{done:?}").contains("NoPermission"), "{done:?}");
}

async fn run(url: &str, statements: &'static str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(statements)).await.unwrap();
    connection.close().await.unwrap();
}

/// Whatever one answers holds for the other at once, in both directions.
fn work_together(one: &Server, other: &Server, root: &Credentials, name: &str) {
    let (user, role, policy) = (
        format!("UserName=user-{name}"),
        format!("RoleName=role-{name}"),
        format!("PolicyName=policy-{name}"),
    );
    let trust = r#"AssumeRolePolicyDocument={"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;
    ok(&call(one, root, &["ram", "CreateUser", &user]));
    let made = ok(&call(other, root, &["ram", "CreateAccessKey", &user]));
    let user_key = Credentials::of(&made["AccessKey"]);
    denied(&call(one, &user_key, &["ram", "ListUsers"]));
    ok(&call(
        other,
        root,
        &[
            "ram",
            "CreatePolicy",
            &policy,
            &format!("PolicyDocument={ALLOW}"),
        ],
    ));
    let send = |server: &Server, what: &str, principal: &str| {
        let arguments = ["ram", what, "PolicyType=Custom", &policy, principal];
        ok(&call(server, root, &arguments))
    };
    send(one, "AttachPolicyToUser", &user);
    ok(&call(other, &user_key, &["ram", "ListUsers"]));
    let role_made = ok(&call(one, root, &["ram", "CreateRole", &role, trust]));
    let arn = format!("RoleArn={}", role_made["Role"]["Arn"].as_str().unwrap());
    send(other, "AttachPolicyToRole", &role);
    for (issuer, taker) in [(one, other), (other, one)] {
        let assume = ["sts", "AssumeRole", &arn, "RoleSessionName=together"];
        let session = ok(&call(issuer, &user_key, &assume));
        let session = Credentials::of(&session["Credentials"]);
        ok(&call(taker, &session, &["ram", "ListRoles"]));
        send(issuer, "DetachPolicyFromRole", &role);
        denied(&call(taker, &session, &["ram", "ListRoles"]));
        send(taker, "AttachPolicyToRole", &role);
        ok(&call(issuer, &session, &["ram", "ListRoles"]));
    }
    send(other, "DetachPolicyFromUser", &user);
    denied(&call(one, &user_key, &["ram", "ListUsers"]));
    denied(&call(other, &user_key, &["ram", "ListUsers"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_release_before_works_on_the_schema_of_this_one() {
    let home = tempfile::tempdir().unwrap();
    let made = output(rampart(home.path(), &["key", "generate"]));
    std::fs::write(home.path().join("master.key"), made.stdout).unwrap();
    let database = Database::create().await;
    let release = |binary, name| Release {
        binary,
        home: home.path(),
        name,
        url: &database.url,
    };
    let before = release(previous(), "before");
    let this = release(PathBuf::from(env!("CARGO_BIN_EXE_rampart")), "this");

    // The release before is there first; it serves while this one brings the schema up to date.
    let old = before.start();
    let kept = std::fs::read_to_string(home.path().join("before/root-credentials.json")).unwrap();
    let root = Credentials::of(&serde_json::from_str(&kept).unwrap());
    ok(&call(
        &old,
        &root,
        &["ram", "CreateUser", "UserName=from-before"],
    ));
    let new = this.start();
    ok(&call(
        &new,
        &root,
        &["ram", "GetUser", "UserName=from-before"],
    ));
    work_together(&old, &new, &root, "a");
    work_together(&new, &old, &root, "b");

    // And so does this one beside what comes next, if that only adds.
    run(&database.url, EXPAND).await;
    work_together(&old, &new, &root, "c");
    // Both can be started anew: a server that fails meanwhile comes back, and so does the release
    // before where the operator goes back to it.
    old.stop();
    new.stop();
    let (old, new) = (before.start(), this.start());
    work_together(&new, &old, &root, "d");
    ok(&call(
        &old,
        &root,
        &["ram", "GetUser", "UserName=from-before"],
    ));
    old.stop();
    new.stop();
    database.remove().await;
}
