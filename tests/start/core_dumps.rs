//! What is in memory stays there: a server that crashes leaves no core file.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::server::{Server, entries};

/// Runs a program where core files may be as large as they like.
fn unlimited(dir: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"ulimit -c unlimited; exec "$0" "$@""#, program])
        .args(arguments)
        .current_dir(dir);
    command
}

fn abort(pid: u32) {
    let status = Command::new("kill")
        .args(["-s", "ABRT", &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// How another program ends here that is made to dump its core.
fn ordinary(dir: &Path) -> ExitStatus {
    let mut child = unlimited(dir, "sleep", &["60"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    // `exec` has to come first, else the shell is what is killed.
    let comm = format!("/proc/{}/comm", child.id());
    while std::fs::read_to_string(&comm).unwrap().trim() != "sleep" {
        std::thread::yield_now();
    }
    abort(child.id());
    child.wait().unwrap()
}

#[test]
fn t23_a_crash_leaves_no_core() {
    let dir = tempfile::tempdir().unwrap();
    let control = tempfile::tempdir().unwrap();
    let dumps_here = ordinary(control.path()).core_dumped();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--ephemeral"];
    let start = || Server::spawn(unlimited(dir.path(), env!("CARGO_BIN_EXE_rampart"), &serve));

    // By the limit.
    let mut server = start();
    let pid = server.child.id();
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let figures: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(figures, ["0", "0"], "{core}");
    // What cannot be dumped belongs to root there, and nobody else may attach to it.
    let owner = std::fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid();
    assert_eq!(owner, 0);
    abort(pid);
    assert!(!server.child.wait().unwrap().core_dumped());

    assert_eq!(entries(dir.path()), [""; 0]);
    println!("an ordinary program dumps its core here: {dumps_here}");
}
