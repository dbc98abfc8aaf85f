//! Row 19: requests that tenants cause go where the operator lets them, and nowhere else.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum_server::tls_rustls::RustlsConfig;
use rampart::iam::outbound::{Outbound, Resolver};
use rampart::ports::{OutboundError, OutboundGet, OutboundHttp};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// What names resolve to, and how often that was asked.
struct Names {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    /// The answers in their order; the last one goes on.
    fn are(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|a| a.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 {
            return Ok(answers.remove(0));
        }
        Ok(answers[0].clone())
    }
}

/// A host `idp.test` that speaks TLS on loopback, with a certificate of a CA of its own.
struct Host {
    port: u16,
    /// How many connections it took.
    taken: Arc<AtomicUsize>,
    directory: TempDir,
    authority: Vec<u8>,
    own: Vec<u8>,
}

impl Host {
    async fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["idp.test".to_owned(), "127.0.0.1".to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), authority.pem()).unwrap();
        let chain = vec![own.der().to_vec(), authority.der().to_vec()];
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = RustlsConfig::from_der(chain, key.serialize_der())
            .await
            .unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let elsewhere = |location: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("location", location.parse().unwrap());
            std::future::ready((StatusCode::FOUND, headers))
        };
        let router = Router::new()
            .route(
                "/keys",
                axum::routing::get(move || async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    "the keys"
                }),
            )
            .route(
                "/long",
                axum::routing::get(|| async { Bytes::from(vec![b'x'; 100_000]) }),
            )
            .route("/elsewhere", axum::routing::get(move || elsewhere("/keys")));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        tokio::spawn(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
        Self {
            port,
            taken,
            directory,
            authority: authority.der().to_vec(),
            own: own.der().to_vec(),
        }
    }

    fn ca_file(&self) -> std::path::PathBuf {
        self.directory.path().join("ca.pem")
    }

    fn url(&self, path: &str) -> String {
        format!("https://idp.test:{}/{path}", self.port)
    }
}

fn outbound(names: &Arc<Names>, openings: &[&str], ca_file: Option<&Path>) -> Outbound {
    let openings = openings.iter().map(|text| text.parse().unwrap()).collect();
    Outbound::new(Arc::clone(names) as Arc<dyn Resolver>, openings, ca_file).unwrap()
}

async fn get(
    outbound: &Outbound,
    url: &str,
    fingerprints: &[String],
) -> Result<Vec<u8>, OutboundError> {
    let get = OutboundGet {
        url,
        fingerprints,
        max_bytes: 1000,
    };
    outbound.get(&get).await
}

fn print(algorithm: &'static Algorithm, certificate: &[u8]) -> Vec<String> {
    vec![hex::encode(digest(algorithm, certificate))]
}

const OPEN: &[&str] = &["idp.test=127.0.0.0/8"];

#[tokio::test]
async fn t19_nothing_is_sent_to_closed_addresses() {
    let host = Host::start().await;
    let ca = host.ca_file();
    for answers in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["100.100.100.200"],
    ] {
        let names = Names::are(&[answers]);
        for openings in [
            &[][..],
            &["other.test=127.0.0.0/8"],
            &["idp.test=10.0.0.0/8"],
        ] {
            let outbound = outbound(&names, openings, Some(&ca));
            let refused = get(&outbound, &host.url("keys"), &[]).await.unwrap_err();
            assert!(
                matches!(refused, OutboundError::Refused),
                "{answers:?} {refused:?}"
            );
        }
    }
    // An address in the place of the name is judged without a look-up.
    let names = Names::are(&[&["8.8.8.8"]]);
    let outbound = outbound(&names, OPEN, Some(&ca));
    for address in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:7f00:1]",
    ] {
        let url = format!("https://{address}:{}/keys", host.port);
        let refused = get(&outbound, &url, &[]).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::Refused),
            "{address} {refused:?}"
        );
    }
    assert_eq!(names.asked.load(Ordering::SeqCst), 0);
    assert_eq!(host.taken.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn t19_a_name_is_resolved_once_and_the_judged_address_is_reached() {
    let host = Host::start().await;
    // The second answer would lead elsewhere.
    let names = Names::are(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outbound = outbound(&names, &["idp.test=127.0.0.1"], Some(&host.ca_file()));
    assert_eq!(
        get(&outbound, &host.url("keys"), &[]).await.unwrap(),
        b"the keys"
    );
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    let refused = get(&outbound, &host.url("keys"), &[]).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Refused), "{refused:?}");
    assert_eq!(host.taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn t19_nobody_is_followed_elsewhere() {
    let host = Host::start().await;
    let names = Names::are(&[&["127.0.0.1"]]);
    let outbound = outbound(&names, OPEN, Some(&host.ca_file()));
    for path in ["elsewhere", "none", "long"] {
        let refused = get(&outbound, &host.url(path), &[]).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::Failed(_)),
            "{path} {refused:?}"
        );
    }
    for url in [
        host.url("keys").replace("https", "http"),
        host.url("keys").replace("https", "ftp"),
        host.url("keys").replace("https://", "https://user:word@"),
        "file:///etc/passwd".to_owned(),
        "keys".to_owned(),
    ] {
        let refused = get(&outbound, &url, &[]).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::Failed(_)),
            "{url} {refused:?}"
        );
    }
    assert_eq!(host.taken.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn t18_a_fingerprint_stands_in_for_the_roots() {
    let host = Host::start().await;
    let names = Names::are(&[&["127.0.0.1"]]);
    let (plain, with_ca) = (
        outbound(&names, OPEN, None),
        outbound(&names, OPEN, Some(&host.ca_file())),
    );
    let url = host.url("keys");
    // The host's CA is none of the machine's roots.
    let refused = get(&plain, &url, &[]).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Failed(_)), "{refused:?}");
    for algorithm in [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256] {
        let print = print(algorithm, &host.authority);
        assert_eq!(get(&plain, &url, &print).await.unwrap(), b"the keys");
        let upper = vec!["00".repeat(20), print[0].to_uppercase()];
        assert_eq!(get(&plain, &url, &upper).await.unwrap(), b"the keys");
    }
    for other in [print(&SHA256, b"another"), vec![String::from("abcd")]] {
        // With fingerprints the roots count no more.
        for outbound in [&plain, &with_ca] {
            let refused = get(outbound, &url, &other).await.unwrap_err();
            assert!(matches!(refused, OutboundError::Fingerprint), "{refused:?}");
        }
    }
    // A certificate comes from no other that is its own.
    let own = print(&SHA256, &host.own);
    assert!(get(&plain, &url, &own).await.is_err());
    // The name must still be the host's.
    let elsewhere = outbound(&names, &["other.test=127.0.0.1"], None);
    let url = url.replace("idp.test", "other.test");
    let refused = get(&elsewhere, &url, &print(&SHA256, &host.authority))
        .await
        .unwrap_err();
    assert!(matches!(refused, OutboundError::Failed(_)), "{refused:?}");
}
