//! The kept corpus of the fuzzers, run through what the fuzzers run.

use std::panic::catch_unwind;
use std::path::Path;

use std::time::Duration;

use super::engine::Engine;
use super::targets::{case, policy_decision, policy_document, policy_pattern};

/// A fuzz target.
type Target = fn(&[u8]);

/// Runs every kept input; whether the engine stood all of them.
pub(crate) fn run() -> bool {
    let targets: [(&str, Target); 3] = [
        ("policy_document", policy_document),
        ("policy_pattern", policy_pattern),
        ("policy_decision", policy_decision),
    ];
    let mut sound = true;
    for (name, target) in targets {
        let inputs = inputs(name);
        let failed = inputs
            .iter()
            .filter(|(_, input)| catch_unwind(|| target(input)).is_err());
        let failed: Vec<&str> = failed.map(|(name, _)| &**name).collect();
        println!(
            "corpus {name}: {} inputs, {} fail {failed:?}",
            inputs.len(),
            failed.len()
        );
        // A corpus that is not found proves nothing.
        sound &= failed.is_empty() && !inputs.is_empty();
    }
    sound
}

/// The kept inputs of a target, by their names.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(directory) = root.join("fuzz/corpus").join(target).read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<(String, Vec<u8>)> = directory
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            std::fs::read(entry.path()).ok().map(|input| (name, input))
        })
        .collect();
    found.sort();
    found
}

/// How long the longest decision of the kept corpus may take, in a release build.
const LONGEST: Duration = Duration::from_millis(1);

/// Times the decision of every kept case, and prints the longest; whether all are short enough.
pub(crate) fn time() -> bool {
    let mut times: Vec<(Duration, String)> = Vec::new();
    for (name, input) in inputs("policy_decision") {
        let Some((documents, question)) = std::str::from_utf8(&input).ok().and_then(case) else {
            continue;
        };
        let Ok(engine) = Engine::new(&documents) else {
            continue;
        };
        // The shortest of several: what is longer, others made so.
        let shortest = (0..50).map(|_| engine.time(&question)).min();
        times.extend(shortest.map(|time| (time, name)));
    }
    times.sort();
    for (time, name) in times.iter().rev().take(30) {
        println!("{:>8.1} µs  {name}", time.as_secs_f64() * 1e6);
    }
    times.last().is_some_and(|(time, _)| *time <= LONGEST)
}
