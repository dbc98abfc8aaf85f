//! A secret on its way through the control socket.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::credential::secret::SecretText;

/// A secret that one end of the control socket gives to the other: unlike [`SecretText`] it can be
/// written out as JSON. `Debug` does not show it, and it is zeroed on drop.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Disclosed(SecretText);

impl Disclosed {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The secret, to be kept.
    pub fn into_secret(self) -> SecretText {
        self.0
    }
}

impl From<String> for Disclosed {
    fn from(secret: String) -> Self {
        Self(SecretText::from(secret))
    }
}

impl From<SecretText> for Disclosed {
    fn from(secret: SecretText) -> Self {
        Self(secret)
    }
}

impl Serialize for Disclosed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disclosed(..)")
    }
}
