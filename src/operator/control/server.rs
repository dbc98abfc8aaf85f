//! The server's end of the control socket.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::frame::{self, MAX_REQUEST, MAX_RESPONSE};
use super::{Request, Response, execute};
use crate::iam::Iam;

/// How many commands run at once; others wait.
const CONCURRENT: usize = 8;

/// How long a client may take to send its request or take its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the control socket is not there.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another server answers on it.
    #[error("another server answers on the control socket `{}`", .0.display())]
    InUse(PathBuf),
    /// It cannot be made. A path of more than about 100 bytes is one reason.
    #[error("cannot make the control socket `{}`", .0.display())]
    Io(PathBuf, #[source] io::Error),
}

/// The control socket, bound. Its file is removed when it goes.
#[derive(Debug)]
pub struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
    /// Device and inode, so that only our own file is removed.
    identity: (u64, u64),
    owner: u32,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == self.identity);
        if ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control socket cannot be removed");
        }
    }
}

impl ControlSocket {
    /// Makes the socket at `path`. Only its owner can open it; one that a dead server left is
    /// replaced.
    ///
    /// # Errors
    /// [`SocketError::InUse`] where a server answers there, [`SocketError::Io`] else.
    pub async fn bind(iam: &Iam, path: &Path) -> Result<Self, SocketError> {
        if UnixStream::connect(path).await.is_ok() {
            return Err(SocketError::InUse(path.to_owned()));
        }
        bind_privately(iam, path).map_err(|error| SocketError::Io(path.to_owned(), error))
    }

    /// Does what comes in until `shutdown` is done. Commands that run then are brought to their
    /// end.
    pub async fn serve(self, iam: Arc<Iam>, shutdown: impl Future<Output = ()>) {
        let running = Arc::new(Semaphore::new(CONCURRENT));
        tokio::pin!(shutdown);
        loop {
            let turn = async {
                let permit = Arc::clone(&running).acquire_owned().await;
                (permit, self.listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                () = &mut shutdown => break,
                taken = turn => taken,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, most likely: they come back.
                    tracing::warn!(%error, "the control socket cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (iam, owner) = (Arc::clone(&iam), self.owner);
            // A task of its own: a command goes on to its end when its client is gone.
            tokio::spawn(async move {
                if let Err(error) = answer(&iam, stream, owner).await {
                    tracing::warn!(%error, "a control connection failed");
                }
                drop(permit);
            });
        }
        let all = u32::try_from(CONCURRENT).unwrap_or(u32::MAX);
        // Never closed, so this is nothing but a wait.
        let _ = running.acquire_many(all).await;
    }
}

/// Makes the socket at `path` and serves it, as [`ControlSocket`] says.
///
/// # Errors
/// Where the socket cannot be made.
pub async fn serve(
    iam: Arc<Iam>,
    path: &Path,
    shutdown: impl Future<Output = ()>,
) -> Result<(), SocketError> {
    let socket = ControlSocket::bind(&iam, path).await?;
    socket.serve(iam, shutdown).await;
    Ok(())
}

async fn answer(iam: &Arc<Iam>, mut stream: UnixStream, owner: u32) -> io::Result<()> {
    // The mode of the socket says so already; this holds also where a system ignores it.
    let peer = stream.peer_cred()?.uid();
    if peer != owner && peer != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "a peer of another user",
        ));
    }
    let received = frame::read::<Request>(&mut stream, MAX_REQUEST);
    let response = match tokio::time::timeout(PATIENCE, received).await? {
        Ok(Some(request)) => execute(iam, request).await,
        Ok(None) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Response::Failed {
            message: error.to_string(),
        },
        Err(error) => return Err(error),
    };
    tokio::time::timeout(PATIENCE, frame::write(&mut stream, &response, MAX_RESPONSE)).await?
}

/// Binds in a directory of our own that nobody else can enter, and moves the socket, closed to
/// others by then, to its place in one step. So at no moment could another user open it.
fn bind_privately(iam: &Iam, path: &Path) -> io::Result<ControlSocket> {
    let parent = path.parent().unwrap_or(Path::new("."));
    // Short: the path of a socket may have about 100 bytes, and this one must not be the longer.
    let directory = parent.join(format!(".c{:04x}", iam.entropy.next_u64() & 0xffff));
    std::fs::DirBuilder::new().mode(0o700).create(&directory)?;
    let bound = bind_in(&directory, path);
    // There where it could not be moved.
    let _ = std::fs::remove_file(directory.join("s"));
    std::fs::remove_dir(&directory)?;
    bound
}

fn bind_in(directory: &Path, path: &Path) -> io::Result<ControlSocket> {
    let first = directory.join("s");
    let listener = UnixListener::bind(&first)?;
    std::fs::set_permissions(&first, std::fs::Permissions::from_mode(0o600))?;
    let made = std::fs::symlink_metadata(&first)?;
    std::fs::rename(&first, path)?;
    Ok(ControlSocket {
        listener,
        path: path.to_owned(),
        identity: (made.dev(), made.ino()),
        owner: made.uid(),
    })
}
