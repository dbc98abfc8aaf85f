//! MFA devices as parameters and in answers of this product.

use serde::Serialize;

use crate::ops::params::{ParamValue, Problem};
use crate::policy::ids::MfaDeviceName;

/// The name of a device to be made: as RAM's, without `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeviceName(pub MfaDeviceName);

impl ParamValue for NewDeviceName {
    fn parse(text: &str) -> Result<Self, Problem> {
        let name = text.parse()?;
        if text.contains('.') {
            return Err(Problem::InvalidChars);
        }
        Ok(Self(name))
    }
}

/// A device by its serial number.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Serial {
    pub(super) serial_number: String,
}
