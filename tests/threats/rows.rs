//! `tests/threats.md` says which attack has which tests; it is made from their names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The rows, in a few words each.
const ROWS: [&str; 24] = [
    "stale cache after a failover or a restore",
    "parameters hidden in a parameter's name",
    "a hostile nonce in everybody's batch",
    "one key takes all the memory",
    "calls parked between decision and commit",
    "authorised for one thing, acting on another",
    "tokens sealed after the revocation",
    "removed keys and ids that come back",
    "copies of the database that mint tokens",
    "credentials or parameters in two places",
    "services as confused deputies",
    "writers that hold all connections",
    "work before authentication",
    "replay after a crash or with another clock",
    "sessions that renew themselves for ever",
    "renaming or untagging out of a policy",
    "forged origins",
    "federation by strangers",
    "requests of ours to places of theirs",
    "accounts probed through errors",
    "probing without a trace, or traces that fill the disk",
    "exposed defaults and secrets",
    "sealed values moved to another row",
    "stored documents that cannot be read",
];

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            sources(&entry.unwrap().path(), found);
        }
    } else if path
        .extension()
        .is_some_and(|extension| ["rs", "py"].contains(&extension.to_str().unwrap()))
    {
        found.push(path.to_owned());
    }
}

/// The tests of each row: `fn t05_…` in Rust, `def test_t05_…` in Python.
fn tests() -> BTreeMap<usize, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests"), &mut files);
    files.sort();
    let mut tests: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for file in files {
        let shown = file.strip_prefix(root).unwrap().display().to_string();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let line = line.trim_start();
            let rest = ["fn t", "async fn t", "def test_t", "async def test_t"]
                .iter()
                .find_map(|start| line.strip_prefix(start));
            let Some((row, rest)) = rest.and_then(|rest| rest.split_at_checked(2)) else {
                continue;
            };
            let (Ok(row), Some(name)) = (row.parse::<usize>(), rest.strip_prefix('_')) else {
                continue;
            };
            let name = name.split(['(', '<']).next().unwrap();
            tests
                .entry(row)
                .or_default()
                .push(format!("`{shown}`: t{row:02}_{name}"));
        }
    }
    tests
}

fn page() -> String {
    let tests = tests();
    let mut page = String::from(
        "# Which attack has which test\n\n\
         Made from the names of the tests: `RAMPART_WRITE=1 cargo test --test threats rows` writes it anew.\n\n\
         | # | attack | tests |\n|---|---|---|\n",
    );
    for (index, row) in ROWS.iter().enumerate() {
        let list = tests
            .get(&(index + 1))
            .map_or("none yet".to_owned(), |list| list.join("<br>"));
        let _ = writeln!(page, "| {} | {row} | {list} |", index + 1);
    }
    page
}

#[test]
fn the_table_of_threats_is_the_one_of_the_tests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/threats.md");
    let page = page();
    if std::env::var_os("RAMPART_WRITE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, page,
        "RAMPART_WRITE=1 cargo test --test threats rows"
    );
    let tests = tests();
    assert!(
        tests.keys().all(|row| (1..=ROWS.len()).contains(row)),
        "{tests:?}"
    );
    // The rows that this stage owes.
    for row in (1..=14).chain([16, 17]).chain(20..=24) {
        assert!(tests.contains_key(&row), "row {row} has no test");
    }
}
