//! The token's rules, broken one at a time.

use base64::engine::general_purpose::STANDARD;

use super::*;

const HOME: Incarnation = [3; 16];

pub(super) fn claims() -> Claims {
    Claims {
        account: AccountId::from_random(1),
        role_id: RoleId::from_random(2),
        role_name: "demo-Role".parse().unwrap(),
        session_name: "sess-1".parse().unwrap(),
        policy: Some("{\"Version\":\"1\"}".to_owned()),
        source_identity: None,
        origin: Origin {
            account: AccountId::from_random(1),
            principal: "acs:ram::1000000000000001:user/alice".to_owned(),
            access_key_id: Some("LTAI5t".parse().unwrap()),
            first_hop_at: 1000,
        },
        issued_at: 1000,
        expires_at: 4600,
        session_epoch: -2,
        access_key_id: "STS.Nabc".parse().unwrap(),
        secret: SecretText::from("top-secret"),
    }
}

fn ring() -> TokenRing {
    TokenRing::new(
        vec![TokenKey::new(1, &[1; 32]), TokenKey::new(2, &[2; 32])],
        2,
    )
    .unwrap()
}

#[test]
fn what_is_sealed_opens() {
    let token = ring().seal(&claims(), &HOME).unwrap();
    assert!(token.starts_with("CAIS"), "{token}");
    let opened = ring().open(&token, &HOME).unwrap();
    assert_eq!(opened, claims());
    assert_eq!(opened.role_name.as_str(), "demo-Role");
    assert_ne!(token, ring().seal(&claims(), &HOME).unwrap());
    let plain = Claims {
        policy: None,
        source_identity: Some("alice".into()),
        ..claims()
    };
    let token = ring().seal(&plain, &HOME).unwrap();
    assert_eq!(ring().open(&token, &HOME).unwrap(), plain);
}

#[test]
fn what_is_authenticated_is_what_the_sealer_binds() {
    let header = header(7);
    assert_eq!(
        aad(header, &HOME).to_vec(),
        super::super::seal::bound(&header, &[PURPOSE, &HOME])
    );
}

#[test]
fn claims_are_asked_for_validity() {
    assert!(!claims().is_expired(4599));
    assert!(claims().is_expired(4600));
    assert!(claims().belongs_to("STS.Nabc"));
    assert!(!claims().belongs_to("STS.nabc"));
}

#[test]
fn a_changed_token_is_refused() {
    let token = ring().seal(&claims(), &HOME).unwrap();
    let bytes = STANDARD.decode(&token).unwrap();
    let mut tried = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let opened = ring().open(&STANDARD.encode(changed), &HOME);
            // A changed key id names a key that is not there, or one that does not fit.
            assert!(opened.is_err(), "byte {at}, bit {bit}");
            tried += 1;
        }
        assert!(ring().open(&STANDARD.encode(&bytes[..at]), &HOME).is_err());
    }
    println!(
        "{tried} flipped bits and {} truncations refused",
        bytes.len()
    );
    for at in 0..token.len() {
        assert_eq!(
            ring().open(&token[..at], &HOME),
            Err(TokenError::Malformed),
            "{at}"
        );
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(
            ring()
                .open(std::str::from_utf8(&changed).unwrap(), &HOME)
                .is_err()
        );
    }
    for text in [
        format!("{token}="),
        format!("{token} "),
        token.replace('A', "-"),
        format!("{token}AAAA"),
    ] {
        assert_eq!(ring().open(&text, &HOME), Err(TokenError::Malformed));
    }
}

#[test]
fn a_token_belongs_to_its_database_and_key() {
    let token = ring().seal(&claims(), &HOME).unwrap();
    assert_eq!(ring().open(&token, &[4; 16]), Err(TokenError::Malformed));
    let other = TokenRing::new(vec![TokenKey::new(2, &[9; 32])], 2).unwrap();
    assert_eq!(other.open(&token, &HOME), Err(TokenError::Malformed));
    let unknown = TokenRing::new(vec![TokenKey::new(1, &[1; 32])], 1).unwrap();
    assert_eq!(unknown.open(&token, &HOME), Err(TokenError::UnknownKey(2)));
    // The same key bytes under another id: the id is authenticated.
    let moved = TokenRing::new(vec![TokenKey::new(1, &[2; 32])], 1).unwrap();
    let mut bytes = STANDARD.decode(&token).unwrap();
    bytes[7] = 1;
    assert_eq!(
        moved.open(&STANDARD.encode(bytes), &HOME),
        Err(TokenError::Malformed)
    );
    assert!(TokenRing::new(Vec::new(), 1).is_none());
}

#[test]
fn tokens_are_bounded() {
    let long = Claims {
        policy: Some("x".repeat(13_000)),
        ..claims()
    };
    assert_eq!(ring().seal(&long, &HOME), Err(SealError::TooLong));
    assert_eq!(
        ring().open(&"A".repeat(MAX_LENGTH + 4), &HOME),
        Err(TokenError::Malformed)
    );
}

#[test]
fn nothing_prints_the_secret() {
    let printed = format!("{:?} {:?}", claims(), ring());
    assert!(!printed.contains("top-secret"), "{printed}");
}
