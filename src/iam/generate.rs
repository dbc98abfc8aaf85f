//! New ids and secrets, in the vendor's forms.

use zerocopy::IntoBytes as _;
use zeroize::Zeroizing;

use crate::iam::Iam;
use crate::model::account::RevisionTag;
use crate::policy::ids::{AccessKeyId, AccountId, GroupId, RoleId, UserId};
use crate::ports::Entropy;

/// Letters and digits, and two more that make 64 of them.
const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz--";
const ALPHANUMERIC: u8 = 62;

/// Fills `text` with letters and digits, each equally likely.
fn draw(text: &mut [u8], entropy: &dyn Entropy) {
    let mut drawn = 0;
    // Words, which are wiped in fewer steps than bytes.
    let mut words = Zeroizing::new([0u64; 9]);
    while drawn < text.len() {
        entropy.fill(words.as_mut_bytes());
        for six in sixes(words.as_bytes()) {
            let Some(place) = text.get_mut(drawn) else {
                return;
            };
            // Those beyond the letters are drawn again: the next comes to the same place, which takes
            // no branch that a processor would guess wrong.
            *place = LETTERS[usize::from(six)];
            drawn += usize::from(six < ALPHANUMERIC);
        }
    }
}

/// Each six bits of `bytes`, which name one of 64: four of three bytes.
fn sixes(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let (threes, _) = bytes.as_chunks();
    threes.iter().flat_map(|[a, b, c]| {
        [
            a & 63,
            (a >> 6) | ((b & 15) << 2),
            (b >> 4) | ((c & 3) << 4),
            c >> 2,
        ]
    })
}

/// A request id: an upper-case UUID.
pub fn request_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let mut buffer = uuid::Uuid::encode_buffer();
    uuid.hyphenated().encode_upper(&mut buffer).to_owned()
}

/// A tag for a transaction.
pub fn revision_tag(entropy: &dyn Entropy) -> RevisionTag {
    let mut tag = RevisionTag([0; 16]);
    entropy.fill(&mut tag.0);
    tag
}

/// The id and secret of a long-lived key: `LTAI5t` and 18 letters and digits; 30 of them.
pub fn access_key(entropy: &dyn Entropy) -> (AccessKeyId, String) {
    new_key::<{ 24 + 30 }>("LTAI5t", 24, entropy)
}

/// An id that begins with `start` and is `id_length` characters long, and a secret: `LENGTH` in both.
/// One draw for both: a draw costs more than what is done with it.
#[expect(
    clippy::expect_used,
    reason = "letters and digits are text, and what an id may hold"
)]
fn new_key<const LENGTH: usize>(
    start: &str,
    id_length: usize,
    entropy: &dyn Entropy,
) -> (AccessKeyId, String) {
    let mut text = Zeroizing::new([0; LENGTH]);
    let (begin, drawn) = text.split_at_mut(start.len());
    begin.copy_from_slice(start.as_bytes());
    draw(drawn, entropy);
    let text = std::str::from_utf8(text.as_ref()).expect("letters and digits are text");
    let (id, secret) = text.split_at(id_length);
    let id = id.parse().expect("a generated id is valid");
    (id, secret.to_owned())
}

impl Iam {
    /// The id of a new account. The store refuses one that was used before.
    pub fn new_account_id(&self) -> AccountId {
        AccountId::from_random(self.entropy.next_u64())
    }

    /// The id of a new user. The store refuses one that was used before.
    pub fn new_user_id(&self) -> UserId {
        UserId::from_random(self.entropy.next_u64())
    }

    /// The id of a new group. The store refuses one that was used before.
    pub fn new_group_id(&self) -> GroupId {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        GroupId::from_random(u128::from_le_bytes(random))
    }

    /// The id of a new role. The store refuses one that was used before.
    pub fn new_role_id(&self) -> RoleId {
        RoleId::from_random(self.entropy.next_u64())
    }

    /// What tells a new task from all others: a lower-case UUID.
    pub fn new_task_id(&self) -> String {
        request_id(self.entropy.as_ref()).to_lowercase()
    }

    /// The id and secret of a new long-lived key.
    pub fn new_access_key(&self) -> (AccessKeyId, String) {
        access_key(self.entropy.as_ref())
    }

    /// The id and secret of a new session: `STS.N` and 24 letters and digits; 44 of them.
    pub(super) fn new_session_key(&self) -> (AccessKeyId, String) {
        new_key::<{ 29 + 44 }>("STS.N", 29, self.entropy.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::ports::SeededEntropy;

    /// Draws these bytes, over and over.
    struct Scripted(Vec<u8>, AtomicUsize);

    impl Entropy for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let next = self.1.fetch_add(1, Ordering::Relaxed);
                *byte = self.0[next % self.0.len()];
            }
        }
    }

    /// Wherever they come, of texts of any length.
    #[test]
    fn bytes_that_name_no_letter_are_drawn_again() {
        let script: Vec<u8> = (0..=255).rev().collect();
        let number = |of: usize| script[of % 256];
        let letters = (0..).flat_map(|three| {
            let [a, b, c] = [0, 1, 2].map(|of| u32::from(number(three * 3 + of)));
            let bits = a | (b << 8) | (c << 16);
            [0, 6, 12, 18].map(|from| usize::try_from((bits >> from) & 63).unwrap())
        });
        let letters = letters.filter(|six| *six < 62).map(|six| LETTERS[six]);
        let expected: Vec<u8> = letters.take(300).collect();
        for length in 1..=300 {
            let entropy = Scripted(script.clone(), AtomicUsize::new(0));
            let mut text = vec![0; length];
            draw(&mut text, &entropy);
            assert_eq!(text, expected[..length], "{length}");
        }
    }

    #[test]
    fn generated_ids_have_the_vendors_forms() {
        let entropy = SeededEntropy::new(1);
        let (id, secret) = access_key(&entropy);
        assert_eq!((id.as_str().len(), secret.len()), (24, 30));
        // Every place is drawn, however many letters a draw gives.
        for length in 1..200 {
            let mut text = vec![0; length];
            draw(&mut text, &entropy);
            assert!(text.iter().all(u8::is_ascii_alphanumeric), "{length}");
        }
        let request = request_id(&entropy);
        assert_eq!(request.len(), 36);
        assert_eq!(request, request.to_uppercase());
    }
}
