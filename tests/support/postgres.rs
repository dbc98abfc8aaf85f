//! A PostgreSQL server for tests, and a database of it for each test.
//!
//! The server is the one at `RAMPART_TEST_POSTGRES_URL` where that is set (its user must be allowed
//! to create databases). Else Debian's server is started once per test process, in a directory of
//! its own, and stopped when the process ends, however it ends. Without either the test fails.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

/// Runs when its input ends, which is when the test process is gone: stops the server for good.
const GUARD: &str =
    r#"trap '' INT TERM HUP; read -r _; "$1" -D "$2/data" -m immediate stop; rm -rf "$2""#;

/// A running server; `guard` is held for its input, which must stay open.
struct Server {
    url: String,
    _guard: Option<Child>,
}

/// A database of its own, empty until a store is opened on it.
pub(crate) struct Database {
    name: String,
    /// What a store is opened with.
    pub(crate) url: String,
}

impl Database {
    /// Makes a database.
    pub(crate) async fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rampart_test_{}_{number}", std::process::id());
        run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let server = server_url();
        let (base, parameters) = server.split_once('?').unwrap_or((server, ""));
        let after_scheme = base.find("://").expect("a URL") + 3;
        let host = base[after_scheme..]
            .find('/')
            .map_or(base, |slash| &base[..after_scheme + slash]);
        let url = format!("{host}/{name}?{parameters}");
        Self { name, url }
    }

    /// What the server calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Removes the database.
    pub(crate) async fn remove(self) {
        run(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ))
        .await;
    }
}

/// Runs an administrator's statement. Names are made above, so they need no quoting.
async fn run(statement: &str) {
    let options: sqlx::postgres::PgConnectOptions = server_url().parse().expect("a valid URL");
    let mut connection: PgConnection = options
        .connect()
        .await
        .expect("the PostgreSQL server of the tests answers");
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .expect("the tests' user may create databases");
    connection.close().await.expect("the server takes leave");
}

fn server_url() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        std::env::var_os("RAMPART_TEST_POSTGRES_URL").map_or_else(start, |url| Server {
            url: url.into_string().expect("a URL is text"),
            _guard: None,
        })
    });
    &server.url
}

fn start() -> Server {
    let Some(tools) = tools() else {
        panic!(
            "no PostgreSQL: set RAMPART_TEST_POSTGRES_URL, or install the server (Debian: \
             postgresql) so that initdb and pg_ctl are in PATH or /usr/lib/postgresql/*/bin"
        );
    };
    let directory = tempfile::Builder::new()
        .prefix("rampart-postgres-")
        .tempdir()
        .expect("a temporary directory can be made")
        .keep();
    let shown = directory.display();
    if is_root() {
        check(Command::new("chown").arg("postgres").arg(&directory));
    }
    // Another order than the bytes' by default, so that a column without COLLATE "C" shows.
    check(unprivileged(&tools.join("initdb")).args([
        "--pgdata",
        &format!("{shown}/data"),
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=icu",
        "--icu-locale=en-US",
        "--no-sync",
    ]));
    // Nothing here outlives the process, so nothing waits for the disk.
    check(unprivileged(&tools.join("pg_ctl")).args([
        "--pgdata",
        &format!("{shown}/data"),
        "--log",
        &format!("{shown}/log"),
        "--wait",
        "--options",
        &format!(
            "-c listen_addresses='' -c unix_socket_directories={shown} -c fsync=off \
             -c full_page_writes=off -c max_connections=300 -c shared_buffers=32MB"
        ),
        "start",
    ]));
    let guard = unprivileged(Path::new("setsid"))
        .args(["sh", "-c", GUARD, "guard"])
        .arg(tools.join("pg_ctl"))
        .arg(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server's guard starts");
    Server {
        url: format!("postgres://postgres@localhost/postgres?host={shown}"),
        _guard: Some(guard),
    }
}

/// Where the server's programs are.
fn tools() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    std::env::split_paths(&path)
        .chain(debian.flatten().map(|version| version.path().join("bin")))
        .find(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file())
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// A command as an ordinary user: the server does not run as root.
fn unprivileged(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Runs a command to its end. Its output goes to a file, not to a pipe: a server that it leaves
/// running would hold the pipe open.
fn check(command: &mut Command) {
    let output = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let writer = || output.reopen().expect("it can be opened twice");
    let status = command.stdout(writer()).stderr(writer()).status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{command:?}: {status:?}\n{}",
        std::fs::read_to_string(output.path()).unwrap_or_default()
    );
}
