//! What is sealed in a token: the claims as bytes.
//!
//! A version, then every field in one fixed order: numbers in eight bytes, the highest first; texts
//! behind their length in two; what may be absent behind a byte that says whether it is there. A
//! layout of our own and not JSON, because a token is made, sent back and read again with every
//! call of a session: it is half as long, and there is one way to write a session down.

use std::str::FromStr;

use super::{Claims, Origin, TokenError};
use crate::credential::seal::SealError;
use crate::credential::secret::SecretText;
use crate::policy::ids::AccessKeyId;

/// The version of the layout. Any change of the layout changes it: a token of another version is
/// unreadable, and what a newer server meant by a field is never guessed.
const VERSION: u8 = 2;

/// How many bytes [`write`] needs for these claims.
pub(super) fn length(claims: &Claims) -> usize {
    let origin = &claims.origin;
    let texts = [
        Some(claims.role_name.as_str()),
        Some(claims.session_name.as_str()),
        claims.policy.as_deref(),
        claims.source_identity.as_deref(),
        Some(origin.principal.as_str()),
        origin.access_key_id.as_ref().map(AccessKeyId::as_str),
        Some(claims.access_key_id.as_str()),
        Some(claims.secret.expose().as_str()),
    ];
    // The version, seven numbers, and in front of each text at most three bytes.
    let fixed = texts.len().saturating_mul(3).saturating_add(1 + 7 * 8);
    texts
        .into_iter()
        .flatten()
        .map(str::len)
        .fold(fixed, usize::saturating_add)
}

/// Appends the claims.
///
/// # Errors
/// [`SealError::TooLong`]: a text of more than 65,535 bytes.
pub(super) fn write(out: &mut Vec<u8>, claims: &Claims) -> Result<(), SealError> {
    let origin = &claims.origin;
    out.push(VERSION);
    number(out, claims.account.as_u64());
    number(out, claims.role_id.as_u64());
    text(out, claims.role_name.as_str())?;
    text(out, claims.session_name.as_str())?;
    optional(out, claims.policy.as_deref())?;
    optional(out, claims.source_identity.as_deref())?;
    number(out, origin.account.as_u64());
    text(out, &origin.principal)?;
    optional(out, origin.access_key_id.as_ref().map(AccessKeyId::as_str))?;
    number(out, origin.first_hop_at.cast_unsigned());
    number(out, claims.issued_at.cast_unsigned());
    number(out, claims.expires_at.cast_unsigned());
    number(out, claims.session_epoch.cast_unsigned());
    text(out, claims.access_key_id.as_str())?;
    text(out, claims.secret.expose())
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_be_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) -> Result<(), SealError> {
    let length = u16::try_from(text.len()).map_err(|_| SealError::TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn optional(out: &mut Vec<u8>, value: Option<&str>) -> Result<(), SealError> {
    out.push(u8::from(value.is_some()));
    value.map_or(Ok(()), |value| text(out, value))
}

/// Reads what [`write`] wrote, all of it and nothing else.
///
/// # Errors
/// [`TokenError::Malformed`].
pub(super) fn read(body: &[u8]) -> Result<Claims, TokenError> {
    let mut reader = Reader(body);
    if reader.byte()? != VERSION {
        return Err(TokenError::Malformed);
    }
    let claims = Claims {
        account: reader.id::<_, 16>()?,
        role_id: reader.id::<_, 18>()?,
        role_name: parse(reader.text()?)?,
        session_name: parse(reader.text()?)?,
        policy: reader.optional()?.map(str::to_owned),
        source_identity: reader.optional()?.map(str::to_owned),
        origin: Origin {
            account: reader.id::<_, 16>()?,
            principal: reader.text()?.to_owned(),
            access_key_id: reader.optional()?.map(parse).transpose()?,
            first_hop_at: reader.number()?.cast_signed(),
        },
        issued_at: reader.number()?.cast_signed(),
        expires_at: reader.number()?.cast_signed(),
        session_epoch: reader.number()?.cast_signed(),
        access_key_id: parse(reader.text()?)?,
        secret: SecretText::from(reader.text()?),
    };
    match reader.0 {
        [] => Ok(claims),
        _ => Err(TokenError::Malformed),
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, TokenError> {
    text.parse().map_err(|_| TokenError::Malformed)
}

/// What is left to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], TokenError> {
        let (head, rest) = self.0.split_first_chunk().ok_or(TokenError::Malformed)?;
        self.0 = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, TokenError> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u64, TokenError> {
        self.array().map(u64::from_be_bytes)
    }

    /// An id, which is spelt with so many digits.
    fn id<T: FromStr, const DIGITS: usize>(&mut self) -> Result<T, TokenError> {
        let mut rest = self.number()?;
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
        }
        if rest > 0 {
            return Err(TokenError::Malformed);
        }
        parse(std::str::from_utf8(&digits).map_err(|_| TokenError::Malformed)?)
    }

    fn text(&mut self) -> Result<&'a str, TokenError> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        let (text, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(TokenError::Malformed)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| TokenError::Malformed)
    }

    fn optional(&mut self) -> Result<Option<&'a str>, TokenError> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(TokenError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    fn written(claims: &Claims) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, claims).unwrap();
        out
    }

    #[test]
    fn what_is_written_is_read() {
        let awkward = "é\u{0}\u{1f}\u{7f}\"\\/\n中";
        let mut all = vec![claims()];
        for (policy, identity) in [
            (None, Some(awkward)),
            (Some(awkward), None),
            (Some(""), Some("")),
        ] {
            let mut other = claims();
            other.policy = policy.map(str::to_owned);
            other.source_identity = identity.map(str::to_owned);
            other.origin.principal = awkward.to_owned();
            other.origin.access_key_id = None;
            other.secret = SecretText::from(awkward);
            (other.issued_at, other.expires_at) = (i64::MIN, i64::MAX);
            all.push(other);
        }
        for claims in all {
            let bytes = written(&claims);
            assert!(bytes.len() <= length(&claims));
            assert_eq!(read(&bytes), Ok(claims));
        }
    }

    #[test]
    fn every_version_but_this_one_is_refused() {
        let mut bytes = written(&claims());
        for version in (0..=u8::MAX).filter(|version| *version != VERSION) {
            bytes[0] = version;
            assert_eq!(read(&bytes), Err(TokenError::Malformed));
        }
    }

    #[test]
    fn nothing_may_be_missing_or_left() {
        let mut bytes = written(&claims());
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Err(TokenError::Malformed), "{end}");
        }
        bytes.push(0);
        assert_eq!(read(&bytes), Err(TokenError::Malformed));
    }

    #[test]
    fn values_are_as_strict_as_elsewhere() {
        let bytes = written(&claims());
        let changed = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            read(&bytes)
        };
        // An account of more digits than there are, a role's name with a blank, a flag of two.
        let flag = 1
            + 16
            + 2
            + claims().role_name.as_str().len()
            + 2
            + claims().session_name.as_str().len();
        for (at, byte) in [(1, 0xff), (1 + 16 + 2, b' '), (flag, 2)] {
            assert_eq!(changed(at, byte), Err(TokenError::Malformed), "{at}");
        }
        assert!(read(&bytes).is_ok());
    }

    #[test]
    fn a_text_has_its_bound() {
        let mut long = claims();
        long.policy = Some("x".repeat(65_536));
        assert_eq!(write(&mut Vec::new(), &long), Err(SealError::TooLong));
    }
}
