//! The servers under load: child processes, on a core of their own, ended by their id and only by it.

use std::ffi::OsString;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Result;
use crate::client::Caller;
use crate::sign::Key;

const ACCOUNT: &str = "1234567890123456";
const USER: &str = "load";

/// Root's fixed key; it is worth nothing outside the run.
pub(crate) fn root() -> Key {
    Key {
        id: "LTAI5tLoadGeneratorRoot1".to_owned(),
        secret: "LoadGeneratorRootSecret0000001".to_owned(),
    }
}

/// The binary under test: `RAMPART_BIN`, else the one that cargo built beside this one.
pub(crate) fn rampart_binary() -> Result<PathBuf> {
    let path = std::env::var_os("RAMPART_BIN")
        .unwrap_or_else(|| OsString::from(env!("CARGO_BIN_EXE_rampart")));
    let path = PathBuf::from(path);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!(
            "`{}` is not there; build it, or name it in RAMPART_BIN",
            path.display()
        )
        .into())
    }
}

/// Where Rampart keeps its data.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    Ephemeral,
    Directory(&'a Path),
    Postgres {
        url: &'a str,
        directory: &'a Path,
        master_key: &'a Path,
    },
}

/// A command for Rampart, without the settings of whoever runs this.
fn rampart(command: &mut Command, address: SocketAddr, data: Data<'_>) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RAMPART_") {
            command.env_remove(name);
        }
    }
    let root = root();
    command.env("RAMPART_ACCOUNT_ID", ACCOUNT);
    command.env("RAMPART_ROOT_ACCESS_KEY_ID", root.id);
    command.env("RAMPART_ROOT_ACCESS_KEY_SECRET", root.secret);
    command.args(["serve", "--listen", &address.to_string()]);
    match data {
        Data::Ephemeral => command.arg("--ephemeral"),
        Data::Directory(path) => command.arg("--data-dir").arg(path),
        Data::Postgres {
            url,
            directory,
            master_key,
        } => command
            .env("RAMPART_DATABASE", url)
            .env("RAMPART_MASTER_KEY_FILE", master_key)
            .arg("--data-dir")
            .arg(directory),
    };
}

/// A child process that serves.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Holds what the process prints.
    directory: TempDir,
}

impl Server {
    pub(crate) fn rampart(core: Option<u16>, data: Data<'_>) -> Result<Self> {
        let address = free_address()?;
        let mut command = on_core(core, rampart_binary()?);
        rampart(&mut command, address, data);
        Self::start(command, address)
    }

    /// This program once more, with another command.
    pub(crate) fn own(core: u16, role: &str, options: &[&str]) -> Result<Self> {
        let address = free_address()?;
        let mut command = on_core(Some(core), std::env::current_exe()?);
        command
            .args([role, &address.port().to_string()])
            .args(options);
        Self::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let log = File::create(directory.path().join("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn().map_err(|error| {
            format!(
                "cannot start `{}`: {error}",
                command.get_program().display()
            )
        })?;
        let mut server = Self {
            child,
            address,
            directory,
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!(
                    "a server ended with {status} before it listened:\n{}",
                    server.log()
                )
                .into());
            }
            if Instant::now() > deadline {
                return Err(
                    format!("a server did not listen within 30 s:\n{}", server.log()).into(),
                );
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(server)
    }

    /// The last lines that the process printed.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read(self.directory.path().join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Asks the process to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while asked.success() && Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("a server did not stop within 20 s of SIGTERM".into())
    }

    /// CPU time that the process has used, user and system.
    pub(crate) fn cpu(&self, ticks_per_second: f64) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, in brackets, may contain blanks. utime and stime are fields 14 and 15; what
        // follows the name begins with field 3.
        let fields = stat
            .rsplit_once(')')
            .map_or("", |(_, rest)| rest)
            .split_whitespace();
        let times: Vec<f64> = fields
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse().ok())
            .collect();
        if times.len() == 2 {
            Ok((times[0] + times[1]) / ticks_per_second)
        } else {
            Err("cannot read the CPU time of a server".into())
        }
    }

    /// Resident bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .ok_or("cannot read the memory of a server")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, or by `stop`; then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn on_core(core: Option<u16>, program: PathBuf) -> Command {
    let Some(core) = core else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program);
    command
}

/// Moves this process to the generator's core.
pub(crate) fn move_to_core(core: u16) -> Result<()> {
    let moved = Command::new("taskset")
        .args([
            "-a",
            "-c",
            "-p",
            &core.to_string(),
            &std::process::id().to_string(),
        ])
        .output()?;
    if moved.status.success() {
        Ok(())
    } else {
        Err(format!(
            "core {core} cannot be used: {}",
            String::from_utf8_lossy(&moved.stderr)
        )
        .into())
    }
}

/// How many ticks `/proc` counts in a second.
pub(crate) fn ticks_per_second() -> Result<f64> {
    let output = Command::new("getconf").arg("CLK_TCK").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// What the load is signed by and asks for.
pub(crate) struct Subject {
    pub(crate) key: Key,
    pub(crate) role_arn: String,
}

pub(crate) fn trust_policy() -> String {
    format!(
        r#"{{"Statement":[{{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{{"RAM":["acs:ram::{ACCOUNT}:root"]}}}}],"Version":"1"}}"#
    )
}

pub(crate) fn role_arn(name: &str) -> String {
    format!("acs:ram::{ACCOUNT}:role/{name}")
}

/// A user with a key, who may assume a role that trusts the account.
pub(crate) fn set_up(server: SocketAddr) -> Result<Subject> {
    let mut root = Caller::connect(server, &root())?;
    root.ram("CreateUser", &[("UserName", USER)])?;
    let answer = root.ram("CreateAccessKey", &[("UserName", USER)])?;
    let member = |name| {
        answer["AccessKey"][name]
            .as_str()
            .map(str::to_owned)
            .ok_or("CreateAccessKey answered without a key")
    };
    let key = Key {
        id: member("AccessKeyId")?,
        secret: member("AccessKeySecret")?,
    };
    let policy = format!(
        r#"{{"Statement":[{{"Action":"sts:AssumeRole","Effect":"Allow","Resource":"acs:ram:*:{ACCOUNT}:role/load*"}}],"Version":"1"}}"#
    );
    root.ram(
        "CreatePolicy",
        &[("PolicyName", "load"), ("PolicyDocument", &policy)],
    )?;
    root.ram(
        "AttachPolicyToUser",
        &[
            ("PolicyType", "Custom"),
            ("PolicyName", "load"),
            ("UserName", USER),
        ],
    )?;
    root.ram(
        "CreateRole",
        &[
            ("RoleName", "load"),
            ("AssumeRolePolicyDocument", &trust_policy()),
        ],
    )?;
    Ok(Subject {
        key,
        role_arn: role_arn("load"),
    })
}
