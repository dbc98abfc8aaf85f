//! Passwords: what an account's policy asks of them, and how they are kept.
//!
//! A password is hashed with argon2id off the threads that serve requests, few at a time: each takes
//! 19 MiB and a core. The hashes of a user's password and of those before it are sealed together and
//! bound to the row of the login, so that who can edit a row cannot put his own password into
//! another's.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::credential::seal::{Purpose, SealError};
use crate::credential::secret::SecretText;
use crate::iam::secrets::{Place, Secrets};
use crate::model::login::LoginProfile;
use crate::model::settings::PasswordPolicy;
use crate::policy::ids::{UserId, UserName};
use crate::ports::Entropy;

/// How many passwords are hashed at a time.
const AT_A_TIME: usize = 2;
/// How many callers may wait for it; whoever comes after is sent away at once.
const MOST_WAITING: usize = 64;
/// How long one waits for the turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Random bytes of a salt, as RFC 9106 recommends.
const SALT_LENGTH: usize = 16;

/// Why a password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many passwords are hashed already.
    #[error("too many passwords are being hashed")]
    Busy,
    /// What is stored does not open, or is no list of hashes.
    #[error("the stored passwords cannot be read")]
    Stored(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The hash function failed.
    #[error("the password could not be hashed")]
    Hash(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<SealError> for PasswordError {
    fn from(error: SealError) -> Self {
        Self::Stored(Box::new(error))
    }
}

/// Whether a password of that user is what the policy asks for, its history apart. Letters and digits are those of
/// every alphabet; what is neither is a symbol.
pub fn is_compliant(policy: &PasswordPolicy, password: &SecretText, user: &UserName) -> bool {
    let characters = || password.expose().chars();
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let is_first =
        |(at, character): &(usize, char)| characters().take(*at).all(|c| c != *character);
    let different = characters().enumerate().filter(is_first).count();
    let holds_name = || Zeroizing::new(password.expose().to_lowercase()).contains(user.key());
    let needs =
        |required: bool, is_there: fn(char) -> bool| !required || characters().any(is_there);
    characters().count() >= count(policy.minimum_length)
        && different >= count(policy.minimum_different_characters)
        && !(policy.not_contain_user_name && holds_name())
        && needs(policy.require_lowercase, char::is_lowercase)
        && needs(policy.require_uppercase, char::is_uppercase)
        && needs(policy.require_numbers, char::is_numeric)
        && needs(policy.require_symbols, |c| !c.is_alphanumeric())
}

/// The hash of a password, as a PHC string.
pub struct Hashed(SecretText);

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed(..)")
    }
}

/// The hashes of a user's passwords, the newest first: never empty.
#[derive(Debug)]
pub struct History(Vec<Hashed>);

impl History {
    /// Of a login that was just made.
    pub fn begin(password: Hashed) -> Self {
        Self(vec![password])
    }

    /// Another password; the oldest is forgotten where there are more than are ever compared.
    pub fn renew(&mut self, password: Hashed) {
        self.0.insert(0, password);
        self.0.truncate(PasswordPolicy::MOST_REMEMBERED);
    }

    fn place(row: &str) -> Place<'_> {
        Place {
            purpose: Purpose::SecretsAtRest,
            table: "login_profiles",
            row,
            column: "sealed_passwords",
        }
    }

    /// Seals them for the row of that user's login.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn seal(&self, user: UserId, secrets: &Secrets) -> Result<Vec<u8>, PasswordError> {
        let lines: Vec<&str> = self.0.iter().map(|h| h.0.expose().as_str()).collect();
        let text = SecretText::new(lines.join("\n"));
        let sealed = secrets.seal_at(Self::place(&user.to_string()), text.expose().as_bytes());
        sealed.map_err(|error| PasswordError::Hash(Box::new(error)))
    }

    /// Opens those of a login.
    ///
    /// # Errors
    /// [`PasswordError::Stored`].
    pub fn open(profile: &LoginProfile, secrets: &Secrets) -> Result<Self, PasswordError> {
        let row = profile.user.to_string();
        let opened = secrets.open_at(Self::place(&row), &profile.sealed_passwords)?;
        let text = std::str::from_utf8(opened.expose());
        let text = text.map_err(|error| PasswordError::Stored(Box::new(error)))?;
        let hashes = text.split('\n').map(|line| Hashed(SecretText::from(line)));
        Ok(Self(hashes.collect()))
    }
}

/// Hashes and compares, few at a time.
#[derive(Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            places: Arc::new(Semaphore::new(AT_A_TIME + MOST_WAITING)),
        }
    }
}

impl Passwords {
    /// Hashes a password under a fresh salt.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(
        &self,
        password: &SecretText,
        entropy: &dyn Entropy,
    ) -> Result<Hashed, PasswordError> {
        let mut salt = [0; SALT_LENGTH];
        entropy.fill(&mut salt);
        let password = password.clone();
        self.run(move || {
            let hash = Argon2::default()
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map_err(|error| PasswordError::Hash(Box::new(error)))?;
            Ok(Hashed(SecretText::new(hash.to_string())))
        })
        .await
    }

    /// Which of the newest `count` passwords of a history this is, the present one being 0.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn find(
        &self,
        password: &SecretText,
        history: &History,
        count: usize,
    ) -> Result<Option<usize>, PasswordError> {
        let hashes = history.0.iter().take(count);
        let hashes: Vec<SecretText> = hashes.map(|hash| hash.0.clone()).collect();
        let password = password.clone();
        self.run(move || {
            for (index, hash) in hashes.iter().enumerate() {
                let hash = PasswordHash::new(hash.expose())
                    .map_err(|error| PasswordError::Stored(Box::new(error)))?;
                let compared =
                    Argon2::default().verify_password(password.expose().as_bytes(), &hash);
                match compared {
                    Ok(()) => return Ok(Some(index)),
                    Err(argon2::password_hash::Error::PasswordInvalid) => {}
                    Err(error) => return Err(PasswordError::Stored(Box::new(error))),
                }
            }
            Ok(None)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.places.try_acquire().map_err(|_| PasswordError::Busy)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| PasswordError::Busy)?
            .map_err(|_| PasswordError::Busy)?;
        // The turn goes along: a caller that goes away does not stop the work, nor let another begin.
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await
            .map_err(|error| PasswordError::Hash(Box::new(error)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::seal::MasterKey;
    use crate::model::login::LoginStatus;
    use crate::policy::ids::AccountId;
    use crate::ports::SeededEntropy;

    fn text(text: &str) -> SecretText {
        SecretText::from(text)
    }

    #[test]
    fn a_password_has_what_the_policy_asks_for() {
        let is_compliant = |policy: &PasswordPolicy, password: &SecretText| {
            super::is_compliant(policy, password, &"Alice".parse().unwrap())
        };
        let bare = PasswordPolicy::default();
        assert!(is_compliant(&bare, &text("aaaaaaaa")));
        assert!(!is_compliant(&bare, &text("aaaaaaa")));
        assert!(
            !is_compliant(&bare, &text("ééééééé")),
            "7 characters of 14 bytes"
        );
        let all = PasswordPolicy {
            minimum_length: 10,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            ..bare
        };
        assert!(is_compliant(&all, &text("aB3-aaaaaa")));
        for bad in [
            "aB3-aaaaa",
            "AB3-AAAAAA",
            "ab3-aaaaaa",
            "aBc-aaaaaa",
            "aB3caaaaaa",
        ] {
            assert!(!is_compliant(&all, &text(bad)), "{bad}");
        }
        assert!(
            is_compliant(&all, &text("éÉ3 éééééé")),
            "a blank is a symbol"
        );
        let varied = PasswordPolicy {
            minimum_different_characters: 4,
            ..PasswordPolicy::default()
        };
        assert!(is_compliant(&varied, &text("abcdabcd")));
        assert!(!is_compliant(&varied, &text("abcabcabc")));
        let nameless = PasswordPolicy {
            not_contain_user_name: true,
            ..PasswordPolicy::default()
        };
        assert!(is_compliant(&nameless, &text("alic-12345")));
        assert!(!is_compliant(&nameless, &text("12345-ALICE")));
    }

    #[tokio::test]
    async fn t23_a_history_opens_in_its_row_alone() {
        let (passwords, entropy) = (Passwords::default(), SeededEntropy::new(1));
        let secrets = Secrets::new(&MasterKey::generate([1; 32]), [2; 16]);
        let (alice, bob) = (UserId::from_random(1), UserId::from_random(2));
        let first = passwords.hash(&text("first"), &entropy).await.unwrap();
        assert!(
            first
                .0
                .expose()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        let mut history = History::begin(first);
        history.renew(passwords.hash(&text("second"), &entropy).await.unwrap());
        let sealed_passwords = history.seal(alice, &secrets).unwrap();
        let profile = |user| LoginProfile {
            account: AccountId::from_random(1),
            user,
            status: LoginStatus::Active,
            is_initial: false,
            sealed_passwords: sealed_passwords.clone(),
            password_reset_required: false,
            mfa_bind_required: false,
            password_set_at: 0,
            created_at: 0,
            updated_at: 0,
        };
        let opened = History::open(&profile(alice), &secrets).unwrap();
        for (password, count, place) in [
            ("second", 1, Some(0)),
            ("first", 1, None),
            ("first", 2, Some(1)),
            ("third", 24, None),
            ("", 24, None),
        ] {
            let found = passwords.find(&text(password), &opened, count).await;
            assert_eq!(found.unwrap(), place, "{password}");
        }
        assert!(History::open(&profile(bob), &secrets).is_err());
        let shown = format!("{history:?} {:?}", profile(alice));
        assert!(!shown.contains("argon2id"), "{shown}");
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_sent_away() {
        let passwords = Passwords {
            turns: Arc::new(Semaphore::new(0)),
            places: Arc::new(Semaphore::new(0)),
        };
        let refused = passwords.hash(&text("x"), &SeededEntropy::new(1)).await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
    }
}
