//! The seed's page is right.

use rampart::operator::Disclosed;
use rampart::operator::seed::{Outcome, ResolvedSecrets, read, references, run};

use crate::support::{Bench, PLAIN, SECRET};

#[tokio::test]
async fn the_example_of_the_page_is_a_seed_that_works() {
    let page = include_str!("../../docs/seed.md");
    let (_, example) = page.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let given = |reference| (reference, Disclosed::from(SECRET.to_owned()).into_secret());
    let secrets: ResolvedSecrets = references(example)
        .unwrap()
        .into_iter()
        .map(given)
        .collect();
    assert!(!secrets.is_empty());
    let seed = read(example, &secrets).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let bench = Bench::new().await;
    let report = run(&bench.iam, &seed, PLAIN).await.unwrap();
    assert!(
        report
            .steps
            .iter()
            .all(|line| line.outcome == Outcome::Applied),
        "{report}"
    );
    let again = run(&bench.iam, &seed, PLAIN).await.unwrap();
    assert_eq!(again.to_string(), "0 changes");
}

/// Every Rust file under `src`, as one text.
fn sources() -> String {
    let mut waiting = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut text = String::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            waiting.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    text
}

/// What follows each `before` in a text, as far as `is_part` goes.
fn after<'t>(
    text: &'t str,
    before: &str,
    is_part: fn(char) -> bool,
) -> std::collections::BTreeSet<&'t str> {
    text.match_indices(before)
        .map(|(at, _)| {
            let rest = &text[at + before.len()..];
            rest.split(|c| !is_part(c)).next().unwrap_or_default()
        })
        .filter(|part| !part.is_empty())
        .collect()
}

#[test]
fn the_metrics_and_codes_of_the_operations_guide_are_those_that_there_are() {
    let guide = include_str!("../../docs/operations-guide.md");
    let sources = sources();
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    // Those of the table and of the alerts; `rampart_` also begins names in SQL and in prose.
    let told = after(guide, "`rampart_", is_name);
    let used = after(guide, "(rampart_", is_name);
    let made = after(&sources, "\"rampart_", is_name);
    assert!(told.len() > 3 && used.len() > 2);
    assert_eq!(told, made, "the table of metrics");
    assert!(used.is_subset(&made), "{used:?}");
    let is_code = |c: char| c.is_ascii_alphabetic() || c == '.';
    let codes = after(guide, "code=\"", is_code);
    assert!(codes.len() > 4);
    for code in codes {
        assert!(sources.contains(&format!("\"{code}\"")), "{code}");
    }
}
