//! Sealing what the database must not hold in the clear.
//!
//! One master key outside the database; HKDF-SHA256 derives one key per [`Purpose`] from it. A sealed
//! value is bound to its place ([`Aad`]): moved to another row, column, table or database it does not
//! open. AES-256-GCM-SIV with random nonces, so that several nodes may share a key.

use std::fmt;
use std::hash::Hasher as _;

use aws_lc_rs::aead::{self, AES_256_GCM_SIV, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use siphasher::sip::SipHasher24;
use zeroize::{Zeroize as _, Zeroizing};

use super::rpc::keyed;
use super::secret::{Secret, SecretBytes};

/// The identity of one database: a copy, a restore or a migration gets another one.
pub type Incarnation = [u8; 16];

/// What stands in front of a sealed value: the version of its layout.
const VERSION: u8 = 1;
const TAG_LEN: usize = 16;
const HEADER_LEN: usize = 1 + NONCE_LEN;

/// Why something could not be sealed or opened. It does not say more, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A master key that is not 32 bytes in Base64.
    #[error("the master key is not 32 bytes in base64")]
    MasterKey,
    /// The sealer was made for another purpose than the place asks for.
    #[error("the sealer is for another purpose")]
    Purpose,
    /// The value is of an unknown version, was changed, or belongs to another place or key.
    #[error("the sealed value does not open")]
    Corrupt,
    /// The plaintext is too long to be sealed.
    #[error("the value is too long to be sealed")]
    TooLong,
    /// The cipher or its source of nonces failed.
    #[error("the value could not be sealed")]
    Crypto,
}

/// What a derived key is for. The labels are part of the format: they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Secrets of access keys and the like, at rest in the database.
    SecretsAtRest,
    /// The keys of session tokens, sealed in the database's key ring.
    TokenRing,
    /// The keyed fingerprints of nonces.
    NonceHash,
    /// The console's cookies.
    ConsoleCookies,
    /// Encoded diagnostic messages of denials.
    DiagnosticMessages,
    /// Markers that continue a list.
    Markers,
}

impl Purpose {
    /// The label that the key is derived with and that sealed values are bound to.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SecretsAtRest => "rampart/v1/secrets-at-rest",
            Self::TokenRing => "rampart/v1/token-ring",
            Self::NonceHash => "rampart/v1/nonce-hash",
            Self::ConsoleCookies => "rampart/v1/console-cookies",
            Self::DiagnosticMessages => "rampart/v1/diagnostic-messages",
            Self::Markers => "rampart/v1/markers",
        }
    }
}

/// The master key: 32 random bytes, kept outside the database. While it is being rotated it is a
/// pair: the other one opens what it has sealed, and seals nothing.
#[derive(Clone)]
pub struct MasterKey {
    key: Secret<[u8; 32]>,
    other: Option<Secret<[u8; 32]>>,
}

impl MasterKey {
    /// A key of the given randomness.
    pub fn generate(random: [u8; 32]) -> Self {
        Self {
            key: Secret::new(random),
            other: None,
        }
    }

    /// This key, with `other` for what that has sealed. The same key twice is one key.
    #[must_use]
    pub fn with_other(self, other: &Self) -> Self {
        let other = (self.key != other.key).then(|| other.key.clone());
        Self {
            key: self.key,
            other,
        }
    }

    /// The other one of the two, while the master key is being rotated.
    pub fn other(&self) -> Option<Self> {
        self.other.clone().map(|key| Self { key, other: None })
    }

    /// The key that a file spells: standard Base64 of exactly 32 bytes, blanks around it ignored.
    ///
    /// # Errors
    /// [`SealError::MasterKey`].
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let decoded = STANDARD
            .decode(text.trim())
            .map(Zeroizing::new)
            .map_err(|_| SealError::MasterKey)?;
        <[u8; 32]>::try_from(decoded.as_slice())
            .map(Self::generate)
            .map_err(|_| SealError::MasterKey)
    }

    /// The key as it is written to its file, without a newline.
    pub fn to_base64(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.key.expose()))
    }

    /// The key of one purpose.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "HKDF-SHA256 gives up to 255 times 32 bytes (RFC 5869), and 32 are asked for"
    )]
    pub fn derive(&self, purpose: Purpose) -> Secret<[u8; 32]> {
        let label = [purpose.label().as_bytes()];
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"rampart").extract(self.key.expose());
        let mut key = [0; 32];
        prk.expand(&label, hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .expect("HKDF-SHA256 gives up to 255 times 32 bytes");
        let secret = Secret::new(key);
        key.zeroize();
        secret
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// Where a sealed value lives. All of it is authenticated with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aad<'a> {
    /// What the value is for.
    pub purpose: Purpose,
    /// The database it lives in.
    pub incarnation: Incarnation,
    /// Its table.
    pub table: &'a str,
    /// The id of its row.
    pub row: &'a str,
    /// Its column.
    pub column: &'a str,
}

impl Aad<'_> {
    fn bytes(&self) -> Vec<u8> {
        bound(
            &[VERSION],
            &[
                self.purpose.label().as_bytes(),
                &self.incarnation,
                self.table.as_bytes(),
                self.row.as_bytes(),
                self.column.as_bytes(),
            ],
        )
    }
}

/// `header`, then each part behind its length: no two lists of parts give the same bytes.
pub(crate) fn bound(header: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(header);
    for part in parts {
        push_length(part, |bytes| out.extend_from_slice(bytes));
        out.extend_from_slice(part);
    }
    out
}

/// Hands on the length of `part` as eight bytes.
fn push_length(part: &[u8], mut push: impl FnMut(&[u8])) {
    // A `usize` has at most 64 bits on every platform that Rust knows.
    push(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
}

/// An AES-256-GCM-SIV key.
#[expect(
    clippy::expect_used,
    reason = "32 bytes are the algorithm's key length"
)]
pub(crate) fn aead_key(bytes: &[u8; 32]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, bytes).expect("32 bytes are the key's length")
}

/// Seals in place: `buffer` is `header_len` bytes of header, 12 bytes of room for the nonce, and the
/// plaintext; afterwards header, nonce, ciphertext, tag.
pub(crate) fn seal_buffer(
    key: &RandomizedNonceKey,
    aad: &[u8],
    header_len: usize,
    buffer: &mut Vec<u8>,
) -> Result<(), SealError> {
    let (_, rest) = buffer
        .split_at_mut_checked(header_len)
        .ok_or(SealError::Crypto)?;
    let (room, plaintext) = rest
        .split_first_chunk_mut::<NONCE_LEN>()
        .ok_or(SealError::Crypto)?;
    let Ok((nonce, tag)) = key.seal_in_place_separate_tag(aead::Aad::from(aad), plaintext) else {
        buffer.zeroize();
        return Err(SealError::Crypto);
    };
    *room = *nonce.as_ref();
    buffer.extend_from_slice(tag.as_ref());
    Ok(())
}

/// Opens in place what follows the header: nonce, ciphertext, tag.
pub(crate) fn open_buffer<'b>(
    key: &RandomizedNonceKey,
    aad: &[u8],
    sealed: &'b mut [u8],
) -> Result<&'b mut [u8], SealError> {
    let (nonce, ciphertext) = sealed
        .split_first_chunk_mut::<NONCE_LEN>()
        .ok_or(SealError::Corrupt)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    key.open_in_place(nonce, aead::Aad::from(aad), ciphertext)
        .map_err(|_| SealError::Corrupt)
}

/// Seals and opens the values of one purpose.
pub struct Sealer {
    purpose: Purpose,
    key: RandomizedNonceKey,
    /// The other master key's, while that is being rotated.
    other: Option<RandomizedNonceKey>,
}

impl Sealer {
    /// The longest plaintext, in bytes.
    pub const MAX_LENGTH: usize = 1 << 20;

    /// The sealer of one purpose.
    pub fn new(master: &MasterKey, purpose: Purpose) -> Self {
        let of = |master: &MasterKey| aead_key(master.derive(purpose).expose());
        Self {
            purpose,
            key: of(master),
            other: master.other().as_ref().map(of),
        }
    }

    /// Seals a value for its place: version byte, nonce, ciphertext, tag.
    ///
    /// # Errors
    /// [`SealError::Purpose`], [`SealError::TooLong`], [`SealError::Crypto`].
    pub fn seal(&self, plaintext: &[u8], aad: &Aad<'_>) -> Result<Vec<u8>, SealError> {
        self.check(aad)?;
        if plaintext.len() > Self::MAX_LENGTH {
            return Err(SealError::TooLong);
        }
        // With room for all of it, so that no copy of the plaintext is left behind.
        let capacity = (HEADER_LEN + TAG_LEN).saturating_add(plaintext.len());
        let mut buffer = Vec::with_capacity(capacity);
        buffer.push(VERSION);
        buffer.extend_from_slice(&[0; NONCE_LEN]);
        buffer.extend_from_slice(plaintext);
        seal_buffer(&self.key, &aad.bytes(), 1, &mut buffer)?;
        Ok(buffer)
    }

    /// Opens a value at its place, whichever of two master keys it is sealed under.
    ///
    /// # Errors
    /// [`SealError::Purpose`], [`SealError::Corrupt`].
    pub fn open(&self, sealed: &[u8], aad: &Aad<'_>) -> Result<SecretBytes, SealError> {
        self.check(aad)?;
        match (open_with(&self.key, sealed, aad), &self.other) {
            (Err(_), Some(other)) => open_with(other, sealed, aad),
            (opened, _) => opened,
        }
    }

    /// What must be sealed anew: opens a value that is sealed under the other master key. `None` where
    /// it opens under the one that seals.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_other(
        &self,
        sealed: &[u8],
        aad: &Aad<'_>,
    ) -> Result<Option<SecretBytes>, SealError> {
        self.check(aad)?;
        match (open_with(&self.key, sealed, aad), &self.other) {
            (Ok(_), _) => Ok(None),
            (Err(_), Some(other)) => open_with(other, sealed, aad).map(Some),
            (Err(error), None) => Err(error),
        }
    }

    /// Whether there is the other of two master keys.
    pub fn has_other(&self) -> bool {
        self.other.is_some()
    }

    fn check(&self, aad: &Aad<'_>) -> Result<(), SealError> {
        if aad.purpose == self.purpose {
            Ok(())
        } else {
            Err(SealError::Purpose)
        }
    }
}

fn open_with(
    key: &RandomizedNonceKey,
    sealed: &[u8],
    aad: &Aad<'_>,
) -> Result<SecretBytes, SealError> {
    let Some((&VERSION, rest)) = sealed.split_first() else {
        return Err(SealError::Corrupt);
    };
    let mut buffer = Zeroizing::new(rest.to_vec());
    let plaintext = open_buffer(key, &aad.bytes(), &mut buffer)?;
    Ok(SecretBytes::new(plaintext.to_vec()))
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Gives the keyed hashes of nonces. Keyed, so that nobody can choose nonces that collide; of fixed
/// length, so that the memory of seen nonces is.
#[derive(Clone)]
pub struct NonceHasher {
    state: Hmac<Sha256>,
    /// Of the fingerprints.
    short: Secret<[u8; 16]>,
}

impl NonceHasher {
    /// The hasher under that key.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        let state = keyed::<Hmac<Sha256>>(key.expose());
        // No pair of a key id and a nonce comes to this text, which begins with no length.
        let short = cut(state.clone().chain_update(b"fingerprints of nonces"));
        Self {
            state,
            short: Secret::new(short),
        }
    }

    /// The hash: HMAC-SHA256 over (access key id, nonce), cut to 16 bytes. All replicas of one database
    /// agree, of every release: it holds the key, sealed.
    pub fn hash(&self, access_key_id: &str, nonce: &str) -> [u8; 16] {
        let mut mac = self.state.clone();
        push_length(access_key_id.as_bytes(), |bytes| mac.update(bytes));
        mac.update(access_key_id.as_bytes());
        mac.update(nonce.as_bytes());
        cut(mac)
    }

    /// What a server keeps that shares its nonces with no other: SipHash-2-4 over the same, in 64 bits,
    /// at a twentieth of the cost where a processor has no instructions for the other.
    pub fn fingerprint(&self, access_key_id: &str, nonce: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_key(self.short.expose());
        push_length(access_key_id.as_bytes(), |bytes| hasher.write(bytes));
        hasher.write(access_key_id.as_bytes());
        hasher.write(nonce.as_bytes());
        hasher.finish()
    }
}

/// The first half of a MAC.
fn cut(mac: Hmac<Sha256>) -> [u8; 16] {
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    full.first_chunk().copied().unwrap_or_default()
}

impl fmt::Debug for NonceHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NonceHasher(..)")
    }
}

#[cfg(test)]
mod tests;
