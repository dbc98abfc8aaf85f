//! The keys of an OIDC provider, as a JSON Web Key Set has them (RFC 7517), and what they verify.
//!
//! A key verifies what its type is for and nothing else: what a token's header says chooses among the
//! keys that there are, it brings none along.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// The longest key set, in bytes.
pub const LONGEST: usize = 128 * 1024;
/// The most keys that a set may have.
const MOST_KEYS: usize = 64;
/// About what a key takes that was read: an RSA key of 4096 bits, with what is computed beforehand.
const KEY_BYTES: usize = 4096;
/// The shortest and the longest modulus of an RSA key, in bits: a longer one costs more than it is
/// worth.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// How a token can be signed. Of RFC 7518: no secret that both sides know, and never `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// With SHA-384.
    Rs384,
    /// With SHA-512.
    Rs512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl Algorithm {
    const ALL: [(&'static str, Self); 5] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
    ];

    /// By its name in a header; case counts.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(known, _)| *known == name).map(|(_, alg)| *alg)
    }
}

/// Why a text is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not the JSON of one.
    #[error("the key set is not a JSON object with a list of keys")]
    Malformed,
    /// Too long, or with too many keys.
    #[error("the key set is too long")]
    TooLong,
    /// None of its keys can be used here.
    #[error("the key set has no RSA key of 2048 to 4096 bits and no key on P-256 or P-384")]
    NoKeys,
}

/// A key, for one algorithm.
struct Key {
    id: Option<Box<str>>,
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

/// The usable keys of a provider.
#[derive(Default)]
pub struct KeySet(Vec<Key>);

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|key| (&key.id, key.algorithm)))
            .finish()
    }
}

#[derive(Deserialize)]
struct Written {
    keys: Vec<Value>,
}

/// The members that matter; of each a text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenKey {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    n: String,
    e: String,
    crv: String,
    x: String,
    y: String,
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

impl WrittenKey {
    /// The key for each algorithm that it may be used with; none where it is of no use here.
    fn usable(&self) -> Vec<(Algorithm, ParsedPublicKey)> {
        let signs = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !signs {
            return Vec::new();
        }
        let keys = match (self.kty.as_str(), self.crv.as_str()) {
            ("RSA", _) => self.rsa().unwrap_or_default(),
            ("EC", "P-256") => self.ec(Algorithm::Es256, 32),
            ("EC", "P-384") => self.ec(Algorithm::Es384, 48),
            _ => Vec::new(),
        };
        let allowed = |(algorithm, _): &(Algorithm, _)| {
            self.alg
                .as_deref()
                .is_none_or(|alg| Algorithm::named(alg) == Some(*algorithm))
        };
        keys.into_iter().filter(allowed).collect()
    }

    fn rsa(&self) -> Option<Vec<(Algorithm, ParsedPublicKey)>> {
        let without_zeros = |number: Vec<u8>| -> Vec<u8> {
            number.into_iter().skip_while(|byte| *byte == 0).collect()
        };
        let (n, e) = (
            without_zeros(bytes(&self.n)?),
            without_zeros(bytes(&self.e)?),
        );
        let first = n.first()?;
        let bits = n.len() * 8 - first.leading_zeros() as usize;
        // An exponent of more than 32 bits only slows the check down.
        let is_sound = RSA_BITS.contains(&bits) && (1..=4).contains(&e.len());
        if !is_sound {
            return None;
        }
        let components = PublicKeyComponents { n, e };
        let keys = [
            (Algorithm::Rs256, &RSA_PKCS1_2048_8192_SHA256),
            (Algorithm::Rs384, &RSA_PKCS1_2048_8192_SHA384),
            (Algorithm::Rs512, &RSA_PKCS1_2048_8192_SHA512),
        ];
        keys.into_iter()
            .map(|(algorithm, parameters)| {
                let key = components.to_parsed_public_key(parameters).ok()?;
                Some((algorithm, key))
            })
            .collect()
    }

    fn ec(&self, algorithm: Algorithm, length: usize) -> Vec<(Algorithm, ParsedPublicKey)> {
        let (Some(x), Some(y)) = (bytes(&self.x), bytes(&self.y)) else {
            return Vec::new();
        };
        if x.len() != length || y.len() != length {
            return Vec::new();
        }
        // The point, not compressed.
        let point = [&[4][..], &x, &y].concat();
        let key = match algorithm {
            Algorithm::Es384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
            _ => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        };
        key.into_iter().map(|key| (algorithm, key)).collect()
    }
}

impl KeySet {
    /// Reads a key set. Keys of no use here are passed over.
    ///
    /// # Errors
    /// [`KeySetError`].
    pub fn parse(text: &[u8]) -> Result<Self, KeySetError> {
        if text.len() > LONGEST {
            return Err(KeySetError::TooLong);
        }
        let written: Written = serde_json::from_slice(text).map_err(|_| KeySetError::Malformed)?;
        if written.keys.len() > MOST_KEYS {
            return Err(KeySetError::TooLong);
        }
        let mut keys = Vec::new();
        for value in written.keys {
            let Ok(written) = serde_json::from_value::<WrittenKey>(value) else {
                continue;
            };
            for (algorithm, public) in written.usable() {
                keys.push(Key {
                    id: written.kid.as_deref().map(Into::into),
                    algorithm,
                    public,
                });
            }
        }
        if keys.is_empty() {
            return Err(KeySetError::NoKeys);
        }
        Ok(Self(keys))
    }

    /// About how many bytes its keys take: one of RSA lies there once for each algorithm.
    pub fn bytes(&self) -> usize {
        self.0.len() * KEY_BYTES
    }

    fn fitting<'a>(
        &'a self,
        id: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a Key> {
        self.0.iter().filter(move |key| {
            key.algorithm == algorithm && id.is_none_or(|id| key.id.as_deref() == Some(id))
        })
    }

    /// Whether there is a key that a token with this header names. One that names none is verified
    /// only where there is no choice.
    pub fn has(&self, id: Option<&str>, algorithm: Algorithm) -> bool {
        let count = self.fitting(id, algorithm).count();
        count == 1 || (count > 1 && id.is_some())
    }

    /// Whether a key of that name made the signature.
    pub fn verifies(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        // Two keys of one name are a provider's slip; more than a few are none.
        let mut keys = self.fitting(id, algorithm).take(4);
        self.has(id, algorithm) && keys.any(|key| key.public.verify_sig(signed, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};

    /// Modulus and exponent of a new key.
    fn rsa(bits: KeySize) -> (String, &'static str) {
        let pair = RsaKeyPair::generate(bits).unwrap();
        // PKCS#1: the modulus behind nine bytes of heads, and the exponent 65537 in five.
        let der = pair.public_key().as_ref();
        assert!(der.ends_with(&[2, 3, 1, 0, 1]));
        (URL_SAFE_NO_PAD.encode(&der[9..der.len() - 5]), "AQAB")
    }

    fn set(keys: &str) -> Result<KeySet, KeySetError> {
        KeySet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes())
    }

    #[test]
    fn keys_of_no_use_are_passed_over() {
        let (n, e) = rsa(KeySize::Rsa2048);
        let rsa = |more: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"{more}}}"#);
        let good = set(&rsa(r#","kid":"a""#)).unwrap();
        for algorithm in [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512] {
            assert!(good.has(Some("a"), algorithm));
            assert!(good.has(None, algorithm));
            assert!(!good.has(Some("b"), algorithm));
        }
        assert!(!good.has(Some("a"), Algorithm::Es256));
        let one = set(&rsa(r#","kid":"a","use":"sig","alg":"RS384""#)).unwrap();
        assert!(one.has(Some("a"), Algorithm::Rs384));
        assert!(!one.has(Some("a"), Algorithm::Rs256));
        for unusable in [
            rsa(r#","use":"enc""#),
            rsa(r#","key_ops":["encrypt"]"#),
            rsa(r#","alg":"HS256""#),
            rsa(r#","alg":"none""#),
            rsa(r#","kid":7"#),
            r#"{"kty":"oct","k":"c2VjcmV0"}"#.to_owned(),
            r#"{"kty":"RSA"}"#.to_owned(),
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#.to_owned(),
            r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#.to_owned(),
            "1".to_owned(),
        ] {
            assert_eq!(
                set(&unusable).unwrap_err(),
                KeySetError::NoKeys,
                "{unusable}"
            );
        }
        for text in ["", "[]", "{}", r#"{"keys":{}}"#] {
            let refused = KeySet::parse(text.as_bytes()).unwrap_err();
            assert_eq!(refused, KeySetError::Malformed, "{text}");
        }
        let many = vec![rsa(""); MOST_KEYS + 1].join(",");
        assert_eq!(set(&many).unwrap_err(), KeySetError::TooLong);
    }

    #[test]
    fn a_token_that_names_no_key_has_one_only_where_there_is_no_choice() {
        let (n, e) = rsa(KeySize::Rsa2048);
        let key = |id: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}","kid":"{id}"}}"#);
        let two = set(&[key("a"), key("b")].join(",")).unwrap();
        assert!(two.has(Some("a"), Algorithm::Rs256));
        assert!(!two.has(None, Algorithm::Rs256));
    }

    #[test]
    fn t18_rsa_keys_have_2048_to_4096_bits() {
        let (n, e) = rsa(KeySize::Rsa4096);
        assert!(set(&format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#)).is_ok());
        for bits in [512, 1024, 2047, 4097, 8192, 16_384] {
            let mut number = vec![0xff_u8; bits / 8 + 1];
            let bits_of_first = bits % 8;
            number[0] = if bits_of_first == 0 {
                0
            } else {
                (1 << bits_of_first) - 1
            };
            let n = URL_SAFE_NO_PAD.encode(&number);
            let key = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#);
            assert_eq!(set(&key).unwrap_err(), KeySetError::NoKeys, "{bits}");
        }
        // An exponent as long as the modulus.
        let key = format!(r#"{{"kty":"RSA","n":"{n}","e":"{n}"}}"#);
        assert_eq!(set(&key).unwrap_err(), KeySetError::NoKeys);
    }
}
