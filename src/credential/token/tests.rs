//! The token's rules, broken one at a time.

use super::*;

const HOME: Incarnation = [3; 16];

fn claims() -> Claims {
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

impl<'a> Body<'a> {
    fn of(claims: &'a Claims) -> Self {
        let origin = &claims.origin;
        let key = origin.access_key_id.as_ref();
        Self {
            v: CLAIMS_VERSION,
            a: claims.account.to_string().into(),
            ri: claims.role_id.to_string().into(),
            rn: claims.role_name.as_str().into(),
            sn: claims.session_name.as_str().into(),
            po: claims.policy.as_deref().map(Cow::Borrowed),
            si: claims.source_identity.as_deref().map(Cow::Borrowed),
            or: OriginBody {
                a: origin.account.to_string().into(),
                p: origin.principal.as_str().into(),
                k: key.map(|key| key.as_str().into()),
                t: origin.first_hop_at,
            },
            iat: claims.issued_at,
            exp: claims.expires_at,
            ep: claims.session_epoch,
            k: claims.access_key_id.as_str().into(),
            s: claims.secret.expose().as_str().into(),
        }
    }
}

fn ring() -> TokenRing {
    TokenRing::new(
        vec![TokenKey::new(1, &[1; 32]), TokenKey::new(2, &[2; 32])],
        2,
    )
    .unwrap()
}

fn body() -> serde_json::Value {
    serde_json::json!({
        "v": 1, "a": "1000000000000001", "ri": "300000000000000002", "rn": "r", "sn": "ss",
        "or": {"a": "1000000000000001", "p": "x", "t": 1},
        "iat": 1, "exp": 2, "ep": 0, "k": "STS.N", "s": "s",
    })
}

fn open_body(body: &serde_json::Value) -> Result<Claims, TokenError> {
    let token = TokenKey::new(1, &[1; 32])
        .seal_body(|out| serde_json::to_writer(out, body), 0, &HOME, [7; 12])
        .unwrap();
    ring().open(&token, &HOME)
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
fn what_is_written_by_hand_is_what_serde_writes() {
    let awkward = "é\u{0}\u{1f}\u{7f}\"\\/\n中";
    let mut all = vec![claims()];
    for (policy, identity) in [(None, Some(awkward)), (Some(awkward), None)] {
        let mut other = claims();
        other.policy = policy.map(str::to_owned);
        other.source_identity = identity.map(str::to_owned);
        other.origin.principal = awkward.to_owned();
        other.origin.access_key_id = None;
        other.secret = SecretText::from(awkward);
        all.push(other);
    }
    for claims in all {
        let mut written = Vec::new();
        write_claims(&mut written, &claims).unwrap();
        assert_eq!(written, serde_json::to_vec(&Body::of(&claims)).unwrap());
    }
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
fn unknown_versions_and_claims_are_refused() {
    assert!(open_body(&body()).is_ok());
    let mut changed = body();
    for version in [0, 2, 255] {
        changed["v"] = version.into();
        assert_eq!(open_body(&changed), Err(TokenError::Malformed));
    }
    for (place, member) in [("", "new"), ("/or", "new")] {
        let mut changed = body();
        changed.pointer_mut(place).unwrap()[member] = 1.into();
        assert_eq!(open_body(&changed), Err(TokenError::Malformed));
    }
    for member in [
        "v", "a", "ri", "rn", "sn", "or", "iat", "exp", "ep", "k", "s",
    ] {
        let mut changed = body();
        changed.as_object_mut().unwrap().remove(member);
        assert_eq!(open_body(&changed), Err(TokenError::Malformed), "{member}");
    }
}

#[test]
fn tokens_are_bounded() {
    let long = Claims {
        policy: Some("\"".repeat(8000)),
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
