//! `rampart signature`: shows what a captured request signs, beside what its file expects.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::credential::captures::{Capture, Report};

/// What can be asked about signatures.
#[derive(Debug, clap::Subcommand)]
pub enum SignatureCommand {
    /// Derives string to sign and signature of captured requests and compares them with the files.
    ///
    /// Ends with 1 if a file's expectation was missed, with 2 if a file could not be read.
    Check {
        /// Captured requests, one JSON file each.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl SignatureCommand {
    /// Runs the command; what it has to say goes to standard output. It prints no secret.
    pub fn run(self) -> ExitCode {
        let Self::Check { files } = self;
        let mut tally = Tally::default();
        for file in &files {
            let (outcome, text) = check(file);
            print!("{text}");
            tally.add(outcome);
        }
        println!("{tally}");
        tally.exit_code()
    }
}

/// How the check of one file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Missed,
    Unreadable,
}

/// How many files ended how.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    missed: usize,
    unreadable: usize,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Missed => self.missed += 1,
            Outcome::Unreadable => self.unreadable += 1,
        }
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self {
                unreadable: 1.., ..
            } => ExitCode::from(2),
            Self { missed: 1.., .. } => ExitCode::from(1),
            _ => ExitCode::SUCCESS,
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} passed, {} failed",
            self.passed,
            self.missed + self.unreadable
        )
    }
}

/// Checks one file and says what was found.
fn check(file: &Path) -> (Outcome, String) {
    let read = std::fs::read_to_string(file)
        .map_err(|error| error.to_string())
        .and_then(|text| Capture::read(&text).map_err(|error| error.to_string()));
    match read {
        Ok(capture) => {
            let report = capture.check();
            let outcome = if report.passed() {
                Outcome::Passed
            } else {
                Outcome::Missed
            };
            (outcome, describe(file, &capture, &report))
        }
        Err(error) => {
            let text = format!("{}\n  verdict: cannot be read: {error}\n\n", file.display());
            (Outcome::Unreadable, text)
        }
    }
}

fn describe(file: &Path, capture: &Capture, report: &Report) -> String {
    let mut out = format!(
        "{}\n  {}: {}\n",
        file.display(),
        capture.client,
        capture.call
    );
    let mut beside = |what: &str, ours: Option<&String>, theirs: Option<&String>| {
        if ours.is_some() || theirs.is_some() {
            let shown = |text: Option<&String>| {
                text.map_or_else(
                    || "(none)".to_owned(),
                    |t| t.replace('\n', "\n            "),
                )
            };
            // Writing to a `String` does not fail.
            let _ = write!(
                out,
                "  {what}\n    ours:   {}\n    theirs: {}\n",
                shown(ours),
                shown(theirs)
            );
        }
    };
    beside(
        "canonical request",
        report.canonical_request.as_ref(),
        capture.canonical_request.as_ref(),
    );
    beside(
        "string to sign",
        report.string_to_sign.as_ref(),
        capture.string_to_sign.as_ref(),
    );
    beside(
        "signature",
        report.signature.as_ref(),
        capture.expected_signature.as_ref(),
    );
    if let Some(sent) = report
        .sent
        .as_ref()
        .filter(|s| Some(*s) != report.signature.as_ref())
    {
        let _ = writeln!(out, "    sent:   {sent}");
    }
    let word = if report.passed() { "passed" } else { "MISSED" };
    let _ = writeln!(out, "  verdict: {word} ({:?})", capture.verdict);
    for fault in &report.faults {
        let _ = writeln!(out, "    {fault}");
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/vectors/captures")
            .join(name)
    }

    #[test]
    fn a_capture_is_shown_beside_its_file() {
        let (outcome, text) = check(&vector("py1-createrole.json"));
        assert_eq!(outcome, Outcome::Passed, "{text}");
        assert!(text.contains("ours:   POST&%2F&"), "{text}");
        assert!(text.contains("theirs: POST&%2F&"), "{text}");
        assert!(!text.contains("testSecretForCapture"), "{text}");
    }

    #[test]
    fn a_miss_and_an_unreadable_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(vector("py1-createrole.json")).unwrap();
        let missed = folder.path().join("missed.json");
        std::fs::write(&missed, text.replace("\"CreateRole\"", "\"DeleteRole\"")).unwrap();
        let (outcome, shown) = check(&missed);
        assert_eq!(outcome, Outcome::Missed);
        assert!(shown.contains("MISSED"), "{shown}");
        assert_eq!(
            check(&folder.path().join("absent.json")).0,
            Outcome::Unreadable
        );
        let broken = folder.path().join("broken.json");
        std::fs::write(&broken, "{}").unwrap();
        assert_eq!(check(&broken).0, Outcome::Unreadable);
    }

    #[test]
    fn the_tally_decides_the_exit_code() {
        let code = |passed, missed, unreadable| {
            let tally = Tally {
                passed,
                missed,
                unreadable,
            };
            format!("{tally} {:?}", tally.exit_code())
        };
        assert_eq!(
            code(3, 0, 0),
            format!("3 passed, 0 failed {:?}", ExitCode::SUCCESS)
        );
        assert_eq!(
            code(1, 1, 0),
            format!("1 passed, 1 failed {:?}", ExitCode::from(1))
        );
        assert_eq!(
            code(1, 1, 1),
            format!("1 passed, 2 failed {:?}", ExitCode::from(2))
        );
    }
}
