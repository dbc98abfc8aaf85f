//! Passwords and the codes of authenticators.

use crate::credential::secret::SecretText;
use crate::credential::totp::Code;
use crate::ops::params::{ParamValue, Problem};
use crate::policy::arn::MfaSerialNumber;

/// A password: up to 128 characters. Whether it is what the account asks for is looked at later.
#[derive(Debug, Clone)]
pub struct Password(pub SecretText);

impl Password {
    /// The longest, in characters. Assumed; the vendor names no bound.
    pub const MAX_LENGTH: usize = 128;
}

impl ParamValue for Password {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(Problem::Length);
        }
        Ok(Self(SecretText::from(text)))
    }
}

/// The code that an authenticator shows: six digits.
#[derive(Clone, Copy)]
pub struct AuthenticationCode(pub Code);

impl std::fmt::Debug for AuthenticationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthenticationCode(..)")
    }
}

impl ParamValue for AuthenticationCode {
    fn parse(text: &str) -> Result<Self, Problem> {
        let code = Code::try_from(text.as_bytes()).map_err(|_| Problem::AuthenticationCode)?;
        if code.iter().all(u8::is_ascii_digit) {
            Ok(Self(code))
        } else {
            Err(Problem::AuthenticationCode)
        }
    }
}

/// The serial number of a virtual MFA device.
impl ParamValue for MfaSerialNumber {
    fn parse(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem::Format)
    }
}
