//! What a SAML identity provider says of itself: its name and the keys that it signs with.
//!
//! The metadata is the root of trust: it is given by who may manage providers, and its own signature,
//! where it has one, is not looked at. The dates in its certificates are not either, as with most who
//! take SAML metadata: a key is the provider's as long as the metadata says so.

use bergshamra::Key;
use bergshamra::keys::loader::load_x509_cert_der;

use super::xml::{self, Node, decode, moment, ns};

/// The longest metadata, in characters of Base64. Assumed: the vendor names no bound that was found.
pub const LONGEST: usize = 256 * 1024;
/// The longest name of a provider, in characters. Source: SAML 2.0 core, 8.3.6.
const LONGEST_ENTITY_ID: usize = 1024;
/// How many certificates a provider signs with: one, and while it changes it, another.
///
/// Source: errors-and-limits D.
const MOST_CERTIFICATES: usize = 2;
/// How large RSA keys are.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why metadata is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Longer than it may be.
    #[error("the metadata is longer than 262144 characters of Base64")]
    Length,
    /// Not Base64 of UTF-8.
    #[error("the metadata is not UTF-8 in Base64")]
    Encoding,
    /// Not XML, or with a document type.
    #[error("the metadata is no XML, or has a document type")]
    Xml,
    /// Not an `EntityDescriptor` of a SAML 2.0 identity provider.
    #[error("the metadata is no `EntityDescriptor` with one `IDPSSODescriptor` of SAML 2.0")]
    Descriptor,
    /// `entityID` is missing or too long.
    #[error("`entityID` is not 1 to 1024 printable characters")]
    EntityId,
    /// None, or more than two.
    #[error("the provider does not have one or two certificates for signing")]
    Certificates,
    /// Of another kind.
    #[error("a certificate is not of an RSA key of 2048 to 4096 bits, P-256, P-384 or P-521")]
    Key,
    /// `validUntil` is no moment.
    #[error("`validUntil` is no moment")]
    ValidUntil,
}

/// A key that a provider signs with.
#[derive(Clone)]
pub struct SigningKey(pub(super) Key);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.0.algorithm_name())
    }
}

/// What metadata says.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The provider's name, as its assertions give it.
    pub entity_id: String,
    /// The keys that it signs with.
    pub keys: Vec<SigningKey>,
    /// Until when the metadata may be used, in unix seconds, where it says so.
    pub valid_until: Option<i64>,
}

impl Metadata {
    /// Reads metadata as it is given: in Base64.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn decode(encoded: &str) -> Result<Self, MetadataError> {
        if encoded.len() > LONGEST {
            return Err(MetadataError::Length);
        }
        let bytes = decode(encoded).ok_or(MetadataError::Encoding)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| MetadataError::Encoding)?;
        Self::parse(text.trim_start_matches('\u{feff}'))
    }

    /// Reads metadata.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        let document = xml::parse(text).ok_or(MetadataError::Xml)?;
        let entity = Node::root(&document)
            .filter(|root| root.is(ns::METADATA, "EntityDescriptor"))
            .ok_or(MetadataError::Descriptor)?;
        let provider = entity
            .only(ns::METADATA, "IDPSSODescriptor")
            .ok_or(MetadataError::Descriptor)?;
        let protocols = provider.attribute("protocolSupportEnumeration");
        let mut protocols = protocols.unwrap_or_default().split_ascii_whitespace();
        if !protocols.any(|protocol| protocol == ns::PROTOCOL) {
            return Err(MetadataError::Descriptor);
        }
        let entity_id = entity.attribute("entityID").unwrap_or_default();
        if !(1..=LONGEST_ENTITY_ID).contains(&entity_id.chars().count())
            || entity_id.chars().any(char::is_control)
        {
            return Err(MetadataError::EntityId);
        }
        let mut valid_until = None;
        let said = [entity, provider].map(|of| of.attribute("validUntil"));
        for text in said.into_iter().flatten() {
            let until = moment(text).ok_or(MetadataError::ValidUntil)?;
            valid_until = Some(valid_until.map_or(until, |known: i64| known.min(until)));
        }
        Ok(Self {
            entity_id: entity_id.to_owned(),
            keys: keys(provider)?,
            valid_until,
        })
    }
}

/// The keys for signing; a certificate that is there twice counts once.
fn keys(provider: Node<'_>) -> Result<Vec<SigningKey>, MetadataError> {
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    let descriptors = provider.children(ns::METADATA, "KeyDescriptor");
    for descriptor in descriptors.filter(|key| key.attribute("use") != Some("encryption")) {
        let infos = descriptor.children(ns::SIGNATURE, "KeyInfo");
        let data = infos.flat_map(|info| info.children(ns::SIGNATURE, "X509Data"));
        for certificate in data.flat_map(|data| data.children(ns::SIGNATURE, "X509Certificate")) {
            let text = certificate.text().ok_or(MetadataError::Key)?;
            let der = decode(&text).ok_or(MetadataError::Key)?;
            if !certificates.contains(&der) {
                certificates.push(der);
            }
            if certificates.len() > MOST_CERTIFICATES {
                return Err(MetadataError::Certificates);
            }
        }
    }
    if certificates.is_empty() {
        return Err(MetadataError::Certificates);
    }
    certificates.iter().map(|der| key(der)).collect()
}

fn key(certificate: &[u8]) -> Result<SigningKey, MetadataError> {
    let key = load_x509_cert_der(certificate).map_err(|_| MetadataError::Key)?;
    let taken = match key.algorithm_name() {
        "RSA" => key.to_spki_der().is_some_and(|der| {
            let parsed = aws_lc_rs::rsa::PublicEncryptingKey::from_der(&der);
            parsed.is_ok_and(|parsed| RSA_BITS.contains(&parsed.key_size_bits()))
        }),
        "EC-P256" | "EC-P384" | "EC-P521" => true,
        _ => false,
    };
    if !taken {
        return Err(MetadataError::Key);
    }
    Ok(SigningKey(key))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
        PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize, SignatureAlgorithm,
    };

    use super::*;

    const SOUND: &str = include_str!("../../../../tests/vectors/saml/metadata.xml");

    /// A certificate of that key, in Base64.
    fn certificate(key: &KeyPair) -> String {
        let params = CertificateParams::new(vec!["idp.example".to_owned()]).unwrap();
        STANDARD.encode(params.self_signed(key).unwrap().der())
    }

    fn of(algorithm: &'static SignatureAlgorithm) -> String {
        certificate(&KeyPair::generate_for(algorithm).unwrap())
    }

    /// Metadata with a descriptor for each key: its use, and its certificate.
    fn with_keys(keys: &[(&str, &str)]) -> String {
        let mut descriptors = String::new();
        for (usage, certificate) in keys {
            let data = format!("<ds:X509Certificate>{certificate}</ds:X509Certificate>");
            write!(
                descriptors,
                "<md:KeyDescriptor {usage}><ds:KeyInfo><ds:X509Data>{data}</ds:X509Data>\
                 </ds:KeyInfo></md:KeyDescriptor>"
            )
            .unwrap();
        }
        format!(
            r#"<md:EntityDescriptor xmlns:md="{}" xmlns:ds="{}" entityID="urn:idp">
            <md:IDPSSODescriptor protocolSupportEnumeration="{}">{descriptors}</md:IDPSSODescriptor>
            </md:EntityDescriptor>"#,
            ns::METADATA,
            ns::SIGNATURE,
            ns::PROTOCOL
        )
    }

    fn error(text: &str) -> MetadataError {
        Metadata::parse(text).unwrap_err()
    }

    #[test]
    fn the_name_and_the_keys_are_read() {
        let read = Metadata::parse(SOUND).unwrap();
        assert_eq!(read.entity_id, "https://idp.example/saml");
        assert_eq!(format!("{:?}", read.keys), "[SigningKey(RSA)]");
        assert_eq!(read.valid_until, None);
        // With a mark of the byte order in front, as some providers serve it.
        let marked = STANDARD.encode(format!("\u{feff}{SOUND}"));
        assert_eq!(Metadata::decode(&marked).unwrap().entity_id, read.entity_id);
        let dated = SOUND
            .replace(
                "entityID=",
                r#"validUntil="2026-11-22T00:14:31Z" entityID="#,
            )
            .replace(
                "<md:IDPSSODescriptor ",
                r#"<md:IDPSSODescriptor validUntil="2026-11-22T00:14:30.5Z" "#,
            );
        let read = Metadata::parse(&dated).unwrap();
        assert_eq!(read.valid_until, Some(1_795_306_470));
    }

    #[test]
    fn what_is_no_metadata_of_a_provider_is_refused() {
        let twice = SOUND.replace(
            "</md:IDPSSODescriptor>",
            "</md:IDPSSODescriptor><md:IDPSSODescriptor/>",
        );
        for (text, expected) in [
            (String::new(), MetadataError::Xml),
            (
                SOUND.replace("<?xml", "<!DOCTYPE a><?xml"),
                MetadataError::Xml,
            ),
            (
                SOUND.replace("<md:Entity", "<!DOCTYPE a><md:Entity"),
                MetadataError::Xml,
            ),
            (
                SOUND.replace("EntityDescriptor", "EntitiesDescriptor"),
                MetadataError::Descriptor,
            ),
            (SOUND.replace("IDPSSO", "SPSSO"), MetadataError::Descriptor),
            (
                SOUND.replace("SAML:2.0:metadata", "SAML:1.0:metadata"),
                MetadataError::Descriptor,
            ),
            (
                SOUND.replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
                MetadataError::Descriptor,
            ),
            (twice, MetadataError::Descriptor),
            (
                SOUND.replace("https://idp.example/saml\"", "\""),
                MetadataError::EntityId,
            ),
            (
                SOUND.replace(
                    "entityID=\"https",
                    &format!("entityID=\"{}", "a".repeat(1024)),
                ),
                MetadataError::EntityId,
            ),
            (
                SOUND.replace("entityID=", "validUntil=\"tomorrow\" entityID="),
                MetadataError::ValidUntil,
            ),
            (SOUND.replace("MIID", "AIID"), MetadataError::Key),
        ] {
            assert_eq!(error(&text), expected, "{text}");
        }
        let long = Metadata::decode(&"A".repeat(LONGEST + 1)).unwrap_err();
        assert_eq!(long, MetadataError::Length);
        for text in ["***", "/w=="] {
            assert_eq!(Metadata::decode(text).unwrap_err(), MetadataError::Encoding);
        }
    }

    #[test]
    fn one_or_two_certificates_are_for_signing() {
        let [one, two, three] = [(); 3].map(|()| of(&PKCS_ECDSA_P256_SHA256));
        let signing = r#"use="signing""#;
        let count = |keys: &[(&str, &str)]| Metadata::parse(&with_keys(keys)).map(|m| m.keys.len());
        assert_eq!(count(&[(signing, &one)]), Ok(1));
        // Without a use it is for both; one that is there twice counts once.
        let both = [(signing, &*one), ("", &*two), (signing, &*one)];
        assert_eq!(count(&both), Ok(2));
        let unused = [(r#"use="encryption""#, &*one), (signing, &*two)];
        assert_eq!(count(&unused), Ok(1));
        let few = MetadataError::Certificates;
        assert_eq!(count(&[]), Err(few));
        assert_eq!(count(&[(r#"use="encryption""#, &one)]), Err(few));
        let many = [(signing, &*one), (signing, &*two), (signing, &*three)];
        assert_eq!(count(&many), Err(few));
    }

    #[test]
    fn t18_keys_are_of_these_kinds_and_sizes() {
        let name = |certificate: &str| {
            let read = Metadata::parse(&with_keys(&[("", certificate)]))?;
            Ok(read.keys[0].0.algorithm_name())
        };
        for (algorithm, expected) in [
            (&PKCS_ECDSA_P256_SHA256, Ok("EC-P256")),
            (&PKCS_ECDSA_P384_SHA384, Ok("EC-P384")),
            (&PKCS_ECDSA_P521_SHA512, Ok("EC-P521")),
            (&PKCS_ED25519, Err(MetadataError::Key)),
        ] {
            assert_eq!(name(&of(algorithm)), expected);
        }
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096).unwrap();
        assert_eq!(name(&certificate(&key)), Ok("RSA"));
        // Keys beside that range cannot be made here: one of 1024 and one of 8192 bits.
        for certificate in [
            include_str!("../../../../tests/vectors/saml/rsa-1024.txt"),
            include_str!("../../../../tests/vectors/saml/rsa-8192.txt"),
        ] {
            assert_eq!(name(certificate), Err(MetadataError::Key));
        }
    }
}
