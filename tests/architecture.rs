//! The house holds: who may use whom, where SQL and HTTP are spoken, and that nothing grows without
//! being noticed.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper may fail as the test itself may"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every module directly under the crate and its level. A file uses lower levels and its own module.
const LEVELS: [(&str, u8); 16] = [
    ("policy", 0),
    ("credential", 1),
    ("model", 2),
    ("ports", 2),
    ("store", 3),
    ("iam", 4),
    ("ops", 5),
    ("wire", 6),
    ("console", 7),
    ("config", 8),
    ("telemetry", 9),
    ("bootstrap", 10),
    ("operator", 11),
    ("app", 12),
    ("cli", 13),
    ("main", 14),
];

/// The longest that a file may be, in lines; who is longer stands in `tests/long_files.txt`.
const LONGEST: usize = 500;

fn level(module: &str) -> Option<u8> {
    LEVELS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, level)| *level)
}

/// Every Rust file under a directory, by its path from the crate's root.
fn files(directory: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = vec![root.join(directory)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    assert!(!found.is_empty(), "{directory}");
    found
}

/// The path of a file's module: `src/iam/replay/mod.rs` is `[iam, replay]`.
fn module_path(file: &str) -> Vec<&str> {
    let file = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut path: Vec<&str> = file.split('/').collect();
    if path.last() == Some(&"mod") {
        path.pop();
    }
    path
}

/// Without comments, so that a word in a sentence is no use.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.trim_start().starts_with("//") {
            ""
        } else {
            line.split(" // ").next().unwrap_or_default()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The modules directly under the crate that a file names.
fn used(file: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let depth = module_path(file).len();
    let mut used = Vec::new();
    let prefixes = [
        "crate::".to_owned(),
        "rampart::".to_owned(),
        "super::".repeat(depth),
    ];
    for prefix in prefixes {
        for (at, _) in code.match_indices(&prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| is_word(c) || c == ':' || c == '$') {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                used.extend(group_heads(group));
            } else {
                used.push(rest.chars().take_while(|c| is_word(*c)).collect());
            }
        }
    }
    used
}

/// The first words of the members of `{a::b, c::{d, e}}`, from behind its brace.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut begins) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && is_word(c) => {
                heads.push(group[at..].chars().take_while(|c| is_word(*c)).collect());
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn no_arrow_points_upwards() {
    let mut upward = Vec::new();
    for (file, text) in files("src") {
        let own = module_path(&file)[0];
        if own == "lib" {
            continue;
        }
        let own_level = level(own).unwrap_or_else(|| panic!("{file}: `{own}` has no level"));
        for used in used(&file, &text) {
            if used != own && level(&used).is_some_and(|level| level >= own_level) {
                upward.push(format!("{file} uses {used}"));
            }
        }
    }
    upward.dedup();
    assert!(upward.is_empty(), "{upward:#?}");
}

/// A scanner that sees nothing finds no fault.
#[test]
fn the_scanner_sees_every_way_to_name_a_module() {
    let seen = |file: &str, text: &str| used(file, text);
    for text in [
        "use crate::wire::Api;",
        "use crate::{policy::ids::{A, B}, wire::{C, D}};",
        "fn f() { crate::wire::x() }",
        "let x: crate::wire::Api = y;",
        "use super::wire::Api;",
        "use rampart::wire::Api;",
    ] {
        assert!(
            seen("src/iam/mod.rs", text).contains(&"wire".to_owned()),
            "{text}"
        );
    }
    assert_eq!(
        seen("src/iam/authn.rs", "use super::super::wire::Api;"),
        ["wire"]
    );
    assert_eq!(
        seen(
            "src/iam/authn.rs",
            "// see crate::wire\nuse super::keys::Keys;"
        ),
        [""; 0]
    );
    assert_eq!(
        seen("src/iam/a.rs", "use crate::{model::{a::b, ops}, store};"),
        ["model", "store"]
    );
}

/// Each of these words is spoken in these places alone.
#[test]
fn sql_and_http_are_spoken_where_they_belong() {
    let spoken = [
        ("sqlx", &["store"][..]),
        ("axum", &["wire", "console", "stub", "app", "cli"]),
        ("hyper", &["wire", "console", "app", "cli"]),
        ("axum_server", &["app"]),
        (
            "tokio",
            &[
                "store",
                "iam",
                "ops",
                "wire",
                "console",
                "bootstrap",
                "operator",
                "app",
                "cli",
                "main",
                "telemetry",
            ],
        ),
        ("reqwest", &["cli", "iam"]),
        ("clap", &["cli", "config"]),
    ];
    let mut astray = Vec::new();
    for (file, text) in files("src") {
        let own = module_path(&file)[0];
        let code = code(&text);
        for (word, places) in spoken {
            let named = code.match_indices(&format!("{word}::")).any(|(at, _)| {
                !code[..at]
                    .chars()
                    .next_back()
                    .is_some_and(|c| is_word(c) || c == ':')
            });
            if named && !places.contains(&own) {
                astray.push(format!("{file} names {word}"));
            }
        }
    }
    assert!(astray.is_empty(), "{astray:#?}");
}

#[test]
fn no_lint_is_switched_off_without_a_reason() {
    // The one place is a macro, where the lint fires for some uses only and `expect` would fail.
    const KNOWN: [&str; 1] = ["src/ops/declare.rs"];
    let mut found = Vec::new();
    for directory in ["src", "tests", "benches"] {
        for (file, text) in files(directory) {
            let word = concat!("#[", "allow(");
            let inner = concat!("#![", "allow(");
            let code = code(&text);
            if (code.contains(word) || code.contains(inner)) && !KNOWN.contains(&file.as_str()) {
                found.push(file);
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_file_grows_unnoticed() {
    let list = include_str!("long_files.txt");
    let known: BTreeMap<&str, &str> = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("`path: reason`"))
        .collect();
    let mut long = BTreeMap::new();
    for directory in ["src", "tests", "benches"] {
        for (file, text) in files(directory) {
            if text.lines().count() > LONGEST {
                long.insert(file, text.lines().count());
            }
        }
    }
    let unknown: Vec<_> = long
        .iter()
        .filter(|(file, _)| !known.contains_key(file.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "split these, or say why not: {unknown:?}"
    );
    let stale: Vec<_> = known
        .keys()
        .filter(|file| !long.contains_key(**file))
        .collect();
    assert!(stale.is_empty(), "not long any more: {stale:?}");
}
