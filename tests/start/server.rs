//! A server process of a test's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A call of the binary in `dir`, with nothing of ours in its environment.
pub(crate) fn rampart(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command.args(arguments).current_dir(dir);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("RAMPART_") || name.starts_with("ALIBABA_") {
            command.env_remove(name);
        }
    }
    command
}

/// A call that must end by itself, soon.
pub(crate) fn output(mut command: Command) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let give_up = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > give_up {
            child.kill().unwrap();
            panic!("still running: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// The standard error stream of a start that must be refused.
pub(crate) fn refused(command: Command) -> String {
    let output = output(command);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A server that listens. Dropped, it is killed.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// What it printed up to and with the line that says where it listens.
    pub(crate) printed: String,
    /// As it is printed: `http://127.0.0.1:<port>`.
    pub(crate) endpoint: String,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the binary on a free port of loopback, unless the arguments say otherwise.
    pub(crate) fn start(dir: &Path, arguments: &[&str]) -> Self {
        let mut command = rampart(dir, &["serve"]);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(arguments);
        Self::spawn(command)
    }

    /// Starts it with variables too.
    pub(crate) fn start_with(dir: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = rampart(dir, &["serve", "--listen", "127.0.0.1:0"]);
        command.envs(variables.iter().copied());
        Self::spawn(command)
    }

    #[expect(clippy::zombie_processes, reason = "`drop` waits for it")]
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let ended = stdout.read_line(&mut line).unwrap() == 0;
            assert!(!ended, "it did not start: {printed} {:?}", child.wait());
            printed.push_str(&line);
            if let Some(endpoint) = line.strip_prefix("listening on ") {
                return Self {
                    child,
                    endpoint: endpoint.trim().to_owned(),
                    printed,
                    _stdout: stdout,
                };
            }
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let (_, address) = self.endpoint.split_once("://").unwrap();
        address.replace("localhost", "127.0.0.1").parse().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address())
    }

    pub(crate) fn get(&self, path: &str) -> String {
        get(self.address(), path)
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Waits for the end: the exit code, and what was written to the standard error stream.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < give_up, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap().code(), text)
    }

    /// Stops it cleanly.
    pub(crate) fn stop(self) {
        self.signal("TERM");
        let (code, text) = self.end();
        assert_eq!(code, Some(0), "{text}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    stream
}

/// The whole answer to a GET, head and body.
pub(crate) fn get(address: SocketAddr, path: &str) -> String {
    exchange(
        connect(address),
        &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    )
}

/// Sends, and reads until the server closes. A reset after an answer was read is an end too.
pub(crate) fn exchange(mut stream: TcpStream, text: &str) -> String {
    // The server may answer and close before it has read all.
    let _ = stream.write_all(text.as_bytes());
    read_all(stream)
}

pub(crate) fn read_all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&answer)),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Names of everything in a directory.
pub(crate) fn entries(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
