//! `rampart policy`: look at policy documents and run decision cases, without a server.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::policy::cases::{CaseFile, run_case};
use crate::policy::document::{Document, DocumentKind};

/// Exit code where a file could not be read or is not of the form it should be.
const UNREADABLE: u8 = 2;

/// What to do with policies.
#[derive(Debug, clap::Subcommand)]
pub enum PolicyCommand {
    /// Lint policy documents: print each fault with file, line and column; exit 1 if there are any.
    Check {
        /// What the documents are for. Left out, a document with a Principal is taken for a trust
        /// policy, any other for an identity policy.
        #[arg(long, value_enum)]
        kind: Option<KindArgument>,
        /// Files with one document each.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Run decision cases (the format of tests/vectors/policy-cases.json); exit 1 on a miss.
    Test {
        /// Skip the cases that have a condition.
        #[arg(long)]
        skip_conditions: bool,
        /// Files of cases.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// What a document is for, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum KindArgument {
    /// Attached to users, groups and roles.
    Identity,
    /// Passed when a session is made.
    Session,
    /// Of a role: who may take it.
    Trust,
}

impl From<KindArgument> for DocumentKind {
    fn from(kind: KindArgument) -> Self {
        match kind {
            KindArgument::Identity => Self::Identity,
            KindArgument::Session => Self::Session,
            KindArgument::Trust => Self::Trust,
        }
    }
}

impl PolicyCommand {
    /// Does it. Exit codes: 0 without findings, 1 with findings, 2 if a file could not be read.
    pub fn run(self) -> ExitCode {
        let mut out = io::stdout().lock();
        let done = match self {
            Self::Check { kind, files } => check(&mut out, kind.map(Into::into), &files),
            Self::Test {
                skip_conditions,
                files,
            } => test(&mut out, skip_conditions, &files),
        };
        match done.and_then(|clean| out.flush().map(|()| clean)) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("rampart: {error}");
                ExitCode::from(UNREADABLE)
            }
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| in_file(path, &error))
}

fn in_file(path: &Path, error: &dyn std::error::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

/// Prints the faults of every file; whether there are none.
fn check(out: &mut impl Write, kind: Option<DocumentKind>, files: &[PathBuf]) -> io::Result<bool> {
    let mut clean = true;
    for path in files {
        let text = read(path)?;
        let kind = kind.unwrap_or_else(|| DocumentKind::guess(&text));
        if let Err(max) = Document::check_length(kind, &text) {
            clean = false;
            writeln!(
                out,
                "{}:1:1: length: longer than {max} characters",
                path.display()
            )?;
        }
        for fault in Document::parse(kind, &text).err().unwrap_or_default() {
            clean = false;
            writeln!(out, "{}:{fault}", path.display())?;
        }
    }
    Ok(clean)
}

/// Runs the cases of every file, prints the misses and a count; whether there is no miss.
fn test(out: &mut impl Write, skip_conditions: bool, files: &[PathBuf]) -> io::Result<bool> {
    let (mut passed, mut failed, mut skipped) = (0_usize, 0_usize, 0_usize);
    for path in files {
        let file = CaseFile::parse(&read(path)?).map_err(|error| in_file(path, &error))?;
        for case in &file.cases {
            if skip_conditions && case.has_condition {
                skipped += 1;
                continue;
            }
            let outcome = run_case(case);
            if outcome.got == Some(case.expect) {
                passed += 1;
                continue;
            }
            failed += 1;
            let got = outcome
                .got
                .map_or("no result".into(), |got| format!("{got:?}"));
            writeln!(out, "{}: {}", path.display(), case.name)?;
            writeln!(out, "  expected {:?}: {}", case.expect, case.why)?;
            writeln!(out, "  got {got}: {}", outcome.detail)?;
        }
    }
    writeln!(out, "{passed} passed, {failed} failed, {skipped} skipped")?;
    Ok(failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(directory: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn faults_are_printed_with_their_place() {
        let directory = tempfile::tempdir().unwrap();
        let trust = "{\"Version\":\"1\",\n\"Statement\":{\"Effect\":\"Allow\",\
                     \"Action\":\"sts:AssumeRole\",\"Principal\":\"*\"}}";
        let trust = file(&directory, "trust.json", trust);
        let mut out = Vec::new();
        assert!(!check(&mut out, None, std::slice::from_ref(&trust)).unwrap());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!(
                "{}:2:69: principal-object: `Principal` is an object with `RAM`, `Service` or \
                 `Federated`\n",
                trust.display()
            )
        );
        let sound = r#"{"Version":"1","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let sound = file(&directory, "sound.json", sound);
        assert!(check(&mut Vec::new(), None, std::slice::from_ref(&sound)).unwrap());
        assert!(!check(&mut Vec::new(), Some(DocumentKind::Trust), &[sound]).unwrap());
        assert!(check(&mut Vec::new(), None, &[directory.path().join("missing")]).is_err());
    }

    #[test]
    fn cases_are_counted_and_misses_explained() {
        let directory = tempfile::tempdir().unwrap();
        let case = |name: &str, condition: bool, expect: &str| {
            format!(
                r#"{{"name":"{name}","policies":[],"action":"a:b","resource":"*",
                    "has_condition":{condition},"expect":"{expect}","why":"nothing is granted"}}"#
            )
        };
        let cases = [
            case("right", false, "ImplicitDeny"),
            case("wrong", false, "Allow"),
        ];
        let cases = format!(
            r#"{{"cases":[{},{}]}}"#,
            cases.join(","),
            case("later", true, "Deny")
        );
        let path = file(&directory, "cases.json", &cases);
        let mut out = Vec::new();
        assert!(!test(&mut out, true, std::slice::from_ref(&path)).unwrap());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!(
                "{}: wrong\n  expected Allow: nothing is granted\n  got ImplicitDeny: \
                 IdentityPolicy: no statement matches\n1 passed, 1 failed, 1 skipped\n",
                path.display()
            )
        );
        let broken = file(&directory, "broken.json", "{}");
        assert!(test(&mut Vec::new(), false, &[broken]).is_err());
    }
}
