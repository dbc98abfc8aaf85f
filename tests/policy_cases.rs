//! The decision cases of the policy language, run by the library alone.

use std::error::Error;
use std::fs;
use std::path::Path;

use rampart::policy::cases::{CaseFile, run_case};

/// Runs the cases of a file; the number that passed and every miss.
fn run(path: &Path) -> Result<(usize, Vec<String>), Box<dyn Error>> {
    let file = CaseFile::parse(&fs::read_to_string(path)?)?;
    let mut passed = 0;
    let mut misses = Vec::new();
    for case in &file.cases {
        let outcome = run_case(case);
        if outcome.got == Some(case.expect) {
            passed += 1;
        } else {
            misses.push(format!(
                "{}: expected {:?} ({}), got {:?} ({})",
                case.name, case.expect, case.why, outcome.got, outcome.detail
            ));
        }
    }
    Ok((passed, misses))
}

#[test]
fn every_case_comes_out_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vectors = root.join("tests/vectors/policy-cases.json");
    let specification = root.join("../shared/spec/policy-cases.json");
    for path in [vectors, specification].iter().filter(|path| path.exists()) {
        let (passed, misses) = run(path).unwrap();
        assert!(misses.is_empty(), "{}", misses.join("\n"));
        assert_eq!(passed, 218, "cases that passed in {}", path.display());
    }
}
