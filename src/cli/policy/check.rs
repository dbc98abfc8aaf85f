//! `rampart policy check`: what is wrong with policy documents, and what a reviewer would say.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Format, KindArgument, read};
use crate::policy::document::DocumentKind;
use crate::policy::ids::AccountId;
use crate::policy::lint::{self, Finding, Options, Severity};

/// Which documents, and what is to be made of what is found.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// What the documents are for. Left out, a document with a Principal is taken for a trust
    /// policy, any other for an identity policy.
    #[arg(long, value_enum)]
    kind: Option<KindArgument>,
    /// The account that the documents belong to: a trust policy may name it whole.
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Warnings make the exit code 1, too.
    #[arg(long)]
    deny_warnings: bool,
    /// How to print what is found.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Files with one document each.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What was found in all files. The field names are those of the JSON report, which
/// docs/policy-tools.md describes.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<FileReport<'a>>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct FileReport<'a> {
    file: &'a Path,
    kind: &'static str,
    findings: Vec<FindingReport>,
}

#[derive(Serialize)]
struct FindingReport {
    severity: &'static str,
    rule: &'static str,
    line: u32,
    column: u32,
    /// From 0.
    statement: Option<usize>,
    message: String,
}

impl From<Finding> for FindingReport {
    fn from(finding: Finding) -> Self {
        Self {
            severity: finding.severity.as_str(),
            rule: finding.rule,
            line: finding.line,
            column: finding.column,
            statement: finding.statement,
            message: finding.message,
        }
    }
}

/// Checks and prints; whether nothing was found that the exit code should tell of.
pub(super) fn check(out: &mut impl Write, arguments: &CheckArgs) -> io::Result<bool> {
    let options = Options {
        account: arguments.account,
    };
    let mut report = Report {
        files: Vec::new(),
        errors: 0,
        warnings: 0,
        notes: 0,
    };
    for path in &arguments.files {
        let text = read(path)?;
        let kind = arguments.kind.map(DocumentKind::from);
        let kind = kind.unwrap_or_else(|| DocumentKind::guess(&text));
        let findings = lint::check(kind, &text, &options);
        for finding in &findings {
            *match finding.severity {
                Severity::Error => &mut report.errors,
                Severity::Warning => &mut report.warnings,
                Severity::Note => &mut report.notes,
            } += 1;
            if arguments.format == Format::Text {
                writeln!(out, "{}:{finding}", path.display())?;
            }
        }
        report.files.push(FileReport {
            file: path,
            kind: KindArgument::from(kind).as_str(),
            findings: findings.into_iter().map(FindingReport::from).collect(),
        });
    }
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
        Format::Text => {
            let counted = |count: usize, what: &str| match count {
                1 => format!("1 {what}"),
                _ => format!("{count} {what}s"),
            };
            writeln!(
                out,
                "{}: {}, {}, {}",
                counted(report.files.len(), "file"),
                counted(report.errors, "error"),
                counted(report.warnings, "warning"),
                counted(report.notes, "note"),
            )?;
        }
    }
    Ok(report.errors == 0 && (report.warnings == 0 || !arguments.deny_warnings))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        arguments: CheckArgs,
    }

    const TRUST: &str = "{\"Version\":\"1\",\n\"Statement\":{\"Effect\":\"Allow\",\
                         \"Action\":\"sts:AssumeRole\",\"Principal\":\"*\"}}";
    const WIDE: &str =
        r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    const SOUND: &str =
        r#"{"Version":"1","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    const ACCOUNT: &str = r#"{"Version":"1","Statement":{"Effect":"Allow",
        "Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1000000000000001:root"}}}"#;

    /// What `check` prints of these documents, and whether it is content.
    fn run(options: &[&str], documents: &[&str]) -> (bool, String) {
        let directory = tempfile::tempdir().unwrap();
        let mut line = vec!["check".to_owned()];
        line.extend(options.iter().map(ToString::to_string));
        for (number, text) in documents.iter().enumerate() {
            let path = directory.path().join(format!("{number}.json"));
            std::fs::write(&path, text).unwrap();
            line.push(path.to_str().unwrap().to_owned());
        }
        let mut out = Vec::new();
        let arguments = Command::try_parse_from(line).unwrap().arguments;
        let content = check(&mut out, &arguments).unwrap();
        let home = format!("{}/", directory.path().display());
        (content, String::from_utf8(out).unwrap().replace(&home, ""))
    }

    #[test]
    fn findings_are_printed_with_their_place() {
        assert_eq!(
            run(&[], &[TRUST, WIDE, SOUND]),
            (
                false,
                "0.json:2:69: error: principal-object: `Principal` is an object with `RAM`, \
                 `Service` or `Federated`\n\
                 1.json:1:29: warning: administrator: allows every action on every resource\n\
                 3 files: 1 error, 1 warning, 0 notes\n"
                    .to_owned()
            )
        );
    }

    #[test]
    fn what_the_exit_code_tells_of() {
        for (options, document, content) in [
            (&[][..], SOUND, true),
            (&[], WIDE, true),
            (&["--deny-warnings"], WIDE, false),
            (&["--deny-warnings"], SOUND, true),
            (&["--deny-warnings"], ACCOUNT, true),
            (&[], TRUST, false),
            (&["--kind", "trust"], SOUND, false),
            (&["--kind", "session", "--deny-warnings"], WIDE, true),
        ] {
            assert_eq!(
                run(options, &[document]).0,
                content,
                "{options:?} {document}"
            );
        }
    }

    #[test]
    fn an_account_may_trust_itself() {
        assert!(run(&[], &[ACCOUNT]).1.contains("note: trust-whole-account"));
        let own = ["--account", "1000000000000001"];
        assert_eq!(
            run(&own, &[ACCOUNT]).1,
            "1 file: 0 errors, 0 warnings, 0 notes\n"
        );
    }

    #[test]
    fn the_report_for_machines() {
        let (content, report) = run(&["--format", "json"], &[WIDE, TRUST]);
        assert!(!content);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let expected = serde_json::json!({
            "files": [
                {
                    "file": "0.json",
                    "kind": "identity",
                    "findings": [{
                        "severity": "warning",
                        "rule": "administrator",
                        "line": 1,
                        "column": 29,
                        "statement": 0,
                        "message": "allows every action on every resource",
                    }],
                },
                {
                    "file": "1.json",
                    "kind": "trust",
                    "findings": [{
                        "severity": "error",
                        "rule": "principal-object",
                        "line": 2,
                        "column": 69,
                        "statement": null,
                        "message":
                            "`Principal` is an object with `RAM`, `Service` or `Federated`",
                    }],
                },
            ],
            "errors": 1,
            "warnings": 1,
            "notes": 0,
        });
        assert_eq!(report, expected);
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let missing = ["check", "/nonexistent/policy.json"];
        let arguments = Command::try_parse_from(missing).unwrap().arguments;
        let error = check(&mut Vec::new(), &arguments).unwrap_err();
        assert!(error.to_string().starts_with("/nonexistent/policy.json: "));
    }
}
