//! The release before, built from the history.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Its last commit. At a release this becomes the commit of the one before.
const PREVIOUS: &str = "6f0ebf95664577ef075ec59ba6f3bc4a7638b534";

/// The binary; built where it is not there yet.
pub(crate) fn previous() -> PathBuf {
    let home = target().join("previous").join(PREVIOUS);
    let kept = home.join("rampart");
    if kept.exists() {
        return kept;
    }
    let source = home.join("source");
    let _ = std::fs::remove_dir_all(&source);
    std::fs::create_dir_all(&source).unwrap();
    extract(&source);
    rename_binary(&source);
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--locked", "--bin", "rampart-previous"])
        .current_dir(&source)
        // Where the dependencies are that both have; its own binary has another name.
        .env("CARGO_TARGET_DIR", target());
    // What this test was built with is not for that build.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().into_owned();
        if text.starts_with("CARGO_PKG_") || text == "CARGO_MANIFEST_DIR" {
            build.env_remove(name);
        }
    }
    assert!(build.status().unwrap().success(), "{build:?}");
    let made = target().join("debug/rampart-previous");
    let draft = home.join("rampart.new");
    std::fs::copy(made, &draft).unwrap();
    std::fs::rename(&draft, &kept).unwrap();
    std::fs::remove_dir_all(&source).unwrap();
    kept
}

/// The directory that this test was built into: `…/debug/deps/previous-…` is two below it.
fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(3).unwrap().to_owned()
}

fn extract(into: &Path) {
    let root = env!("CARGO_MANIFEST_DIR");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-C", root]).args(arguments);
        git
    };
    let commit = format!("{PREVIOUS}^{{commit}}");
    let found = git(&["cat-file", "-e", &commit])
        .stderr(Stdio::null())
        .status();
    assert!(
        found.is_ok_and(|status| status.success()),
        "commit {PREVIOUS}, the release before, is not in this repository's history: a shallow \
         clone needs `git fetch --unshallow`, and without git there is no such test"
    );
    let mut archive = git(&["archive", PREVIOUS])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let unpacked = Command::new("tar")
        .args(["-x", "-C"])
        .arg(into)
        .stdin(archive.stdout.take().unwrap())
        .status();
    assert!(archive.wait().unwrap().success());
    assert!(unpacked.unwrap().success());
}

/// Two binaries of one name in one directory would take each other's place.
fn rename_binary(source: &Path) {
    let path = source.join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let before = "[[bin]]\nname = \"rampart\"";
    assert_eq!(manifest.matches(before).count(), 1);
    let after = "[[bin]]\nname = \"rampart-previous\"";
    std::fs::write(&path, manifest.replace(before, after)).unwrap();
}
