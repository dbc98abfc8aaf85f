//! `rampart seed`: brings the server in line with a YAML file.

use std::error::Error;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::operator::{CommandError, Format, Server, print_json};
use crate::iam::Iam;
use crate::operator::control::{Request, Response, SeedRequest};
use crate::operator::seed::{self, MAX_SEED_BYTES, Options, SecretReference};
use crate::operator::{Disclosed, OperatorError};

/// The largest file that holds a secret, in bytes.
const MAX_SECRET_BYTES: usize = 4096;

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
    let request = Request::Seed(load(&args.file, options)?);
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

/// Reads a seed file and the secrets that it refers to: what `serve --seed` needs too.
///
/// # Errors
/// [`CommandError`], with the file's name before each fault.
pub fn load(path: &Path, options: Options) -> Result<SeedRequest, CommandError> {
    let text = read(path, MAX_SEED_BYTES)?;
    let references = seed::references(text.expose()).map_err(|faults| {
        let message = OperatorError::Seed(faults).to_string();
        CommandError::Failed(message)
    })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut secrets = Vec::new();
    for reference in references {
        if let Some(secret) = resolve(&reference, directory)? {
            secrets.push((reference, secret));
        }
    }
    Ok(SeedRequest {
        text,
        secrets,
        options,
    })
}

/// `None` for a variable that is not set: the fault is then reported with its place in the seed.
#[expect(
    clippy::disallowed_methods,
    reason = "the seed names the variable: it is no setting"
)]
fn resolve(
    reference: &SecretReference,
    directory: &Path,
) -> Result<Option<Disclosed>, CommandError> {
    match reference {
        SecretReference::File(path) => {
            let held = read(&directory.join(path), MAX_SECRET_BYTES)?;
            let secret = held.expose().trim_end_matches(['\r', '\n']).to_owned();
            Ok(Some(Disclosed::from(secret)))
        }
        SecretReference::Environment(name) => Ok(std::env::var(name).ok().map(Disclosed::from)),
    }
}

/// A file whose text may be secret, read with a bound.
fn read(path: &Path, max: usize) -> Result<Disclosed, CommandError> {
    let failed = |error| CommandError::File(path.to_owned(), error);
    let mut text = String::new();
    let bound = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(bound).read_to_string(&mut text).map_err(failed)?;
    let text = Disclosed::from(text);
    if text.expose().len() > max {
        return Err(CommandError::TooLarge(path.to_owned()));
    }
    Ok(text)
}
