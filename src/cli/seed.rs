//! `rampart seed`: brings the server in line with a YAML file.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::operator::{CommandError, Format, Server, print_json};
use crate::iam::Iam;
use crate::operator::control::{Request, Response, SeedRequest};
use crate::operator::seed::{Options, SeedSource};

/// Brings accounts, users, keys, policies, roles and attachments in line with a YAML file.
///
/// Run twice, it changes nothing the second time. What was removed or changed by a call since stays
/// so without --restore. The exit code is 1 where something cannot be done as the file has it.
#[derive(Debug, clap::Args)]
pub struct SeedArgs {
    /// The YAML file; `docs/seed.md` has its format
    pub file: PathBuf,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Remove what the accounts of the file have beyond it
    #[arg(long)]
    pub prune: bool,
    /// Bring back what was removed or changed by a call
    #[arg(long)]
    pub restore: bool,
    /// How the plan is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Runs `rampart seed`.
///
/// # Errors
/// [`CommandError`].
pub async fn run<O, F>(
    args: &SeedArgs,
    server: &Server<O>,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let options = Options {
        dry_run: args.dry_run,
        prune: args.prune,
        restore: args.restore,
    };
    let source = SeedSource::read(&args.file)?;
    let request = Request::Seed(SeedRequest { source, options });
    let Response::Seed(report) = server.ask(request).await? else {
        return Err(CommandError::Mismatch);
    };
    match args.format {
        Format::Text => writeln!(out, "{report}")?,
        Format::Json => print_json(
            out,
            &serde_json::json!({
                "dry_run": options.dry_run,
                "changes": report.changes(),
                "impossible": report.impossible(),
                "steps": report.steps,
            }),
        )?,
    }
    Ok(if report.impossible() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
