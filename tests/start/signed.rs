//! Signed requests of root, as text.

use std::fmt::Write as _;

use rampart::credential::params::Pair;
use rampart::credential::percent::encode;
use rampart::credential::rpc::{RpcKey, string_to_sign};
use rampart::credential::secret::SecretText;
use rampart::credential::time;

/// A GET of a call, dated now.
pub(crate) fn request((id, secret): (&str, &str), nonce: &str, call: &[(&str, &str)]) -> String {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = time::format(i64::try_from(now).unwrap());
    let mut pairs = vec![
        ("Format", "JSON"),
        ("AccessKeyId", id),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", nonce),
        ("Timestamp", &now),
    ];
    pairs.extend(call);
    let signed: Vec<_> = pairs
        .iter()
        .map(|(name, value)| Pair::new(*name, *value))
        .collect();
    let signature = RpcKey::new(&SecretText::from(secret)).sign(&string_to_sign("GET", &signed));
    let mut query = format!("Signature={}", encode(&signature));
    for (name, value) in pairs {
        write!(query, "&{name}={}", encode(value)).unwrap();
    }
    format!("GET /?{query} HTTP/1.1\r\nHost: x\r\n\r\n")
}
