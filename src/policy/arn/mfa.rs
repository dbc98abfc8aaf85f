//! The serial number of a virtual MFA device, which is its ARN.

use std::fmt;
use std::str::FromStr;

use super::{ArnError, split_ram_arn};
use crate::policy::ids::{AccountId, MfaDeviceName};

/// The serial number of a virtual MFA device: `acs:ram::<16 digits>:mfa/<name>`.
///
/// Two are equal if their names differ in case only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaSerialNumber {
    /// The account that owns the device.
    pub account: AccountId,
    /// The device's name.
    pub name: MfaDeviceName,
}

impl FromStr for MfaSerialNumber {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let (account, relative) = split_ram_arn(text)?;
        let name = relative.strip_prefix("mfa/").ok_or(ArnError)?;
        Ok(Self {
            account,
            name: name.parse().map_err(|_| ArnError)?,
        })
    }
}

impl fmt::Display for MfaSerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acs:ram::{}:mfa/{}", self.account, self.name)
    }
}
