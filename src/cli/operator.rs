//! What the operator's commands have in common: where the server is, how the answer is shown.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use crate::iam::Iam;
use crate::operator::adoption::Adopted;
use crate::operator::control::{self, ClientError, Request, Response};
use crate::operator::seed::SourceError;

/// How an answer is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The server could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server, or the database that was opened in its place, said no.
    #[error("{0}")]
    Failed(String),
    /// The answer belongs to another question.
    #[error("the server gave an answer to another question; are both of one version?")]
    Mismatch,
    /// There is no seed to send.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The answer cannot be printed.
    #[error("cannot print the answer")]
    Print(#[from] std::io::Error),
    /// The answer cannot be put into JSON.
    #[error("cannot print the answer")]
    Json(#[from] serde_json::Error),
}

/// Whom to ask.
pub struct Server<O> {
    /// `<data-dir>/control.sock`.
    pub socket: PathBuf,
    /// Opens the database where no server runs.
    pub open_offline: O,
}

impl<O> Server<O> {
    /// The server that works in `data_dir`.
    pub fn of(data_dir: &Path, open_offline: O) -> Self {
        Self {
            socket: data_dir.join(control::SOCKET_NAME),
            open_offline,
        }
    }

    /// Asks. A refusal is an error here.
    ///
    /// # Errors
    /// [`CommandError::Client`] and [`CommandError::Failed`].
    pub async fn ask<F>(&self, request: Request) -> Result<Response, CommandError>
    where
        O: Fn() -> F,
        F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
    {
        match control::perform(&self.socket, request, &self.open_offline).await? {
            Response::Failed { message } => Err(CommandError::Failed(message)),
            response => Ok(response),
        }
    }
}

/// Publishes a new token key: `rampart key rotate`.
///
/// # Errors
/// [`CommandError`].
pub async fn rotate_token_keys<O, F>(
    server: &Server<O>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let Response::TokenKeysRotated { key } = server.ask(Request::RotateTokenKeys).await? else {
        return Err(CommandError::Mismatch);
    };
    match format {
        Format::Text => writeln!(out, "token key {key} is published")?,
        Format::Json => print_json(out, &serde_json::json!({ "TokenKey": key }))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Seals everything under the new of two master keys: `rampart key rotate-master`.
///
/// # Errors
/// [`CommandError`].
pub async fn rotate_master_key<O, F>(
    server: &Server<O>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let Response::MasterKeyRotated(rotated) = server.ask(Request::RotateMasterKey).await? else {
        return Err(CommandError::Mismatch);
    };
    let (anew, unopened) = (rotated.sealed_anew, rotated.unopened);
    match format {
        Format::Text => {
            writeln!(
                out,
                "{anew} secrets were sealed anew under the new master key"
            )?;
            if unopened > 0 {
                writeln!(out, "{unopened} open under neither master key, as before")?;
            }
            if anew > 0 {
                writeln!(
                    out,
                    "run it again until it says 0; then the old key can be taken away"
                )?;
            }
        }
        Format::Json => print_json(
            out,
            &serde_json::json!({ "SealedAnew": anew, "Unopened": unopened }),
        )?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what became of a database: `rampart key adopt-database`.
///
/// # Errors
/// Where it cannot be printed.
pub fn print_adopted(
    adopted: &Adopted,
    format: Format,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let (incarnation, sealed_anew) = (hex::encode(adopted.incarnation), adopted.sealed_anew);
    match format {
        Format::Text => writeln!(
            out,
            "the database is {incarnation} now; secrets sealed anew: {sealed_anew}"
        )?,
        Format::Json => print_json(
            out,
            &serde_json::json!({ "Incarnation": incarnation, "SealedAnew": sealed_anew }),
        )?,
    }
    Ok(())
}

/// Prints one value, on one line.
pub(super) fn print_json(out: &mut impl Write, value: &impl Serialize) -> Result<(), CommandError> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
