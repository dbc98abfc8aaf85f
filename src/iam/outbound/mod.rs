//! The one way out: what a tenant names elsewhere, as an issuer's keys, is fetched here (THREATS 19).
//!
//! `https` alone, no redirects, no proxy of the environment. A name is resolved once, every address of
//! it is judged, and the connection goes to one that was judged: a name that resolves to something
//! else the next time leads nowhere else. Special addresses are closed unless the operator has opened
//! host and range.

mod judge;
mod trust;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Url;
use reqwest::header::ACCEPT;

pub use judge::{Opening, OpeningError};

use crate::ports::{OutboundError, OutboundGet, OutboundHttp};
use trust::{FingerprintMismatch, Roots};

/// How long one request may take, from the look-up of the name to the last byte.
const PATIENCE: Duration = Duration::from_millis(2500);

/// Why nothing can be fetched at all.
#[derive(Debug, thiserror::Error)]
pub enum OutboundSetupError {
    /// The file with the operator's roots.
    #[error("`{}` holds no certificates that can be read", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
}

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Every address.
    ///
    /// # Errors
    /// Where there are none.
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The machine's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Fetches over the network.
pub struct Outbound {
    resolver: Arc<dyn Resolver>,
    openings: Vec<Opening>,
    roots: Roots,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("openings", &self.openings)
            .finish_non_exhaustive()
    }
}

/// A host is not one to go to.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("the URL is not one of `https`")]
    Url,
    #[error("the host has no address")]
    NoAddress,
    #[error("the answer has the status {0}")]
    Status(u16),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("no answer in time")]
    TooSlow,
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OutboundError {
    OutboundError::Failed(error.into())
}

impl Outbound {
    /// `ca_file` adds roots to the machine's.
    ///
    /// # Errors
    /// [`OutboundSetupError`].
    pub fn new(
        resolver: Arc<dyn Resolver>,
        openings: Vec<Opening>,
        ca_file: Option<&Path>,
    ) -> Result<Self, OutboundSetupError> {
        Ok(Self {
            resolver,
            openings,
            roots: Roots::read(ca_file)?,
        })
    }

    /// The addresses that a request for this host may go to: all that it has, or none where one of
    /// them is closed.
    async fn judged(&self, url: &Url) -> Result<Vec<SocketAddr>, OutboundError> {
        let host = url.host_str().ok_or_else(|| failed(Unfit::Url))?;
        let port = url.port_or_known_default().unwrap_or(443);
        // Of an IPv6 address without its brackets.
        let host = host.trim_matches(['[', ']']);
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.resolve(host).await.map_err(failed)?,
        };
        if found.is_empty() {
            return Err(failed(Unfit::NoAddress));
        }
        let closed = |address: &IpAddr| !judge::admits(&self.openings, host, *address);
        if found.iter().any(closed) {
            return Err(OutboundError::Refused);
        }
        Ok(found
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect())
    }

    async fn fetch(&self, get: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError> {
        let url = Url::parse(get.url).map_err(failed)?;
        if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
            return Err(failed(Unfit::Url));
        }
        let addresses = self.judged(&url).await?;
        let tls = self.roots.config(get.fingerprints).map_err(failed)?;
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE);
        if let Some(host) = url.domain() {
            // Not resolved again: what was judged is where it goes.
            client = client.resolve_to_addrs(host, &addresses);
        }
        let client = client.build().map_err(failed)?;
        let sent = client.get(url).header(ACCEPT, "application/json").send();
        let mut answer = sent.await.map_err(sending)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(failed(Unfit::Status(answer.status().as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(sending)? {
            if body.len() + chunk.len() > get.max_bytes {
                return Err(failed(Unfit::TooLong(get.max_bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// What a failed request was: a certificate without a fingerprint is told from the rest.
fn sending(error: reqwest::Error) -> OutboundError {
    if lacks_fingerprint(&error) {
        OutboundError::Fingerprint
    } else {
        failed(error.without_url())
    }
}

/// Whether the cause of an error is that no certificate has one of the fingerprints. An I/O error hides
/// the one that it holds from its `source`.
fn lacks_fingerprint(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) =
        error.downcast_ref()
    {
        return other.0.is::<FingerprintMismatch>();
    }
    let held = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match (held, error.source()) {
        (Some(held), _) => lacks_fingerprint(held),
        (None, Some(source)) => lacks_fingerprint(source),
        (None, None) => false,
    }
}

#[async_trait]
impl OutboundHttp for Outbound {
    async fn get(&self, get: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError> {
        tokio::time::timeout(PATIENCE, self.fetch(get))
            .await
            .map_err(|_| failed(Unfit::TooSlow))?
    }
}
