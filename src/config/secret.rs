//! Settings that must not be shown.

use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::ConfigError;

/// A setting that is, or holds, a secret. It shows itself as `<hidden>`.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Sensitive(Zeroizing<String>);

impl Sensitive {
    /// The secret itself. It must not reach a log, an error or a `Debug`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Serialize for Sensitive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("<hidden>")
    }
}

/// Fills `value` from the file, whose blanks at both ends do not count.
pub(super) fn from_file(
    value: &mut Option<Sensitive>,
    path: Option<&Path>,
    key: &'static str,
) -> Result<(), ConfigError> {
    let Some(path) = path else { return Ok(()) };
    if value.is_some() {
        return Err(ConfigError::Invalid {
            key: key.to_owned(),
            message: "the value is given directly too".to_owned(),
        });
    }
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let text = Zeroizing::new(text);
    *value = Some(text.trim().to_owned().into());
    Ok(())
}
