//! The RPC scheme ("V2"): HMAC-SHA1 over the method and every parameter.
//!
//! `METHOD&%2F&enc(C)`, where `C` is the sorted `enc(name)=enc(value)` joined with `&`, without
//! `Signature`; keyed with the secret followed by `&`, sent as Base64. Source: the vendor's page on the
//! RPC signature and its published vector (see the tests).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use super::SignatureError;
use super::params::{Order, Pair};
use super::secret::SecretText;

/// The one parameter that is not signed.
pub const SIGNATURE: &str = "Signature";

/// The string to sign: of every pair but `Signature`, in whatever order they stand.
///
/// `method` is the upper-case method of the request line. The caller refuses repeated names
/// ([`super::params::find_duplicate`]); should there be any, their values are sorted too.
///
/// ```
/// use rampart::credential::{params::parse_query, rpc::string_to_sign};
/// let pairs = parse_query("b=x+y&a=*&Signature=abc").unwrap();
/// assert_eq!(string_to_sign("GET", &pairs), "GET&%2F&a%3D%252A%26b%3Dx%2520y");
/// ```
pub fn string_to_sign(method: &str, pairs: &[Pair<'_>]) -> String {
    string_in_order(method, pairs, &Order::of(pairs))
}

/// As [`string_to_sign`], of pairs whose order is known.
pub(super) fn string_in_order(method: &str, pairs: &[Pair<'_>], order: &Order) -> String {
    let capacity = pairs
        .iter()
        .map(Pair::estimate)
        .fold(method.len().saturating_add(8), usize::saturating_add);
    let mut out = String::with_capacity(capacity);
    out.push_str(method);
    out.push_str("&%2F&");
    let mut separator = "";
    for (_, pair) in order
        .iter(pairs)
        .filter(|(_, pair)| pair.name() != SIGNATURE)
    {
        out.push_str(separator);
        pair.canonical_twice_into(&mut out);
        separator = "%26";
    }
    out
}

/// A secret prepared for the RPC scheme: the keyed state is copied per request, never keyed again.
#[derive(Clone)]
pub struct RpcKey {
    state: Hmac<Sha1>,
}

impl RpcKey {
    /// Prepares the secret of an access key (for a session, the session's own).
    pub fn new(secret: &SecretText) -> Self {
        let mut key =
            zeroize::Zeroizing::new(Vec::with_capacity(secret.expose().len().saturating_add(1)));
        key.extend_from_slice(secret.expose().as_bytes());
        key.push(b'&');
        Self {
            state: keyed::<Hmac<Sha1>>(&key),
        }
    }

    /// The signature of a string to sign, in Base64.
    pub fn sign(&self, string_to_sign: &str) -> String {
        STANDARD.encode(self.mac(string_to_sign).finalize().into_bytes())
    }

    /// Checks a signature, in constant time on the decoded bytes.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] when it is not Base64 (standard alphabet, padded), else
    /// [`SignatureError::Mismatch`].
    pub fn verify(&self, string_to_sign: &str, signature: &str) -> Result<(), SignatureError> {
        let mut decoded = [0; 24];
        let count = match STANDARD.decode_slice(signature, &mut decoded) {
            Ok(count) => count,
            // Base64 of more bytes than a SHA-1 has: well formed, and no signature of ours.
            Err(base64::DecodeSliceError::OutputSliceTooSmall) => {
                return Err(match STANDARD.decode(signature) {
                    Ok(_) => SignatureError::Mismatch,
                    Err(_) => SignatureError::Malformed,
                });
            }
            Err(base64::DecodeSliceError::DecodeError(_)) => return Err(SignatureError::Malformed),
        };
        self.mac(string_to_sign)
            .verify_slice(decoded.get(..count).unwrap_or_default())
            .map_err(|_| SignatureError::Mismatch)
    }

    fn mac(&self, string_to_sign: &str) -> Hmac<Sha1> {
        let mut mac = self.state.clone();
        mac.update(string_to_sign.as_bytes());
        mac
    }
}

impl std::fmt::Debug for RpcKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RpcKey(..)")
    }
}

/// A keyed HMAC state.
#[expect(
    clippy::expect_used,
    reason = "HMAC takes a key of any length (RFC 2104)"
)]
pub(super) fn keyed<M: hmac::KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::params::{self, parse_query};
    use proptest::prelude::*;

    /// The vector on the vendor's page on RAM's signature.
    const PUBLISHED: &str = "UserName=test&SignatureVersion=1.0&Format=JSON&Timestamp=2015-08-18T03%3A15%3A45Z&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&Version=2015-05-01&Signature=kRA2cnpJVacIhDMzXnoNZG9tDCI%3D&Action=CreateUser&SignatureNonce=6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2";
    const PUBLISHED_SIGNATURE: &str = "kRA2cnpJVacIhDMzXnoNZG9tDCI=";

    fn key() -> RpcKey {
        RpcKey::new(&SecretText::from("testsecret"))
    }

    #[test]
    fn the_published_vector() {
        let pairs = parse_query(PUBLISHED).unwrap();
        let text = string_to_sign("GET", &pairs);
        assert_eq!(
            text,
            "GET&%2F&AccessKeyId%3Dtestid%26Action%3DCreateUser%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2%26SignatureVersion%3D1.0%26Timestamp%3D2015-08-18T03%253A15%253A45Z%26UserName%3Dtest%26Version%3D2015-05-01"
        );
        assert_eq!(key().sign(&text), PUBLISHED_SIGNATURE);
        assert_eq!(key().verify(&text, PUBLISHED_SIGNATURE), Ok(()));
        assert_eq!(params::value(&pairs, SIGNATURE), Some(PUBLISHED_SIGNATURE));
    }

    #[test]
    fn malformed_and_mismatching_are_told_apart() {
        let text = string_to_sign("GET", &parse_query(PUBLISHED).unwrap());
        let verify = |signature: &str| key().verify(&text, signature).unwrap_err();
        for malformed in [
            "*",
            "kRA2cnpJVacIhDMzXnoNZG9tDCI",
            "kRA2cnpJVacIhDMzXnoNZG9tDCJ=",
            "a b=",
            &"=".repeat(9999),
        ] {
            assert_eq!(verify(malformed), SignatureError::Malformed, "{malformed}");
        }
        for other in [
            "",
            "AAAA",
            "kRA2cnpJVacIhDMzXnoNZG9tDCM=",
            &"A".repeat(40),
            &"A".repeat(32),
        ] {
            assert_eq!(verify(other), SignatureError::Mismatch, "{other}");
        }
        let other = RpcKey::new(&SecretText::from("testsecreT"));
        assert_eq!(
            other.verify(&text, PUBLISHED_SIGNATURE),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn the_method_and_empty_values_are_signed() {
        let pairs = parse_query("Empty=&B&Tag.10.Key=a&Tag.2.Key=b&Tag.1.Key=c&a=1&Z=2").unwrap();
        assert_eq!(
            string_to_sign("POST", &pairs),
            "POST&%2F&B%3D%26Empty%3D%26Tag.1.Key%3Dc%26Tag.10.Key%3Da%26Tag.2.Key%3Db%26Z%3D2%26a%3D1"
        );
        assert_eq!(string_to_sign("GET", &[]), "GET&%2F&");
    }

    #[test]
    fn a_key_prints_nothing() {
        assert_eq!(format!("{:?}", key()), "RpcKey(..)");
    }

    /// Lists with distinct names, of texts that like to be mistaken for separators.
    fn lists() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
        proptest::collection::btree_map("[ab&=%2356+é]{0,4}", "[ab&=%2356+é]{0,6}", 0..5)
    }

    proptest! {
        /// One parameter whose name spells out two is another list than the two.
        #[test]
        fn parameters_cannot_hide_in_a_name(list in proptest::collection::vec(("[ab&=%]{0,3}", "[ab&=%]{0,3}"), 2..5)) {
            let text = |list: &[(String, String)]| {
                let pairs: Vec<_> = list.iter().map(|(n, v)| Pair::new(n.as_str(), v.as_str())).collect();
                string_to_sign("GET", &pairs)
            };
            let mut sorted = list;
            sorted.sort();
            let spelt = sorted.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&");
            let hidden = spelt.rsplit_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
            prop_assert_ne!(text(&sorted), text(&[hidden]));
        }

        /// THREATS row 2, for this scheme: what is signed can be read in one way only.
        #[test]
        fn two_lists_never_share_a_string_to_sign(one in lists(), other in lists()) {
            let text = |list: &std::collections::BTreeMap<String, String>| {
                let pairs: Vec<_> = list.iter().map(|(n, v)| Pair::new(n.as_str(), v.as_str())).collect();
                string_to_sign("GET", &pairs)
            };
            prop_assert_eq!(one == other, text(&one) == text(&other));
        }

        /// Whatever the wire form and the order, the same parameters give the same string.
        #[test]
        fn order_and_wire_form_do_not_matter(list in lists(), lower in any::<bool>()) {
            let mut pieces: Vec<String> = list.iter().map(|(n, v)| {
                let escape = |text: &str| text.bytes().map(|b| match b {
                    b' ' => "+".to_owned(),
                    b'a' => "a".to_owned(),
                    _ if lower => format!("%{b:02x}"),
                    _ => format!("%{b:02X}"),
                }).collect::<String>();
                format!("{}={}", escape(n), escape(v))
            }).collect();
            pieces.reverse();
            let raw = pieces.join("&");
            let pairs: Vec<_> = list.iter().map(|(n, v)| Pair::new(n.as_str(), v.as_str())).collect();
            prop_assert_eq!(
                string_to_sign("GET", &parse_query(&raw).unwrap()),
                string_to_sign("GET", &pairs)
            );
        }
    }
}
