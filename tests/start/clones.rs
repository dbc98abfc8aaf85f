//! A clone of a PostgreSQL database does not run as its original; the operator says what it is.

use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::postgres::Database;
use crate::server::{Server, output, rampart, refused};

/// One original with a role that its user may take, and clones of it.
struct Originals {
    dir: tempfile::TempDir,
    database: Database,
    /// Whence databases are dropped and made.
    admin: Database,
}

/// Access key id, secret, and a session's token.
type Keys = (String, String, Option<String>);

impl Originals {
    async fn begin() -> Self {
        let (database, admin) = (Database::create().await, Database::create().await);
        let dir = tempfile::tempdir().unwrap();
        let key = output(rampart(dir.path(), &["key", "generate"])).stdout;
        std::fs::write(dir.path().join("key"), key).unwrap();
        Self {
            dir,
            database,
            admin,
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A database that holds what the original holds, as a template or a restored dump does.
    async fn clone_database(&self) -> Database {
        let clone = Database::create().await;
        let mut admin = PgConnection::connect(&self.admin.url).await.unwrap();
        for statement in [
            format!("DROP DATABASE {}", clone.name()),
            format!(
                "CREATE DATABASE {} TEMPLATE {}",
                clone.name(),
                self.database.name()
            ),
        ] {
            admin.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        admin.close().await.unwrap();
        clone
    }

    fn start(&self, database: &Database, data_dir: &str) -> Server {
        Server::start(self.path(), &arguments(database, data_dir))
    }

    fn refusal(&self, database: &Database, data_dir: &str) -> String {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let all = [&serve[..], &arguments(database, data_dir)].concat();
        refused(rampart(self.path(), &all))
    }

    fn adopt(&self, database: &Database, data_dir: &str, how: &[&str]) -> Result<Value, String> {
        let command = ["key", "adopt-database", "--format", "json"];
        let all = [&command[..], how, &arguments(database, data_dir)].concat();
        let output = output(rampart(self.path(), &all));
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }

    /// A call's answer, or what it was refused with.
    fn call(&self, server: &Server, keys: &Keys, call: &[&str]) -> Result<Value, String> {
        let mut command = rampart(self.path(), &["call", "--endpoint", &server.endpoint]);
        command
            .args(call)
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &keys.0)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &keys.1);
        if let Some(token) = &keys.2 {
            command.env("ALIBABA_CLOUD_SECURITY_TOKEN", token);
        }
        let output = output(command);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).unwrap())
        } else {
            Err(text(&output.stdout) + &text(&output.stderr))
        }
    }

    fn root(&self) -> Keys {
        let file = self.path().join("original/root-credentials.json");
        let json: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        keys(&json)
    }

    /// A user who may take the role `Taken`, made on the original.
    fn user(&self, server: &Server) -> Keys {
        let root = self.root();
        let root_call = |call: &[&str]| self.call(server, &root, call).unwrap();
        let trust = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["*"]}}]}"#;
        let trust = format!("AssumeRolePolicyDocument={trust}");
        root_call(&["ram", "CreateRole", "RoleName=Taken", &trust]);
        root_call(&["ram", "CreateUser", "UserName=alice"]);
        root_call(&[
            "ram",
            "AttachPolicyToUser",
            "UserName=alice",
            "PolicyType=System",
            "PolicyName=AliyunSTSAssumeRoleAccess",
        ]);
        let made = root_call(&["ram", "CreateAccessKey", "UserName=alice"]);
        keys(&made["AccessKey"])
    }

    fn session(&self, server: &Server, user: &Keys) -> Keys {
        let who = self.call(server, user, &["sts", "GetCallerIdentity"]);
        let account = who.unwrap()["AccountId"].as_str().unwrap().to_owned();
        let role = format!("RoleArn=acs:ram::{account}:role/Taken");
        let call = ["sts", "AssumeRole", &role, "RoleSessionName=session"];
        keys(&self.call(server, user, &call).unwrap()["Credentials"])
    }

    fn is_taken(&self, server: &Server, session: &Keys) -> Result<Value, String> {
        self.call(server, session, &["sts", "GetCallerIdentity"])
    }

    async fn end(self, clone: Database) {
        clone.remove().await;
        self.database.remove().await;
        self.admin.remove().await;
    }
}

fn keys(json: &Value) -> Keys {
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    let token = json["SecurityToken"].as_str().map(str::to_owned);
    (text("AccessKeyId"), text("AccessKeySecret"), token)
}

fn arguments<'a>(database: &'a Database, data_dir: &'a str) -> [&'a str; 6] {
    [
        "--database",
        &database.url,
        "--master-key-file",
        "key",
        "--data-dir",
        data_dir,
    ]
}

#[tokio::test]
async fn t09_a_clone_mints_nothing_that_the_original_takes() {
    let originals = Originals::begin().await;
    let server = originals.start(&originals.database, "original");
    let user = originals.user(&server);
    let before = originals.session(&server, &user);
    server.stop();
    let clone = originals.clone_database().await;
    let original = originals.start(&originals.database, "original");

    // Neither with a directory of its own nor with the original's.
    for data_dir in ["clone", "of-original"] {
        let directory = originals.path().join(data_dir);
        std::fs::create_dir_all(&directory).unwrap();
        if data_dir == "of-original" {
            let from = originals.path().join("original/incarnation");
            std::fs::copy(from, directory.join("incarnation")).unwrap();
        }
        let error = originals.refusal(&clone, data_dir);
        assert!(error.contains("the database is a copy"), "{error}");
        assert!(
            error.contains("`rampart key adopt-database --as copy`"),
            "{error}"
        );
    }
    // The database that is no copy is left alone.
    let own = originals.adopt(&originals.database, "elsewhere", &["--as", "copy"]);
    assert!(own.unwrap_err().contains("nothing in the database shows"));

    let adopted = originals.adopt(&clone, "clone", &["--as", "copy"]).unwrap();
    // The secrets of root and of alice, and the key that nonces are hashed under.
    assert_eq!(adopted["SealedAnew"], 3, "{adopted}");
    let copy = originals.start(&clone, "clone");
    // Every key is as good there as it was, and what each mints is its own.
    for keys in [&originals.root(), &user] {
        originals.is_taken(&copy, keys).unwrap();
    }
    let of_copy = originals.session(&copy, &user);
    let of_original = originals.session(&original, &user);
    originals.is_taken(&copy, &of_copy).unwrap();
    for session in [&before, &of_original] {
        originals.is_taken(&original, session).unwrap();
        let error = originals.is_taken(&copy, session).unwrap_err();
        assert!(error.contains("InvalidSecurityToken.Malformed"), "{error}");
    }
    let error = originals.is_taken(&original, &of_copy).unwrap_err();
    assert!(error.contains("InvalidSecurityToken.Malformed"), "{error}");
    copy.stop();
    // A physical copy does not show that it is one.
    let again = originals.adopt(&clone, "clone", &["--as", "copy", "--unchecked"]);
    assert_ne!(again.unwrap()["Incarnation"], adopted["Incarnation"]);
    let copy = originals.start(&clone, "clone");
    originals.is_taken(&copy, &user).unwrap();
    let error = originals.is_taken(&copy, &of_copy).unwrap_err();
    assert!(error.contains("InvalidSecurityToken.Malformed"), "{error}");
    copy.stop();
    original.stop();
    originals.end(clone).await;
}

#[tokio::test]
async fn what_replaces_a_lost_original_goes_on_as_it() {
    let originals = Originals::begin().await;
    let server = originals.start(&originals.database, "original");
    let user = originals.user(&server);
    let session = originals.session(&server, &user);
    server.stop();
    let restored = originals.clone_database().await;
    let error = originals.refusal(&restored, "original");
    assert!(error.contains("--as original"), "{error}");
    let adopted = originals.adopt(&restored, "original", &["--as", "original"]);
    assert_eq!(adopted.unwrap()["SealedAnew"], 0);
    let server = originals.start(&restored, "original");
    originals.is_taken(&server, &session).unwrap();
    originals.is_taken(&server, &user).unwrap();
    server.stop();
    // Nothing is sealed under the key of something else.
    let other = output(rampart(originals.path(), &["key", "generate"])).stdout;
    std::fs::write(originals.path().join("key"), other).unwrap();
    let error = originals
        .adopt(&restored, "original", &["--as", "copy", "--unchecked"])
        .unwrap_err();
    assert!(error.contains("is this the master key"), "{error}");
    originals.end(restored).await;
}
