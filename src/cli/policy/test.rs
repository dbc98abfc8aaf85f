//! `rampart policy test`: what comes of decision cases, beside what should.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Format, in_file, read};
use crate::policy::cases::{Case, CaseFile, Outcome, run_case};
use crate::policy::flow::Step;

/// Which cases to run.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// Run only the cases whose name contains this text; the others are skipped.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Skip the cases that have a condition.
    #[arg(long)]
    skip_conditions: bool,
    /// Print every case, not only the misses.
    #[arg(long, short)]
    verbose: bool,
    /// How to print what came of them. The report for machines has every case.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Files of cases.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What came of all files. The field names are those of the JSON report, which
/// docs/policy-tools.md describes.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<FileReport<'a>>,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct FileReport<'a> {
    file: &'a Path,
    #[serde(flatten)]
    counts: Counts,
    cases: Vec<CaseReport>,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Came {
    Passed,
    Failed,
    Skipped,
}

#[derive(Serialize)]
struct CaseReport {
    name: String,
    result: Came,
    expected: &'static str,
    got: Option<&'static str>,
    /// The step that decided.
    step: Option<&'static str>,
    /// From 0, among the documents of the step.
    document: Option<usize>,
    /// From 0, in the document.
    statement: Option<usize>,
    detail: Option<String>,
    why: String,
}

impl CaseReport {
    fn new(case: &Case, outcome: Option<Outcome>) -> Self {
        let result = match &outcome {
            None => Came::Skipped,
            Some(outcome) if outcome.got == Some(case.expect) => Came::Passed,
            Some(_) => Came::Failed,
        };
        let by = outcome.as_ref().and_then(|outcome| outcome.by);
        let step = outcome.as_ref().and_then(|outcome| outcome.step);
        Self {
            name: case.name.clone(),
            result,
            expected: case.expect.as_str(),
            got: outcome
                .as_ref()
                .and_then(|outcome| Some(outcome.got?.as_str())),
            step: step.map(|step| match step {
                Step::SessionPolicy => "SessionPolicy",
                Step::IdentityPolicy => "IdentityPolicy",
                Step::TrustPolicy => "TrustPolicy",
            }),
            document: by.map(|by| by.policy),
            statement: by.map(|by| by.statement),
            detail: outcome.map(|outcome| outcome.detail),
            why: case.why.clone(),
        }
    }

    /// The case for a reader: one line, and for a miss what was expected and what came.
    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let detail = self.detail.as_deref().unwrap_or_default();
        let got = self.got.unwrap_or("no result");
        match self.result {
            Came::Skipped => writeln!(out, "  skipped {}", self.name),
            Came::Passed => writeln!(out, "  passed  {}: {got} by {detail}", self.name),
            Came::Failed => {
                writeln!(out, "  FAILED  {}", self.name)?;
                writeln!(out, "    expected {}: {}", self.expected, self.why)?;
                writeln!(out, "    got {got}: {detail}")
            }
        }
    }
}

/// Runs and prints; whether there is no miss.
pub(super) fn test(out: &mut impl Write, arguments: &TestArgs) -> io::Result<bool> {
    let mut report = Report {
        files: Vec::new(),
        counts: Counts::default(),
    };
    for path in &arguments.files {
        let file = CaseFile::parse(&read(path)?).map_err(|error| in_file(path, &error))?;
        let mut counts = Counts::default();
        let mut cases = Vec::new();
        for case in &file.cases {
            let wanted = arguments
                .only
                .as_ref()
                .is_none_or(|only| case.name.contains(only))
                && !(arguments.skip_conditions && case.has_condition);
            let case = CaseReport::new(case, wanted.then(|| run_case(case)));
            *match case.result {
                Came::Passed => &mut counts.passed,
                Came::Failed => &mut counts.failed,
                Came::Skipped => &mut counts.skipped,
            } += 1;
            cases.push(case);
        }
        if arguments.format == Format::Text {
            writeln!(out, "{}: {counts}", path.display())?;
            for case in &cases {
                if arguments.verbose || matches!(case.result, Came::Failed) {
                    case.print(out)?;
                }
            }
        }
        let total = &mut report.counts;
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
        report.files.push(FileReport {
            file: path,
            counts,
            cases,
        });
    }
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
        Format::Text if report.files.len() > 1 => writeln!(out, "all: {}", report.counts)?,
        Format::Text => {}
    }
    Ok(report.counts.failed == 0)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        arguments: TestArgs,
    }

    fn case(name: &str, policies: &str, expect: &str) -> String {
        format!(
            r#"{{"name":"{name}","policies":[{policies}],"action":"oss:GetObject","resource":"*",
                "has_condition":false,"expect":"{expect}","why":"nothing else is granted"}}"#
        )
    }

    const ALLOW: &str = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"ecs:*","Resource":"*"},
        {"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#;

    fn cases() -> [String; 2] {
        let file = |cases: &[String]| format!(r#"{{"cases":[{}]}}"#, cases.join(","));
        [
            file(&[
                case("nothing", "", "ImplicitDeny"),
                case("something", ALLOW, "Deny"),
                case("malformed", r#"{"Version":"1"}"#, "Allow"),
            ]),
            file(&[case("other", ALLOW, "Allow")]),
        ]
    }

    fn run(options: &[&str], files: &[String]) -> (bool, String) {
        let directory = tempfile::tempdir().unwrap();
        let mut line = vec!["test".to_owned()];
        line.extend(options.iter().map(ToString::to_string));
        for (number, text) in files.iter().enumerate() {
            let path = directory.path().join(format!("{number}.json"));
            std::fs::write(&path, text).unwrap();
            line.push(path.to_str().unwrap().to_owned());
        }
        let mut out = Vec::new();
        let arguments = Command::try_parse_from(line).unwrap().arguments;
        let clean = test(&mut out, &arguments).unwrap();
        let home = format!("{}/", directory.path().display());
        (clean, String::from_utf8(out).unwrap().replace(&home, ""))
    }

    #[test]
    fn cases_are_counted_and_misses_explained() {
        let malformed = "1:1: statement-missing: the element `Statement` is missing";
        assert_eq!(
            run(&[], &cases()),
            (
                false,
                format!(
                    "0.json: 1 passed, 2 failed, 0 skipped\n\
                     \x20 FAILED  something\n\
                     \x20   expected Deny: nothing else is granted\n\
                     \x20   got Allow: IdentityPolicy: document 0, statement 1\n\
                     \x20 FAILED  malformed\n\
                     \x20   expected Allow: nothing else is granted\n\
                     \x20   got Malformed: {malformed}\n\
                     1.json: 1 passed, 0 failed, 0 skipped\n\
                     all: 2 passed, 2 failed, 0 skipped\n"
                )
            )
        );
    }

    #[test]
    fn cases_with_a_condition_are_skipped_on_request() {
        let [cases, _] = cases();
        let conditional = cases.replace(r#""has_condition":false"#, r#""has_condition":true"#);
        assert_ne!(conditional, cases);
        let (clean, report) = run(&["--skip-conditions"], &[conditional]);
        assert!(clean);
        assert_eq!(report, "0.json: 0 passed, 0 failed, 3 skipped\n");
    }

    #[test]
    fn every_case_on_request() {
        let [cases, _] = cases();
        assert_eq!(
            run(&["--verbose", "--only", "nothing"], &[cases]),
            (
                true,
                "0.json: 1 passed, 0 failed, 2 skipped\n\
                 \x20 passed  nothing: ImplicitDeny by IdentityPolicy: no statement matches\n\
                 \x20 skipped something\n\
                 \x20 skipped malformed\n"
                    .to_owned()
            )
        );
    }

    #[test]
    fn the_report_for_machines() {
        let [_, cases] = cases();
        let (clean, report) = run(&["--format", "json"], &[cases]);
        assert!(clean);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let expected = serde_json::json!({
            "files": [{
                "file": "0.json",
                "passed": 1,
                "failed": 0,
                "skipped": 0,
                "cases": [{
                    "name": "other",
                    "result": "passed",
                    "expected": "Allow",
                    "got": "Allow",
                    "step": "IdentityPolicy",
                    "document": 0,
                    "statement": 1,
                    "detail": "IdentityPolicy: document 0, statement 1",
                    "why": "nothing else is granted",
                }],
            }],
            "passed": 1,
            "failed": 0,
            "skipped": 0,
        });
        assert_eq!(report, expected);
    }

    #[test]
    fn what_is_no_file_of_cases_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("broken.json");
        std::fs::write(&path, "{}").unwrap();
        let line = ["test", path.to_str().unwrap()];
        let arguments = Command::try_parse_from(line).unwrap().arguments;
        assert!(test(&mut Vec::new(), &arguments).is_err());
    }
}
