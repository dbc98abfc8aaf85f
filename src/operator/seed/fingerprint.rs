//! Fingerprints of what the file says of an entity. Comparing the one remembered with the file's
//! tells whether the file was edited since the seed last wrote the entity, and so, where the entity
//! differs, whether it was the file or somebody's call that moved.

use sha2::{Digest, Sha256};

use super::document;
use super::model::{SeedPolicy, SeedRole, SeedUser};

/// Absent and empty differ, and no two lists of fields run together.
pub(super) fn fingerprint(fields: &[Option<&str>]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        let text = field.unwrap_or_default();
        hash.update([u8::from(field.is_some())]);
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digest = hash.finalize();
    hex::encode(digest.get(..16).unwrap_or(&digest))
}

pub(super) fn of_user(user: &SeedUser) -> String {
    fingerprint(&[
        user.display_name.as_deref(),
        user.comments.as_deref(),
        user.email.as_deref(),
        user.mobile_phone.as_deref(),
    ])
}

pub(super) fn of_role(role: &SeedRole) -> String {
    let seconds = role.max_session_duration.map(|seconds| seconds.to_string());
    fingerprint(&[
        role.description.as_deref(),
        Some(&document::canonical(&role.trust_policy)),
        seconds.as_deref(),
    ])
}

pub(super) fn of_policy(policy: &SeedPolicy) -> String {
    fingerprint(&[
        policy.description.as_deref(),
        Some(&document::canonical(&policy.document)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_together() {
        let (none, empty) = (
            fingerprint(&[None, Some("a")]),
            fingerprint(&[Some(""), Some("a")]),
        );
        assert_ne!(none, empty);
        assert_ne!(
            fingerprint(&[Some("ab"), Some("c")]),
            fingerprint(&[Some("a"), Some("bc")])
        );
        assert_eq!(none.len(), 32);
    }
}
