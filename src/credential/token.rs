//! Session tokens: sealed, not stored. A token carries its session's claims and its key's secret.
//!
//! The text is standard Base64 of: `08 02 12` (so that it begins `CAIS`, as clients know it), one
//! byte of format version, four bytes of key id, twelve of nonce, the ciphertext, sixteen of tag.
//! All in front of the nonce, the database's incarnation and the purpose are authenticated too, so a
//! copy of a database cannot mint what the original takes. Whether a token is still *valid* is asked of
//! its [`Claims`]; whether its role and epoch still stand, of the database.

mod body;

use std::fmt;
use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::{Simd, general_purpose::PAD};
use zeroize::{Zeroize as _, Zeroizing};

use super::seal::{Incarnation, SealError};
use super::secret::SecretText;
use crate::policy::ids::{AccessKeyId, AccountId, RoleId, RoleName, RoleSessionName};

/// The longest token, in characters of its text.
pub const MAX_LENGTH: usize = 16 * 1024;

const PREFIX: [u8; 3] = [0x08, 0x02, 0x12];
const FORMAT: u8 = 1;
const HEADER_LEN: usize = 8;
const PURPOSE: &[u8] = b"rampart/v1/session-token";
const TAG_LEN: usize = 16;
const AAD_LEN: usize = HEADER_LEN + 8 + PURPOSE.len() + 8 + size_of::<Incarnation>();

/// Base64 as tokens are written: the standard alphabet, padded, with what the processor has for it.
static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::standard(PAD));

/// Who stood at the beginning of a chain of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The account of the first caller.
    pub account: AccountId,
    /// The ARN of the first caller, or of the identity provider that vouched for him.
    pub principal: String,
    /// The key the first call was signed with; none if it was not signed.
    pub access_key_id: Option<AccessKeyId>,
    /// When the first session of the chain was issued, in unix seconds.
    pub first_hop_at: i64,
}

/// What a token says of its session.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// The account of the role.
    pub account: AccountId,
    /// The id of the role: a role made again under the same name has another.
    pub role_id: RoleId,
    /// The name of the role.
    pub role_name: RoleName,
    /// The name of the session.
    pub session_name: RoleSessionName,
    /// The session policy, as it was submitted.
    pub policy: Option<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// Who stood at the beginning.
    pub origin: Origin,
    /// When the session was issued, in unix seconds.
    pub issued_at: i64,
    /// From when on it is no longer valid, in unix seconds.
    pub expires_at: i64,
    /// The role's `session_epoch` that the decision saw: the token dies when the role's moves on.
    pub session_epoch: i64,
    /// The id of the session's key: `STS.N…`.
    pub access_key_id: AccessKeyId,
    /// The secret of the session's key.
    pub secret: SecretText,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("account", &self.account)
            .field("role_id", &self.role_id)
            .field("role_name", &self.role_name)
            .field("session_name", &self.session_name)
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Claims {
    /// Whether the session is over at `now` (unix seconds).
    pub const fn is_expired(&self, now: i64) -> bool {
        now >= self.expires_at
    }

    /// Whether the token belongs to the key id that was presented with it.
    pub fn belongs_to(&self, access_key_id: &str) -> bool {
        self.access_key_id.as_str() == access_key_id
    }
}

/// Why a token is refused: the vendor's `InvalidSecurityToken.Malformed`, unless a reload finds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours, changed, of another database, or of a version unknown here.
    #[error("the token is malformed")]
    Malformed,
    /// Sealed under a key that this ring does not hold (yet, or any more).
    #[error("the token's key {0} is unknown")]
    UnknownKey(u32),
}

/// One key of the ring.
pub struct TokenKey {
    id: u32,
    key: LessSafeKey,
}

impl TokenKey {
    /// A key by its id in the ring.
    ///
    /// # Panics
    /// Never: 32 bytes are the algorithm's key length.
    #[expect(clippy::expect_used, reason = "32 bytes are the key's length")]
    pub fn new(id: u32, bytes: &[u8; 32]) -> Self {
        Self {
            id,
            key: LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM_SIV, bytes).expect("32 bytes are the key's length"),
            ),
        }
    }

    /// The key's id.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Seals a session's claims into the text of its token.
    ///
    /// # Errors
    /// [`SealError::TooLong`] beyond [`MAX_LENGTH`], [`SealError::Crypto`].
    pub fn seal(&self, claims: &Claims, incarnation: &Incarnation) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| SealError::Crypto)?;
        self.seal_with(claims, incarnation, nonce)
    }

    /// As [`Self::seal`], with a nonce that the caller has drawn at random: who draws in blocks
    /// draws cheaper.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_with(
        &self,
        claims: &Claims,
        incarnation: &Incarnation,
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, SealError> {
        let header = header(self.id);
        // Room for all of it, so that the buffer is not moved while it holds the plaintext.
        let length = body::length(claims).saturating_add(HEADER_LEN + NONCE_LEN + TAG_LEN);
        let mut buffer = Vec::with_capacity(length);
        buffer.extend_from_slice(&header);
        buffer.extend_from_slice(&nonce);
        body::write(&mut buffer, claims)?;
        let plaintext = buffer
            .get_mut(HEADER_LEN + NONCE_LEN..)
            .ok_or(SealError::Crypto)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let aad = Aad::from(aad(header, incarnation));
        let Ok(tag) = (self.key).seal_in_place_separate_tag(nonce, aad, plaintext) else {
            buffer.zeroize();
            return Err(SealError::Crypto);
        };
        buffer.extend_from_slice(tag.as_ref());
        // Into memory of its own making: `encode` asks for zeros, which the allocator is slow to give.
        let mut text = String::with_capacity(length.div_ceil(3).saturating_mul(4));
        BASE64.encode_string(&buffer, &mut text);
        if text.len() > MAX_LENGTH {
            return Err(SealError::TooLong);
        }
        Ok(text)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({})", self.id)
    }
}

/// The keys that open tokens, and the one that seals new ones.
#[derive(Debug)]
pub struct TokenRing {
    keys: Vec<TokenKey>,
    active: u32,
}

impl TokenRing {
    /// A ring; `None` if the active key is not one of its keys.
    pub fn new(keys: Vec<TokenKey>, active: u32) -> Option<Self> {
        let ring = Self { keys, active };
        ring.key(active)?;
        Some(ring)
    }

    /// The id of the key that seals.
    pub const fn active(&self) -> u32 {
        self.active
    }

    /// Seals with the active key: see [`TokenKey::seal`].
    ///
    /// # Errors
    /// As [`TokenKey::seal`].
    pub fn seal(&self, claims: &Claims, incarnation: &Incarnation) -> Result<String, SealError> {
        self.key(self.active)
            .ok_or(SealError::Crypto)?
            .seal(claims, incarnation)
    }

    /// Seals with the active key and a nonce drawn by the caller: see [`TokenKey::seal_with`].
    ///
    /// # Errors
    /// As [`TokenKey::seal`].
    pub fn seal_with(
        &self,
        claims: &Claims,
        incarnation: &Incarnation,
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, SealError> {
        self.key(self.active)
            .ok_or(SealError::Crypto)?
            .seal_with(claims, incarnation, nonce)
    }

    /// Opens a token. Expiry, the presented key id, the role and its epoch are the caller's checks.
    ///
    /// # Errors
    /// [`TokenError`]. Too long a text is refused before it is decoded.
    pub fn open(&self, token: &str, incarnation: &Incarnation) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Malformed);
        }
        let mut bytes = BASE64
            .decode(token)
            .map(Zeroizing::new)
            .map_err(|_| TokenError::Malformed)?;
        let (head, sealed) = bytes
            .split_first_chunk_mut::<HEADER_LEN>()
            .ok_or(TokenError::Malformed)?;
        let &mut [p1, p2, p3, FORMAT, ref id @ ..] = head else {
            return Err(TokenError::Malformed);
        };
        if [p1, p2, p3] != PREFIX {
            return Err(TokenError::Malformed);
        }
        let id = u32::from_be_bytes(*id);
        let key = self.key(id).ok_or(TokenError::UnknownKey(id))?;
        let (nonce, sealed) = sealed
            .split_first_chunk_mut::<NONCE_LEN>()
            .ok_or(TokenError::Malformed)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(aad(*head, incarnation));
        let opened = key.key.open_in_place(nonce, aad, sealed);
        body::read(opened.map_err(|_| TokenError::Malformed)?)
    }

    fn key(&self, id: u32) -> Option<&TokenKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

fn header(id: u32) -> [u8; HEADER_LEN] {
    let [p1, p2, p3] = PREFIX;
    let [i1, i2, i3, i4] = id.to_be_bytes();
    [p1, p2, p3, FORMAT, i1, i2, i3, i4]
}

/// The header, then purpose and incarnation each behind its length, as [`super::seal`] binds values
/// to their place: here of one length, so that it needs no memory of its own.
fn aad(header: [u8; HEADER_LEN], incarnation: &Incarnation) -> [u8; AAD_LEN] {
    let length = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
    let mut aad = [0; AAD_LEN];
    let parts = [
        &header[..],
        &length(PURPOSE),
        PURPOSE,
        &length(incarnation),
        incarnation,
    ];
    let mut at = 0_usize;
    for part in parts {
        // They are as long together as their place.
        let end = at.saturating_add(part.len());
        if let Some(place) = aad.get_mut(at..end) {
            place.copy_from_slice(part);
        }
        at = end;
    }
    aad
}

#[cfg(test)]
mod tests;
