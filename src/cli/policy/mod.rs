//! `rampart policy`: look at policy documents and run decision cases, without a server.

mod check;
mod test;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use self::check::CheckArgs;
use self::test::TestArgs;
use crate::policy::document::DocumentKind;

/// Exit code where a file could not be read or is not of the form it should be.
const UNREADABLE: u8 = 2;

/// What to do with policies.
#[derive(Debug, clap::Subcommand)]
pub enum PolicyCommand {
    /// Review policy documents: their errors, and what is sound but suspicious, each with file,
    /// line, column, severity and rule. Exit 1 if there are errors; warnings count with
    /// `--deny-warnings`, notes never.
    Check(CheckArgs),
    /// Run decision cases (the format of tests/vectors/policy-cases.json); exit 1 on a miss.
    Test(TestArgs),
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

impl KindArgument {
    fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Session => "session",
            Self::Trust => "trust",
        }
    }
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

impl From<DocumentKind> for KindArgument {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Identity => Self::Identity,
            DocumentKind::Session => Self::Session,
            DocumentKind::Trust => Self::Trust,
        }
    }
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a reader: a line for each thing.
    #[default]
    Text,
    /// For a machine: one JSON object, with the fields of docs/policy-tools.md.
    Json,
}

impl PolicyCommand {
    /// Does it. Exit codes: 0 where all is well, 1 with findings or misses, 2 if a file could not
    /// be read.
    pub fn run(self) -> ExitCode {
        let mut out = io::stdout().lock();
        let done = match &self {
            Self::Check(arguments) => check::check(&mut out, arguments),
            Self::Test(arguments) => test::test(&mut out, arguments),
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
