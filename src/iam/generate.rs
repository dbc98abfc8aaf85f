//! New ids and secrets, in the vendor's forms.

use zeroize::{Zeroize as _, Zeroizing};

use crate::iam::Iam;
use crate::model::account::RevisionTag;
use crate::policy::ids::{AccessKeyId, AccountId, GroupId, RoleId, UserId};
use crate::ports::Entropy;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends `count` letters and digits, each equally likely.
pub fn push_alphanumeric(text: &mut String, count: usize, entropy: &dyn Entropy) {
    let mut missing = count;
    let mut bytes = [0u8; 80];
    while missing > 0 {
        entropy.fill(&mut bytes);
        // Six bits name one of 64; those that name none are drawn again.
        let drawn = bytes
            .iter()
            .filter_map(|byte| ALPHANUMERIC.get(usize::from(byte & 63)));
        let before = text.len();
        text.extend(drawn.take(missing).map(|letter| char::from(*letter)));
        missing -= text.len() - before;
    }
    bytes.zeroize();
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
///
/// # Panics
/// Never: what is drawn is what an id may hold.
#[expect(
    clippy::expect_used,
    reason = "letters and digits are what the id may hold"
)]
pub fn access_key(entropy: &dyn Entropy) -> (AccessKeyId, String) {
    let mut id = String::from("LTAI5t");
    push_alphanumeric(&mut id, 18, entropy);
    let mut secret = String::with_capacity(30);
    push_alphanumeric(&mut secret, 30, entropy);
    (id.parse().expect("a generated id is valid"), secret)
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
    #[expect(
        clippy::expect_used,
        reason = "letters, digits and a point are what the id may hold"
    )]
    pub(super) fn new_session_key(&self) -> (AccessKeyId, String) {
        // One draw for both: a draw costs more than what is done with it.
        let mut drawn = Zeroizing::new(String::with_capacity(5 + 24 + 44));
        drawn.push_str("STS.N");
        push_alphanumeric(&mut drawn, 24 + 44, self.entropy.as_ref());
        let (id, secret) = drawn.split_at(29);
        let id = id.parse().expect("a generated id is valid");
        (id, secret.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededEntropy;

    #[test]
    fn generated_ids_have_the_vendors_forms() {
        let entropy = SeededEntropy::new(1);
        let (id, secret) = access_key(&entropy);
        assert_eq!((id.as_str().len(), secret.len()), (24, 30));
        let request = request_id(&entropy);
        assert_eq!(request.len(), 36);
        assert_eq!(request, request.to_uppercase());
    }
}
