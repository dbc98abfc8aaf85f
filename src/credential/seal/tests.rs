//! Sealing, each test at one place under one key.

use super::*;

const PLACE: Aad<'static> = Aad {
    purpose: Purpose::SecretsAtRest,
    incarnation: [1; 16],
    table: "access_key",
    row: "LTAI1",
    column: "secret",
};

fn master() -> MasterKey {
    MasterKey::generate([7; 32])
}

fn sealer() -> Sealer {
    Sealer::new(&master(), Purpose::SecretsAtRest)
}

#[test]
fn what_is_sealed_opens_at_its_place() {
    let sealed = sealer().seal(b"hunter2", &PLACE).unwrap();
    assert_eq!(sealer().open(&sealed, &PLACE).unwrap().expose(), b"hunter2");
    assert_eq!(sealed.len(), 1 + 12 + 7 + 16);
    assert_ne!(sealed, sealer().seal(b"hunter2", &PLACE).unwrap());
    let empty = sealer().seal(b"", &PLACE).unwrap();
    assert!(sealer().open(&empty, &PLACE).unwrap().expose().is_empty());
}

#[test]
fn it_opens_nowhere_else() {
    let sealed = sealer().seal(b"hunter2", &PLACE).unwrap();
    let elsewhere = [
        Aad {
            incarnation: [2; 16],
            ..PLACE
        },
        Aad {
            table: "user",
            ..PLACE
        },
        Aad {
            row: "LTAI2",
            ..PLACE
        },
        Aad {
            column: "secre",
            ..PLACE
        },
        // The same bytes, divided otherwise.
        Aad {
            row: "LTAI",
            column: "1secret",
            ..PLACE
        },
        Aad {
            table: "access_keyL",
            row: "TAI1",
            ..PLACE
        },
        Aad {
            row: "LTAI1secret",
            column: "",
            ..PLACE
        },
        Aad {
            table: PLACE.column,
            column: PLACE.table,
            ..PLACE
        },
    ];
    for place in elsewhere {
        assert_eq!(
            sealer().open(&sealed, &place),
            Err(SealError::Corrupt),
            "{place:?}"
        );
    }
    let place = Aad {
        purpose: Purpose::TokenRing,
        ..PLACE
    };
    assert_eq!(sealer().open(&sealed, &place), Err(SealError::Purpose));
    assert_eq!(sealer().seal(b"", &place), Err(SealError::Purpose));
    let other = Sealer::new(&master(), Purpose::TokenRing);
    assert_eq!(other.open(&sealed, &place), Err(SealError::Corrupt));
    let other = Sealer::new(&MasterKey::generate([8; 32]), Purpose::SecretsAtRest);
    assert_eq!(other.open(&sealed, &PLACE), Err(SealError::Corrupt));
}

#[test]
fn a_changed_value_does_not_open() {
    let sealed = sealer().seal(b"hunter2", &PLACE).unwrap();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(
                sealer().open(&changed, &PLACE),
                Err(SealError::Corrupt),
                "{at}"
            );
        }
        assert_eq!(
            sealer().open(&sealed[..at], &PLACE),
            Err(SealError::Corrupt)
        );
    }
    let long = vec![0; Sealer::MAX_LENGTH + 1];
    assert_eq!(sealer().seal(&long, &PLACE), Err(SealError::TooLong));
}

#[test]
fn the_master_key_is_read_strictly() {
    let text = master().to_base64();
    assert_eq!(text.expose().len(), 44);
    let padded = format!("  {}\n", text.expose());
    let read = MasterKey::from_base64(&padded).unwrap();
    assert_eq!(read.to_base64(), text);
    for bad in [
        "",
        "AAAA",
        &text.expose()[..43],
        &format!("{0}{0}", text.expose()),
        "not base64",
    ] {
        assert_eq!(
            MasterKey::from_base64(bad).unwrap_err(),
            SealError::MasterKey,
            "{bad}"
        );
    }
    assert_eq!(
        format!("{:?} {:?}", master(), sealer()),
        "MasterKey(..) Sealer { purpose: SecretsAtRest, .. }"
    );
}

/// The labels are a format: what was sealed yesterday has to open tomorrow.
#[test]
fn derived_keys_are_stable_and_differ() {
    let all = [
        Purpose::SecretsAtRest,
        Purpose::TokenRing,
        Purpose::NonceHash,
        Purpose::ConsoleCookies,
        Purpose::DiagnosticMessages,
        Purpose::Markers,
    ];
    let keys: std::collections::BTreeSet<_> =
        all.iter().map(|p| *master().derive(*p).expose()).collect();
    assert_eq!(keys.len(), all.len());
    assert_eq!(
        hex::encode(master().derive(Purpose::SecretsAtRest).expose()),
        "bc571776c0ba2d730f59911bf0e7f901b655363dfe582086d57dfca17ebd697a"
    );
}

#[test]
fn two_master_keys_open_and_one_seals() {
    let (old, new) = (master(), MasterKey::generate([8; 32]));
    let sealer = |master: &MasterKey| Sealer::new(master, Purpose::SecretsAtRest);
    let before = sealer(&old).seal(b"hunter2", &PLACE).unwrap();
    let both = sealer(&new.clone().with_other(&old));
    assert_eq!(both.open(&before, &PLACE).unwrap().expose(), b"hunter2");
    let opened = both.open_other(&before, &PLACE).unwrap().unwrap();
    assert_eq!(opened.expose(), b"hunter2");
    let after = both.seal(b"hunter2", &PLACE).unwrap();
    assert_eq!(both.open_other(&after, &PLACE).unwrap(), None);
    // What it seals is under the new one: that opens it alone, and the old one does not.
    assert!(sealer(&new).open(&after, &PLACE).is_ok());
    assert!(sealer(&old).open(&after, &PLACE).is_err());
    assert!(sealer(&new).open_other(&before, &PLACE).is_err());
    // Under neither, at another place, or changed: nothing opens it.
    let strange = sealer(&MasterKey::generate([9; 32]));
    let strange = strange.seal(b"hunter2", &PLACE).unwrap();
    let elsewhere = Aad {
        row: "LTAI2",
        ..PLACE
    };
    assert!(both.open(&strange, &PLACE).is_err());
    assert!(both.open_other(&strange, &PLACE).is_err());
    assert!(both.open_other(&before, &elsewhere).is_err());
    assert!(old.clone().with_other(&old).other().is_none());
}

#[test]
fn nonces_are_told_apart_from_their_key_ids() {
    let hasher = NonceHasher::new(&Secret::new([7; 32]));
    let other = NonceHasher::new(&Secret::new([8; 32]));
    assert_eq!(hasher.hash("id", "n"), hasher.hash("id", "n"));
    assert_eq!(hasher.fingerprint("id", "n"), hasher.fingerprint("id", "n"));
    for (id, nonce) in [
        ("i", "dn"),
        ("id", "m"),
        ("ie", "n"),
        ("", "idn"),
        ("idn", ""),
    ] {
        assert_ne!(hasher.hash("id", "n"), hasher.hash(id, nonce));
        assert_ne!(hasher.fingerprint("id", "n"), hasher.fingerprint(id, nonce));
    }
    assert_ne!(hasher.hash("id", "n"), other.hash("id", "n"));
    assert_ne!(hasher.fingerprint("id", "n"), other.fingerprint("id", "n"));
}

/// What servers of every release must agree on, and what a server must know of itself after a restart.
/// The values are from other implementations of both functions.
#[test]
fn hashes_of_nonces_stay_what_they_are() {
    let key: Vec<u8> = (0..32).collect();
    let hasher = NonceHasher::new(&Secret::new(key.try_into().unwrap()));
    let (id, nonce) = (
        "LTAI5tFingerprints000001",
        "0a1b2c3d-4e5f-6789-abcd-ef0123456789",
    );
    assert_eq!(
        hex::encode(hasher.hash(id, nonce)),
        "0f8378509675244002e0249fcea2deb6"
    );
    assert_eq!(hasher.fingerprint(id, nonce), 0xAA76_FD2F_7F8F_E848);
}
