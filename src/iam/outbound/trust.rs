//! Whose certificate is taken for a host's: one that comes from the machine's roots or, where a
//! provider has fingerprints, from a certificate that has one of them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::OutboundSetupError;

/// The roots that this machine trusts, and those that the operator adds.
#[derive(Debug, Clone)]
pub(super) struct Roots(Arc<Held>);

#[derive(Debug)]
struct Held {
    operators: Vec<CertificateDer<'static>>,
    /// Both. The machine's are read at the first need: a start does not wait for them.
    all: OnceLock<Vec<CertificateDer<'static>>>,
}

impl Roots {
    /// Those in the operator's file, and later the machine's.
    pub(super) fn read(ca_file: Option<&Path>) -> Result<Self, OutboundSetupError> {
        let mut operators = Vec::new();
        if let Some(path) = ca_file {
            let unreadable = |source| OutboundSetupError::CaFile {
                path: path.to_owned(),
                source,
            };
            let found = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
            operators = found.collect::<Result<_, _>>().map_err(unreadable)?;
            if operators.is_empty() {
                return Err(unreadable(rustls::pki_types::pem::Error::NoItemsFound));
            }
        }
        Ok(Self(Arc::new(Held {
            operators,
            all: OnceLock::new(),
        })))
    }

    fn all(&self) -> &[CertificateDer<'static>] {
        self.0.all.get_or_init(|| {
            let mut all = rustls_native_certs::load_native_certs().certs;
            all.extend(self.0.operators.iter().cloned());
            all
        })
    }

    /// Whom a connection trusts, for a provider with these fingerprints.
    pub(super) fn config(&self, fingerprints: &[String]) -> Result<rustls::ClientConfig, Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let verifier = Verifier {
            roots: self.clone(),
            fingerprints: fingerprints.to_vec(),
            provider,
        };
        Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth())
    }
}

/// That no certificate has one of the fingerprints.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no certificate has one of the fingerprints")]
pub(super) struct FingerprintMismatch;

#[derive(Debug)]
struct Verifier {
    roots: Roots,
    fingerprints: Vec<String>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// Whether a certificate has one of the fingerprints.
    fn is_named(&self, certificate: &CertificateDer<'_>) -> bool {
        let prints = [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256]
            .map(|algorithm| hex::encode(digest(algorithm, certificate)));
        let mut wanted = self.fingerprints.iter();
        wanted.any(|wanted| {
            prints
                .iter()
                .any(|print| print.eq_ignore_ascii_case(wanted))
        })
    }

    /// The certificates that the host's must come from.
    fn anchors(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<RootCertStore, Error> {
        let mut anchors = RootCertStore::empty();
        if self.fingerprints.is_empty() {
            anchors.add_parsable_certificates(self.roots.all().iter().cloned());
            return Ok(anchors);
        }
        // A host sends its own certificate and those above, but seldom the last of them.
        let sent = std::iter::once(end_entity).chain(intermediates);
        for certificate in sent.chain(self.roots.all()) {
            if self.is_named(certificate) {
                anchors.add(certificate.clone().into_owned())?;
            }
        }
        if anchors.is_empty() {
            let other = rustls::OtherError(Arc::new(FingerprintMismatch));
            return Err(Error::InvalidCertificate(CertificateError::Other(other)));
        }
        Ok(anchors)
    }

    fn verifier(&self, anchors: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, Error> {
        WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&self.provider))
            .build()
            .map_err(|error: VerifierBuilderError| Error::General(error.to_string()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let anchors = self.anchors(end_entity, intermediates)?;
        self.verifier(anchors)?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
