//! Settings: precedence, unknown keys, key paths in errors, validation; through the real binary,
//! because the environment of a process cannot be changed safely from within.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A call of `rampart check-config` with nothing of ours in its environment.
fn check(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command.arg("check-config").args(arguments).current_dir(dir);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RAMPART_") {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

/// The settings that result, by JSON pointer.
fn shown(dir: &Path, arguments: &[&str], variables: &[(&str, &str)], pointer: &str) -> String {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--show"]).collect();
    let output = check(dir, &arguments, variables);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json.pointer(pointer).unwrap().to_string()
}

/// The error's text; the settings must have been refused.
fn refused(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = check(dir, arguments, variables);
    assert_eq!(output.status.code(), Some(2), "{arguments:?} {variables:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn file(dir: &Path, text: &str) -> PathBuf {
    let path = dir.join("rampart.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_sample_file_is_current_and_its_values_are_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample = root.join("docs/rampart.example.toml");
    let output = check(dir.path(), &["--example"], &[]);
    let current = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        std::fs::read_to_string(&sample).unwrap(),
        current,
        "out of date: rampart check-config --example > docs/rampart.example.toml"
    );
    // Without the comment signs before its keys it is a file that changes nothing.
    let active: String = current
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| is_key(key)) => rest,
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(
        active.contains("\nlisten = \"127.0.0.1:7267\"\n"),
        "{active}"
    );
    let path = file(dir.path(), &active);
    let with = shown(dir.path(), &["--config", path.to_str().unwrap()], &[], "");
    assert_eq!(with, shown(dir.path(), &[], &[], ""));
}

fn is_key(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(
        dir.path(),
        "[listener]\nlisten = \"127.0.0.1:3\"\n[log]\nlevel = \"warn\"\n",
    );
    let path = path.to_str().unwrap();
    let listen = |arguments: &[&str], variables: &[(&str, &str)]| {
        shown(dir.path(), arguments, variables, "/listener/listen")
    };
    let variable = [("RAMPART_LISTEN", "127.0.0.1:2")];
    assert_eq!(listen(&[], &[]), "\"127.0.0.1:7267\"");
    assert_eq!(listen(&["--config", path], &[]), "\"127.0.0.1:3\"");
    assert_eq!(listen(&["--config", path], &variable), "\"127.0.0.1:2\"");
    assert_eq!(
        listen(&["--config", path, "--listen", "127.0.0.1:1"], &variable),
        "\"127.0.0.1:1\""
    );
    let by_variable = [("RAMPART_CONFIG", path)];
    assert_eq!(listen(&[], &by_variable), "\"127.0.0.1:3\"");
    assert_eq!(
        shown(dir.path(), &[], &by_variable, "/log/level"),
        "\"warn\""
    );
    // An empty variable is one that is not set.
    let empty = [
        ("RAMPART_LISTEN", ""),
        ("RAMPART_DATABASE", ""),
        ("RAMPART_SEED", ""),
    ];
    assert_eq!(listen(&["--config", path], &empty), "\"127.0.0.1:3\"");
    assert_eq!(shown(dir.path(), &[], &empty, "/storage/database"), "null");
}

#[test]
fn switches_and_lists_come_from_every_source() {
    let dir = tempfile::tempdir().unwrap();
    let get = |arguments: &[&str], variables: &[(&str, &str)], pointer: &str| {
        shown(dir.path(), arguments, variables, pointer)
    };
    let on = [("RAMPART_EPHEMERAL", "true")];
    assert_eq!(get(&["--ephemeral"], &[], "/storage/ephemeral"), "true");
    assert_eq!(get(&[], &on, "/storage/ephemeral"), "true");
    assert_eq!(
        get(&["--ephemeral=false"], &on, "/storage/ephemeral"),
        "false"
    );
    let seeds = [("RAMPART_SEED", "a.yaml, b.yaml")];
    assert_eq!(
        get(&[], &seeds, "/storage/seed_files"),
        "[\"a.yaml\",\"b.yaml\"]"
    );
    let flags = ["--seed", "c.yaml", "--seed", "d.yaml"];
    assert_eq!(
        get(&flags, &seeds, "/storage/seed_files"),
        "[\"c.yaml\",\"d.yaml\"]"
    );
    let proxies = [("RAMPART_TRUSTED_PROXIES", "10.0.0.0/8,::1")];
    assert_eq!(
        get(&[], &proxies, "/listener/trusted_proxies"),
        "[\"10.0.0.0/8\",\"::1\"]"
    );
}

#[test]
fn every_flag_of_a_setting_has_a_variable_and_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let pem = dir.path().join("x.pem");
    let pem = pem.to_str().unwrap();
    let cases = [
        ("RAMPART_LISTEN", "127.0.0.1:9", "/listener/listen"),
        (
            "RAMPART_ADMIN_LISTEN",
            "127.0.0.1:9",
            "/listener/admin_listen",
        ),
        (
            "RAMPART_INSECURE_PLAINTEXT",
            "true",
            "/listener/insecure_plaintext",
        ),
        ("RAMPART_DATA_DIR", "elsewhere", "/storage/data_dir"),
        ("RAMPART_DATABASE", "sqlite:x.db", "/storage/database"),
        ("RAMPART_EPHEMERAL", "true", "/storage/ephemeral"),
        ("RAMPART_SEED", "s.yaml", "/storage/seed_files"),
        ("RAMPART_MASTER_KEY_FILE", pem, "/storage/master_key_file"),
        ("RAMPART_LOG_FORMAT", "json", "/log/format"),
        ("RAMPART_LOG_LEVEL", "debug", "/log/level"),
        (
            "RAMPART_CLOCK_WINDOW_SECONDS",
            "60",
            "/api/clock_window_seconds",
        ),
        (
            "RAMPART_DEFAULT_RPC_FORMAT",
            "json",
            "/api/default_rpc_format",
        ),
        ("RAMPART_QUOTA_ROLES", "7", "/quotas/roles"),
        ("RAMPART_ACCOUNT_ID", "1234567890123456", "/account/id"),
    ];
    for (name, value, pointer) in cases {
        let default = shown(dir.path(), &[], &[], pointer);
        let set = shown(dir.path(), &[], &[(name, value)], pointer);
        assert_ne!(default, set, "{name}");
        assert!(
            set.contains(value) || set.contains("<hidden>"),
            "{name}: {set}"
        );
    }
    let tls = [("RAMPART_TLS_CERT", pem), ("RAMPART_TLS_KEY", pem)];
    assert!(shown(dir.path(), &[], &tls, "/tls/cert_file").contains("x.pem"));
}

#[test]
fn an_unknown_key_is_refused_and_named_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    for (text, key) in [
        ("[listener]\nlistn = \"127.0.0.1:1\"\n", "`listener.listn`"),
        ("listen = \"127.0.0.1:1\"\n", "`listen`"),
        ("[quota]\nroles = 1\n", "`quota`"),
        ("[quotas.more]\nroles = 1\n", "`quotas.more`"),
        ("api = { max_body_byte = 1 }\n", "`api.max_body_byte`"),
    ] {
        let path = file(dir.path(), text);
        let error = refused(dir.path(), &["--config", path.to_str().unwrap()], &[]);
        assert!(error.contains(&format!("unknown key {key}")), "{error}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_path_and_line() {
    let dir = tempfile::tempdir().unwrap();
    for (text, key, line) in [
        ("[quotas]\n\nroles = \"many\"\n", "`quotas.roles`", "line 3"),
        (
            "[listener]\nlisten = \"here\"\n",
            "`listener.listen`",
            "line 2",
        ),
        (
            "[api]\ndefault_rpc_format = \"yaml\"\n",
            "`api.default_rpc_format`",
            "line 2",
        ),
        ("[account]\nid = \"12\"\n", "`account.id`", "line 2"),
        ("listener = 3\n", "`listener`", "line 1"),
    ] {
        let path = file(dir.path(), text);
        let error = refused(dir.path(), &["--config", path.to_str().unwrap()], &[]);
        assert!(error.contains(key) && error.contains(line), "{error}");
    }
    let error = refused(dir.path(), &[], &[("RAMPART_QUOTA_ROLES", "many")]);
    assert!(
        error.contains("RAMPART_QUOTA_ROLES") && error.contains("roles"),
        "{error}"
    );
}

#[test]
fn a_broken_file_shows_no_line_of_itself() {
    let dir = tempfile::tempdir().unwrap();
    let secret = "n0t-to-be-sh0wn-anywhere";
    let text = format!("[account]\nroot_access_key_secret = \"{secret}\n");
    let path = file(dir.path(), &text);
    let error = refused(dir.path(), &["--config", path.to_str().unwrap()], &[]);
    assert!(
        error.contains("line 2") && !error.contains("n0t-to-be"),
        "{error}"
    );
    let error = refused(dir.path(), &["--config", "missing.toml"], &[]);
    assert!(error.contains("missing.toml"), "{error}");
}

#[test]
fn what_cannot_be_is_refused_and_its_key_named() {
    let dir = tempfile::tempdir().unwrap();
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("RAMPART_MAX_BODY_BYTES", "1")], "`api.max_body_bytes`"),
        (
            &[("RAMPART_CLOCK_WINDOW_SECONDS", "0")],
            "`api.clock_window_seconds`",
        ),
        (&[("RAMPART_QUOTA_ROLES", "0")], "`quotas.roles`"),
        (
            &[("RAMPART_MAX_CONNECTIONS", "0")],
            "`listener.max_connections`",
        ),
        (&[("RAMPART_TLS_CERT", "a.pem")], "`tls.key_file`"),
        (&[("RAMPART_TLS_KEY", "a.pem")], "`tls.cert_file`"),
        (&[("RAMPART_TLS", "auto")], "`tls.mode`"),
        (
            &[("RAMPART_TRUSTED_PROXIES", "10.0.0.0/40")],
            "`listener.trusted_proxies`",
        ),
        (&[("RAMPART_DATABASE", "mysql://x")], "`storage.database`"),
        (
            &[("RAMPART_DATABASE", "sqlite::memory:")],
            "`storage.database`",
        ),
        (
            &[
                ("RAMPART_DATABASE", "sqlite:x"),
                ("RAMPART_EPHEMERAL", "true"),
            ],
            "`storage.ephemeral`",
        ),
        (&[("RAMPART_LOG_LEVEL", "rampart=loud")], "`log.level`"),
        (
            &[("RAMPART_ACCOUNT_ID", "0000000000000000")],
            "`account.id`",
        ),
        (
            &[("RAMPART_ROOT_ACCESS_KEY_ID", "STS.x")],
            "`account.root_access_key_id`",
        ),
        (
            &[("RAMPART_ROOT_ACCESS_KEY_SECRET", "kXb72nQvPz41mWsLr9Tc")],
            "`account.root_access_key_id`",
        ),
        (
            &[("RAMPART_DATABASE", "postgres://localhost/x")],
            "`storage.master_key_file`",
        ),
        (
            &[
                ("RAMPART_DATABASE", "postgres://u@elsewhere/x"),
                ("RAMPART_MASTER_KEY_FILE", "key"),
            ],
            "`storage.database`",
        ),
    ];
    for (variables, key) in cases {
        let error = refused(dir.path(), &[], variables);
        assert!(error.contains(key), "{variables:?}: {error}");
    }
    let error = refused(
        dir.path(),
        &[],
        &[("RAMPART_DATABASE", "postgres://localhost/x")],
    );
    assert!(error.contains("rampart key generate"), "{error}");
}

#[test]
fn t22_a_root_secret_fixed_by_hand_is_long_and_unpublished() {
    let dir = tempfile::tempdir().unwrap();
    let with = |secret: &str| {
        let id = ("RAMPART_ROOT_ACCESS_KEY_ID", "LTAIroot");
        check(
            dir.path(),
            &[],
            &[id, ("RAMPART_ROOT_ACCESS_KEY_SECRET", secret)],
        )
    };
    for bad in [
        "kXb72nQvPz41mWsLr9T",
        "PupkTg8jdmau1cXxYacgE736PJj4cA",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "has blanks in it has blanks in it",
    ] {
        let output = with(bad);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{bad}");
        assert!(
            error.contains("`account.root_access_key_secret`"),
            "{error}"
        );
        assert!(!error.contains(bad), "the error quotes the secret: {error}");
    }
    assert!(with("kXb72nQvPz41mWsLr9Tc").status.success());
}

#[test]
fn secrets_come_from_files_and_are_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let secret = "kXb72nQvPz41mWsLr9Tc";
    let path = dir.path().join("secret");
    std::fs::write(&path, format!("{secret}\n")).unwrap();
    let variables = [
        ("RAMPART_ROOT_ACCESS_KEY_ID", "LTAIroot"),
        (
            "RAMPART_ROOT_ACCESS_KEY_SECRET_FILE",
            path.to_str().unwrap(),
        ),
        ("RAMPART_DATABASE", "postgres://u:p4ssw0rd-x@localhost/x"),
        ("RAMPART_MASTER_KEY_FILE", "key"),
    ];
    let all = shown(dir.path(), &[], &variables, "");
    assert!(all.contains("<hidden>"));
    assert!(
        !all.contains(secret) && !all.contains("p4ssw0rd-x"),
        "{all}"
    );
    let twice = [
        variables[0],
        variables[1],
        ("RAMPART_ROOT_ACCESS_KEY_SECRET", secret),
    ];
    let error = refused(dir.path(), &[], &twice);
    assert!(
        error.contains("`account.root_access_key_secret_file`"),
        "{error}"
    );
    std::fs::write(&path, "short").unwrap();
    let error = refused(dir.path(), &[], &variables[..2]);
    assert!(
        error.contains("`account.root_access_key_secret`"),
        "{error}"
    );
}

#[test]
fn a_misspelt_variable_is_refused_and_others_are_told() {
    let dir = tempfile::tempdir().unwrap();
    for (name, meant) in [
        ("RAMPART_LISTEM", "`RAMPART_LISTEN` is"),
        ("RAMPART_DATADIR", "`RAMPART_DATA_DIR` is"),
        ("RAMPART_QUOTA_ROLE", "`RAMPART_QUOTA_ROLES` is"),
    ] {
        let error = refused(dir.path(), &[], &[(name, "127.0.0.1:1")]);
        assert!(
            error.contains(&format!("`{name}` is no setting")),
            "{error}"
        );
        assert!(error.contains(meant), "{error}");
    }
    // What may be anybody's is told, and no more.
    let others = [
        ("RAMPART_SERVICE_HOST", "10.0.0.1"),
        ("RAMPART_ALICE_SECRET", "x"),
    ];
    let output = check(dir.path(), &[], &others);
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("`RAMPART_SERVICE_HOST`") && told.contains("`RAMPART_ALICE_SECRET`"));
    // A value that cannot be is named by its key path, as in the file.
    let error = refused(dir.path(), &[], &[("RAMPART_LISTEN", "nonsense")]);
    assert!(
        error.contains("`listener.listen`: the variable `RAMPART_LISTEN`: "),
        "{error}"
    );
    let error = refused(dir.path(), &[], &[("RAMPART_ACCOUNT_ID", "12")]);
    assert!(
        error.contains("`account.id`: the variable `RAMPART_ACCOUNT_ID`: "),
        "{error}"
    );
}
