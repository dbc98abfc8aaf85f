//! What must not be printed, written or compared carelessly.

use std::fmt;

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret: no `Serialize`, `Debug` prints `Secret(..)`, zeroed on drop, compared in constant time.
///
/// ```
/// use rampart::credential::secret::SecretText;
/// let secret = SecretText::from("abc");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "abc");
/// ```
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

/// A secret that is text: the secret of an access key.
pub type SecretText = Secret<String>;

/// A secret of bytes of any number.
pub type SecretBytes = Secret<Vec<u8>>;

impl<T: Zeroize> Secret<T> {
    /// Takes the value over. Copies that the caller made before stay his own affair.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Each call is a place to look at in review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + AsRef<[u8]>> Secret<T> {
    /// Whether the secret is `other`, in a time that depends on the lengths alone.
    pub fn ct_eq(&self, other: &[u8]) -> bool {
        self.0.as_ref().ct_eq(other).into()
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other.0.as_ref())
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let text = SecretText::from("hunter2");
        assert_eq!(format!("{text:?}"), "Secret(..)");
        let nested = Some(Secret::new([7u8; 4]));
        assert_eq!(format!("{nested:?}"), "Some(Secret(..))");
    }

    #[test]
    fn secrets_compare_by_value() {
        assert_eq!(SecretText::from("a"), SecretText::from("a"));
        assert_ne!(SecretText::from("a"), SecretText::from("b"));
        assert_ne!(SecretText::from("a"), SecretText::from("ab"));
        assert!(SecretBytes::new(vec![1, 2]).ct_eq(&[1, 2]));
    }
}
