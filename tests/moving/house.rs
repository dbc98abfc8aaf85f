//! A database with something of everything in it, and what is asked of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection,
};
use tempfile::TempDir;

use crate::postgres::Database;
use crate::server::{Server, output, rampart, refused};

const SEED: &str = r#"
accounts:
- id: "1111222233334444"
  name: "naïve \"quotes\" \\ and 漢字"
  alias: second-one
  root:
    access_keys:
    - { id: LTAI5tSecondRoot00000000, secret: "a-secret-of-the-second-root" }
  policies:
  - name: Read-Logs
    document: { Version: "1", Statement: [ { Effect: Allow, Action: ["log:Get*", "ram:ChangePassword"], Resource: "*" } ] }
  users:
  - name: Alice
    access_keys:
    - { id: LTAI5tAlice0000000000000, secret: "a-secret-of-alice-for-tests" }
    policies: [System/AliyunSTSAssumeRoleAccess, Custom/Read-Logs]
  - name: leaving
  roles:
  - name: Auditor
    max_session_duration: 7200
    trust_policy:
      Version: "1"
      Statement:
      - Effect: Allow
        Action: sts:AssumeRole
        Principal: { RAM: "acs:ram::1111222233334444:root" }
    policies: [Custom/Read-Logs, System/AliyunRAMReadOnlyAccess]
service_keys:
- { id: LTAI5tPolarDB00000000000, secret: "a-secret-of-a-service-here", service: polardb.aliyuncs.com, any_account: true }
"#;

/// Root's key of the seed's account.
pub(crate) const ROOT: [&str; 2] = ["LTAI5tSecondRoot00000000", "a-secret-of-the-second-root"];
const POLARDB: [&str; 2] = ["LTAI5tPolarDB00000000000", "a-secret-of-a-service-here"];
const ALICE: [&str; 2] = ["LTAI5tAlice0000000000000", "a-secret-of-alice-for-tests"];

/// A database, as the command line names it.
pub(crate) struct Place {
    pub(crate) url: String,
    /// The data directory of servers on it.
    pub(crate) data_dir: PathBuf,
    pub(crate) master_key: PathBuf,
}

impl Place {
    /// An embedded database in a directory of its own.
    pub(crate) fn file(home: &Path, name: &str) -> Self {
        let data_dir = home.join(name);
        Self {
            url: format!("sqlite://{}", data_dir.join("rampart.db").display()),
            master_key: data_dir.join("master.key"),
            data_dir,
        }
    }

    /// A database on the server, with a master key of its own.
    pub(crate) fn postgres(home: &Path, name: &str, database: &Database) -> Self {
        let master_key = home.join(format!("{name}.key"));
        let made = output(rampart(home, &["key", "generate"]));
        std::fs::write(&master_key, made.stdout).unwrap();
        Self {
            url: database.url.clone(),
            data_dir: home.join(name),
            master_key,
        }
    }

    pub(crate) fn is_file(&self) -> bool {
        self.url.starts_with("sqlite")
    }

    /// The flags of a server on it.
    fn flags(&self) -> Vec<&str> {
        let mut flags = vec!["--data-dir", self.data_dir.to_str().unwrap()];
        if !self.is_file() {
            let key = self.master_key.to_str().unwrap();
            flags.extend(["--database", &self.url, "--master-key-file", key]);
        }
        flags
    }

    pub(crate) fn start(&self) -> Server {
        Server::start(Path::new("/"), &self.flags())
    }

    /// What a server says that does not start on it.
    pub(crate) fn refusal(&self) -> String {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        refused(rampart(
            Path::new("/"),
            &[&serve[..], &self.flags()].concat(),
        ))
    }

    /// Fills it; answers the credentials of a session.
    pub(crate) fn fill(&self, home: &Path) -> Session {
        let seed = home.join("seed.yaml");
        std::fs::write(&seed, SEED).unwrap();
        let mut flags = self.flags();
        flags.extend(["--seed", seed.to_str().unwrap()]);
        let server = Server::start(Path::new("/"), &flags);
        let metadata = STANDARD.encode(include_str!("../vectors/saml/metadata.xml"));
        for call in [
            &["ram", "DeleteUser", "UserName=leaving"][..],
            &["ram", "CreateGroup", "GroupName=Readers"],
            &[
                "ram",
                "AddUserToGroup",
                "UserName=Alice",
                "GroupName=Readers",
            ],
            &[
                "ram",
                "CreateLoginProfile",
                "UserName=Alice",
                "Password=password-of-alice",
            ],
            &[
                "ram",
                "CreateVirtualMFADevice",
                "VirtualMFADeviceName=phone",
            ],
            &[
                "ims",
                "CreateOIDCProvider",
                "OIDCProviderName=Idp",
                "IssuerUrl=https://idp.example",
            ],
            &[
                "ims",
                "CreateSAMLProvider",
                "SAMLProviderName=Sso",
                &format!("EncodedSAMLMetadataDocument={metadata}"),
            ],
            &[
                "ram",
                "CreateRole",
                "RoleName=Tagged",
                "Tag.1.Key=team",
                "Tag.1.Value=storage",
                "AssumeRolePolicyDocument={\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"*\"}}]}",
            ],
        ] {
            let answer = call_as(&server, ROOT, call);
            assert!(answer.status.success(), "{answer:?}");
        }
        // A role that its service uses, and that was to go nevertheless.
        let linked = "RoleName=AliyunServiceRoleForPolarDB";
        let arn = "RoleArn=acs:ram::1111222233334444:role/aliyunserviceroleforpolardb";
        for (key, call) in [
            (
                ROOT,
                &[
                    "ram",
                    "CreateServiceLinkedRole",
                    "ServiceName=polardb.aliyuncs.com",
                ][..],
            ),
            (
                POLARDB,
                &[
                    "rampart",
                    "PutServiceLinkedRoleUsage",
                    arn,
                    "Resource=cluster",
                ],
            ),
            (ROOT, &["ram", "DeleteServiceLinkedRole", linked]),
        ] {
            let answer = call_as(&server, key, call);
            assert!(answer.status.success(), "{answer:?}");
        }
        // A refusal, for the count of refusals that the stop writes.
        let denied = call_as(&server, ALICE, &["ram", "ListUsers"]);
        assert!(!denied.status.success());
        let session = assume(&server);
        server.stop();
        session
    }
}

/// What AssumeRole gave.
pub(crate) struct Session {
    id: String,
    secret: String,
    token: String,
}

/// Alice becomes the auditor.
pub(crate) fn assume(server: &Server) -> Session {
    let answer = call_as(
        server,
        ALICE,
        &[
            "sts",
            "AssumeRole",
            "RoleArn=acs:ram::1111222233334444:role/auditor",
            "RoleSessionName=alice",
        ],
    );
    assert!(answer.status.success(), "{answer:?}");
    let json: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let of = |name: &str| json["Credentials"][name].as_str().unwrap().to_owned();
    Session {
        id: of("AccessKeyId"),
        secret: of("AccessKeySecret"),
        token: of("SecurityToken"),
    }
}

/// Sends a call that is signed with a key.
pub(crate) fn call_as(server: &Server, [id, secret]: [&str; 2], call: &[&str]) -> Output {
    let mut command = rampart(Path::new("/"), &["call"]);
    command
        .args(call)
        .args(["--endpoint", &server.endpoint])
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", id)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret);
    output(command)
}

/// Whether a session's token is taken.
pub(crate) fn is_alive(server: &Server, session: &Session) -> bool {
    let mut command = rampart(Path::new("/"), &["call", "ram", "ListUsers"]);
    command
        .args(["--endpoint", &server.endpoint])
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &session.id)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &session.secret)
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", &session.token);
    let answer = output(command);
    let said = format!("{answer:?}");
    assert!(
        answer.status.success() || said.contains("InvalidSecurityToken"),
        "{said}"
    );
    answer.status.success()
}

/// Whether the seed's account can be worked in: keys open, policies decide. Until requests of now
/// are past the moment before which they may have been taken by the original.
pub(crate) fn works(server: &Server) {
    for _ in 0..40 {
        let answer = call_as(server, ROOT, &["ram", "GetRole", "RoleName=auditor"]);
        let said = format!("{answer:?}");
        if answer.status.success() {
            assert!(said.contains("7200"), "{said}");
            drop(assume(server));
            // What is sealed is hers: the old password is right, and nothing is changed.
            let change = call_as(
                server,
                ALICE,
                &[
                    "ram",
                    "ChangePassword",
                    "OldPassword=password-of-alice",
                    "NewPassword=short",
                ],
            );
            let said = format!("{change:?}");
            assert!(
                said.contains("InvalidParameter.NewPassword.TooWeak"),
                "{said}"
            );
            return;
        }
        assert!(said.contains("InvalidTimeStamp"), "{said}");
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    panic!("requests of now are still refused");
}

/// Runs `rampart migrate-store`.
pub(crate) fn migrate(from: &Place, to: &Place) -> Output {
    let mut command = rampart(Path::new("/"), &["migrate-store", "--format", "json"]);
    command.args(["--from", &from.url, "--to", &to.url]);
    if !from.is_file() {
        command.arg("--from-master-key-file").arg(&from.master_key);
    }
    if !to.is_file() {
        command.arg("--to-master-key-file").arg(&to.master_key);
    }
    output(command)
}

/// What a command printed that did what it should.
pub(crate) fn json(done: &Output) -> Value {
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The reason of a command that did not.
pub(crate) fn reason(done: &Output) -> String {
    assert!(!done.status.success(), "{done:?}");
    assert!(done.stdout.is_empty(), "{done:?}");
    String::from_utf8(done.stderr.clone()).unwrap()
}

/// A directory for one test.
pub(crate) fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs a statement behind everybody's back; answers the first column of its rows as texts.
pub(crate) async fn sql(url: &str, statement: &str) -> Vec<String> {
    let statement = AssertSqlSafe(statement.to_owned());
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let rows = connection.fetch_all(statement).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    } else {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let rows = connection.fetch_all(statement).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}
