//! `rampart call`, and the line that the first start prints.

use std::process::Command;

use crate::listeners::certificate;
use crate::server::{Server, output, rampart};

/// The line that is printed for pasting, run by a shell.
fn paste(server: &Server, dir: &std::path::Path) -> String {
    let line = server
        .printed
        .lines()
        .find(|line| line.contains(" call sts "))
        .unwrap()
        .trim();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_printed_line_works_when_pasted() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for arguments in [&[][..], &["--ephemeral"]] {
        let server = Server::start(dir.path(), arguments);
        let answer = paste(&server, elsewhere.path());
        assert!(answer.contains("\"IdentityType\":\"Account\""), "{answer}");
        server.stop();
    }
}

#[test]
fn both_schemes_and_both_formats() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    let call = |arguments: &[&str]| output(rampart(dir.path(), &[&["call"], arguments].concat()));
    for scheme in ["acs3", "rpc"] {
        let name = format!("UserName={scheme}");
        let made = call(&[
            "ram",
            "CreateUser",
            &name,
            "Comments=a b*~é",
            "--scheme",
            scheme,
        ]);
        assert!(made.status.success(), "{made:?}");
        let xml = call(&[
            "ram", "GetUser", &name, "--scheme", scheme, "--format", "xml",
        ]);
        let text = String::from_utf8(xml.stdout).unwrap();
        assert!(text.contains("<Comments>a b*~é</Comments>"), "{text}");
    }
    let missing = call(&["ram", "GetUser", "UserName=nobody"]);
    assert_eq!(missing.status.code(), Some(1));
    let error = String::from_utf8(missing.stderr).unwrap();
    assert!(error.contains("EntityNotExist.User"), "{error}");
    server.stop();
}

#[test]
fn credentials_come_from_flags_the_environment_or_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    let identity = ["call", "sts", "GetCallerIdentity"];
    let mut wrong = rampart(dir.path(), &identity);
    wrong.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAInobody");
    wrong.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "x");
    let wrong = output(wrong);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    assert!(
        String::from_utf8(wrong.stderr)
            .unwrap()
            .contains("InvalidAccessKeyId.NotFound")
    );
    let arguments = [&identity[..], &["--data-dir", "rampart-data"]].concat();
    let mut named = rampart(dir.path(), &arguments);
    named.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAInobody");
    named.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "x");
    assert!(
        output(named).status.success(),
        "a directory that is named wins"
    );
    server.stop();

    let elsewhere = tempfile::tempdir().unwrap();
    let none = output(rampart(elsewhere.path(), &identity));
    assert_eq!(none.status.code(), Some(2));
    assert!(
        String::from_utf8(none.stderr)
            .unwrap()
            .contains("no credentials")
    );
}

#[test]
fn over_tls_with_a_certificate_that_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(dir.path());
    let server = Server::start(dir.path(), &["--tls-cert", &cert, "--tls-key", &key]);
    let identity = ["call", "sts", "GetCallerIdentity"];
    let trusting = [&identity[..], &["--ca-file", &cert]].concat();
    let answer = output(rampart(dir.path(), &trusting));
    assert!(answer.status.success(), "{answer:?}");
    let distrusting = output(rampart(dir.path(), &identity));
    assert_eq!(distrusting.status.code(), Some(2), "{distrusting:?}");
    server.stop();
}
