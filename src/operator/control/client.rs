//! The command's end of the control socket.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::UnixStream;

use super::frame::{self, MAX_REQUEST, MAX_RESPONSE};
use super::{Request, Response, execute};
use crate::iam::Iam;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The socket is there and cannot be used.
    #[error("cannot talk to the server on `{}`", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The server closed the connection without an answer. What was asked may have been done.
    #[error("the server on `{}` gave no answer; look at its log", .0.display())]
    NoAnswer(PathBuf),
    /// No server runs, and the database could not be opened.
    #[error("no server runs here, and its database cannot be opened")]
    Offline(#[source] Box<dyn Error + Send + Sync>),
}

/// Asks the server on the socket at `path`. `None` where no server is there.
///
/// # Errors
/// [`ClientError::Io`] and [`ClientError::NoAnswer`].
pub async fn request(path: &Path, request: &Request) -> Result<Option<Response>, ClientError> {
    let failed = |error| ClientError::Io(path.to_owned(), error);
    let mut stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if is_nobody(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    frame::write(&mut stream, request, MAX_REQUEST)
        .await
        .map_err(failed)?;
    match frame::read(&mut stream, MAX_RESPONSE).await {
        Ok(Some(response)) => Ok(Some(response)),
        Ok(None) => Err(ClientError::NoAnswer(path.to_owned())),
        Err(error) => Err(failed(error)),
    }
}

/// Asks the server on the socket at `path`, or where there is none does it here, on the state that
/// `open_offline` opens.
///
/// # Errors
/// [`ClientError`].
pub async fn perform<F>(
    path: &Path,
    request: Request,
    open_offline: impl FnOnce() -> F,
) -> Result<Response, ClientError>
where
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    if let Some(response) = self::request(path, &request).await? {
        return Ok(response);
    }
    let iam = open_offline().await.map_err(ClientError::Offline)?;
    let response = execute(&iam, request).await;
    iam.stop().await;
    iam.store.close().await;
    Ok(response)
}

/// No socket, or one that a dead server left.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}
