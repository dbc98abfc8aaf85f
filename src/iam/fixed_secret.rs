//! What a secret that someone fixes by hand must be: long, and printed nowhere.

/// Why a secret is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixedSecretError {
    /// Shorter than [`MIN_LENGTH`] or longer than [`MAX_LENGTH`].
    #[error("a secret fixed by hand has {MIN_LENGTH} to {MAX_LENGTH} characters")]
    Length,
    /// Holds a blank, a control character or one outside ASCII.
    #[error("a secret holds printable ASCII characters without blanks")]
    InvalidChars,
    /// Stands in a published example.
    #[error("that secret stands in a published example")]
    Published,
}

/// The fewest characters of a secret fixed by hand.
pub const MIN_LENGTH: usize = 20;

/// The most characters of a secret fixed by hand.
pub const MAX_LENGTH: usize = 128;

/// Secrets that stand in documentation that anybody can read. In lower case; a secret that holds one
/// is refused.
const PUBLISHED: [&str; 4] = [
    // The vendor's sample answers of CreateAccessKey and AssumeRole.
    "pupktg8jdmau1cxxyacge736pjj4ca",
    "wyltsmsypgp1ohvvw8xygb29dlgi8kmih2pkcnz9",
    // The best known samples of all, of another cloud.
    "wjalrxutnfemi/k7mdeng/bpxrficyexamplekey",
    "je7mtgbclwbf/2zk/h3yco8n/gmzcqsjn1zbufh",
];

/// Whether a secret from the environment, a file or a seed may be a key's secret.
///
/// # Errors
/// The rule that it breaks. The error never quotes the secret.
pub fn check(secret: &str) -> Result<(), FixedSecretError> {
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(FixedSecretError::InvalidChars);
    }
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&secret.len()) {
        return Err(FixedSecretError::Length);
    }
    let folded = secret.to_ascii_lowercase();
    if PUBLISHED.iter().any(|known| folded.contains(known)) {
        return Err(FixedSecretError::Published);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t22_secrets_fixed_by_hand_are_long_and_in_no_example() {
        assert_eq!(check("Zk4vQ8mX1pT7bN3wR6yC"), Ok(()));
        assert_eq!(check("Zk4vQ8mX1pT7bN3wR6y"), Err(FixedSecretError::Length));
        assert_eq!(check(&"a".repeat(129)), Err(FixedSecretError::Length));
        for text in [
            "Zk4vQ8mX1pT7 bN3wR6yC",
            "Zk4vQ8mX1pT7bN3wR6yC\n",
            "Zk4vQ8mX1pT7bN3wR6yé",
        ] {
            assert_eq!(check(text), Err(FixedSecretError::InvalidChars));
        }
        for text in [
            "PupkTg8jdmau1cXxYacgE736PJj4cA",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ] {
            assert_eq!(check(text), Err(FixedSecretError::Published));
        }
    }
}
