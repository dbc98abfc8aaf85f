//! The two signature schemes, written apart from the server's so that one checks the other.
//!
//! A [`Template`] is everything of a request that stays: the bytes between the nonce, the time and
//! the signature, and the hash states up to the first of them. What is left per request is a nonce,
//! the time and the rest of the hash.

use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::Result;

const USER_AGENT: &str = "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2";
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// An access key.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// One call: the action, its version and its own parameters, in any order.
pub(crate) struct Call<'a> {
    pub(crate) action: &'a str,
    pub(crate) version: &'a str,
    pub(crate) params: &'a [(&'a str, &'a str)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Rpc,
    Acs3,
}

/// Keeps the unreserved characters and writes every other byte as `%XX`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn hmac<M: Mac + KeyInit>(key: &str) -> Result<M> {
    <M as KeyInit>::new_from_slice(key.as_bytes()).map_err(|error| error.to_string().into())
}

/// A request that only lacks its nonce, its time and its signature.
pub(crate) enum Template {
    /// Sent as it is; the ceiling is not signed.
    Plain(Vec<u8>),
    Rpc {
        /// Up to the nonce, between nonce and time, from the time to the signature, from there on.
        wire: [Vec<u8>; 4],
        /// What is signed between nonce and time, and after it. What comes before is in `state`.
        signed: [Vec<u8>; 2],
        state: Hmac<Sha1>,
    },
    Acs3 {
        /// Up to the time, between time and nonce, from the nonce to the signature, from there on.
        wire: [Vec<u8>; 4],
        signed: [Vec<u8>; 2],
        /// The hash of the canonical request up to the time.
        request: Sha256,
        state: Hmac<Sha256>,
    },
}

impl Template {
    /// The smallest request there is.
    pub(crate) fn plain(host: SocketAddr) -> Self {
        Self::Plain(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes())
    }

    pub(crate) fn new(
        scheme: Scheme,
        host: SocketAddr,
        key: &Key,
        call: &Call<'_>,
    ) -> Result<Self> {
        match scheme {
            Scheme::Rpc => Self::rpc(host, key, call),
            Scheme::Acs3 => Self::acs3(host, key, call),
        }
    }

    /// A POST with everything in the query and no body, as the vendor's clients send it.
    fn rpc(host: SocketAddr, key: &Key, call: &Call<'_>) -> Result<Self> {
        let mut pairs = vec![
            ("AccessKeyId", key.id.as_str()),
            ("Action", call.action),
            ("Format", "json"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", ""),
            ("SignatureVersion", "1.0"),
            ("Timestamp", ""),
            ("Version", call.version),
        ];
        pairs.extend_from_slice(call.params);
        pairs.sort_unstable();
        // The nonce and the time sort in this order, whatever else there is.
        let mut pieces = [String::new(), String::new(), String::new()];
        let mut at = 0;
        for (name, value) in pairs {
            let piece = &mut pieces[at];
            if at > 0 || !piece.is_empty() {
                piece.push('&');
            }
            let _ = write!(piece, "{}={}", encode(name), encode(value));
            if name == "SignatureNonce" || name == "Timestamp" {
                at += 1;
            }
        }
        let mut state: Hmac<Sha1> = hmac(&format!("{}&", key.secret))?;
        state.update(b"POST&%2F&");
        state.update(encode(&pieces[0]).as_bytes());
        Ok(Self::Rpc {
            signed: [encode(&pieces[1]).into_bytes(), encode(&pieces[2]).into_bytes()],
            wire: [
                format!("POST /?{}", pieces[0]).into_bytes(),
                pieces[1].clone().into_bytes(),
                format!("{}&Signature=", pieces[2]).into_bytes(),
                format!(
                    " HTTP/1.1\r\nhost: {host}\r\nAccept-Encoding: identity\r\nx-acs-version: {}\r\nx-acs-action: {}\r\n\
                     user-agent: {USER_AGENT}\r\nContent-Length: 0\r\n\r\n",
                    call.version, call.action
                )
                .into_bytes(),
            ],
            state,
        })
    }

    /// As above; all headers that the vendor's Python client sets are sent and signed.
    fn acs3(host: SocketAddr, key: &Key, call: &Call<'_>) -> Result<Self> {
        let mut pairs = call.params.to_vec();
        pairs.sort_unstable();
        let query = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let names = "accept;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;\
                     x-acs-signature-nonce;x-acs-version";
        let Call {
            action, version, ..
        } = call;
        let request = Sha256::new().chain_update(format!(
            "POST\n/\n{query}\naccept:application/json\nhost:{host}\nuser-agent:{USER_AGENT}\nx-acs-action:{action}\n\
             x-acs-content-sha256:{EMPTY_SHA256}\nx-acs-credentials-provider:static_ak\nx-acs-date:"
        ));
        let mut state: Hmac<Sha256> = hmac(&key.secret)?;
        state.update(b"ACS3-HMAC-SHA256\n");
        let target = if query.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{query}")
        };
        Ok(Self::Acs3 {
            signed: [
                b"\nx-acs-signature-nonce:".to_vec(),
                format!("\nx-acs-version:{version}\n\n{names}\n{EMPTY_SHA256}").into_bytes(),
            ],
            wire: [
                format!(
                    "POST {target} HTTP/1.1\r\nAccept-Encoding: identity\r\nhost: {host}\r\nx-acs-version: {version}\r\n\
                     x-acs-action: {action}\r\nuser-agent: {USER_AGENT}\r\nx-acs-date: "
                )
                .into_bytes(),
                b"\r\nx-acs-signature-nonce: ".to_vec(),
                format!(
                    "\r\naccept: application/json\r\nx-acs-content-sha256: {EMPTY_SHA256}\r\n\
                     x-acs-credentials-provider: static_ak\r\nAuthorization: ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature=",
                    key.id
                )
                .into_bytes(),
                b"\r\nContent-Length: 0\r\n\r\n".to_vec(),
            ],
            request,
            state,
        })
    }

    /// Replaces `out` with the request, signed over a nonce that was never used and the time.
    pub(crate) fn write(&self, fresh: &mut Fresh, out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Plain(bytes) => out.extend_from_slice(bytes),
            Self::Rpc {
                wire,
                signed,
                state,
            } => {
                let nonce = fresh.nonce();
                let stamp = fresh.stamp();
                let mut mac = state.clone();
                mac.update(&nonce);
                mac.update(&signed[0]);
                mac.update(&stamp.doubly_encoded);
                mac.update(&signed[1]);
                let mut signature = [0; 28];
                // 20 bytes are 28 characters.
                let _ = STANDARD.encode_slice(mac.finalize().into_bytes(), &mut signature);
                out.extend_from_slice(&wire[0]);
                out.extend_from_slice(&nonce);
                out.extend_from_slice(&wire[1]);
                out.extend_from_slice(&stamp.encoded);
                out.extend_from_slice(&wire[2]);
                for byte in signature {
                    match byte {
                        b'+' => out.extend_from_slice(b"%2B"),
                        b'/' => out.extend_from_slice(b"%2F"),
                        b'=' => out.extend_from_slice(b"%3D"),
                        byte => out.push(byte),
                    }
                }
                out.extend_from_slice(&wire[3]);
            }
            Self::Acs3 {
                wire,
                signed,
                request,
                state,
            } => {
                let nonce = fresh.nonce();
                let stamp = fresh.stamp();
                let mut hash = request.clone();
                hash.update(&stamp.plain);
                hash.update(&signed[0]);
                hash.update(nonce);
                hash.update(&signed[1]);
                let mut hex = [0; 64];
                write_hex(&hash.finalize(), &mut hex);
                let mut mac = state.clone();
                mac.update(&hex);
                write_hex(&mac.finalize().into_bytes(), &mut hex);
                out.extend_from_slice(&wire[0]);
                out.extend_from_slice(&stamp.plain);
                out.extend_from_slice(&wire[1]);
                out.extend_from_slice(&nonce);
                out.extend_from_slice(&wire[2]);
                out.extend_from_slice(&hex);
                out.extend_from_slice(&wire[3]);
            }
        }
    }
}

fn write_hex(bytes: &[u8], out: &mut [u8]) {
    for (byte, pair) in bytes.iter().zip(out.chunks_exact_mut(2)) {
        pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
}

/// A moment, spelt the three ways it is needed.
struct Stamp {
    plain: Vec<u8>,
    encoded: Vec<u8>,
    doubly_encoded: Vec<u8>,
}

/// Where nonces and times come from. Each connection has its own.
pub(crate) struct Fresh {
    high: u64,
    count: u64,
    second: u64,
    stamp: Stamp,
}

impl Fresh {
    pub(crate) fn new() -> Self {
        // Seeded by the system for each `RandomState`, so no two connections or runs share nonces.
        let random = || RandomState::new().build_hasher().finish();
        Self {
            high: random(),
            count: random(),
            second: u64::MAX,
            stamp: Stamp {
                plain: Vec::new(),
                encoded: Vec::new(),
                doubly_encoded: Vec::new(),
            },
        }
    }

    /// 32 hex digits; the lower half is a bijection of a counter, so none comes twice.
    fn nonce(&mut self) -> [u8; 32] {
        self.count = self.count.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut low = self.count;
        low = (low ^ (low >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        low = (low ^ (low >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        low ^= low >> 31;
        let mut out = [0; 32];
        write_hex(&self.high.to_be_bytes(), &mut out[..16]);
        write_hex(&low.to_be_bytes(), &mut out[16..]);
        out
    }

    fn stamp(&mut self) -> &Stamp {
        let second = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        if second != self.second {
            self.second = second;
            let moment = i64::try_from(second)
                .ok()
                .and_then(|second| chrono::DateTime::from_timestamp(second, 0));
            let plain = moment
                .unwrap_or_default()
                .format("%Y-%m-%dT%H:%M:%SZ")
                .to_string();
            let encoded = encode(&plain);
            self.stamp = Stamp {
                doubly_encoded: encode(&encoded).into(),
                encoded: encoded.into(),
                plain: plain.into(),
            };
        }
        &self.stamp
    }
}
