//! Row 18, responses with something changed, anywhere: whatever is still taken says what was signed.

use rampart::iam::federation::saml::metadata::Metadata;
use rampart::iam::federation::saml::verify::{Bergshamra, SamlVerifier, Sha1};

use crate::expect::saml_idp::{Key, metadata, told};

/// What each place becomes in turn.
const PIECES: [&str; 8] = ["", "x", "<", "&#65;", "<!-- -->", " ", "<a/>", "]]>"];

#[test]
fn t18_saml_no_change_is_read() {
    let keys = Metadata::decode(&metadata(&[Key::Rsa(0)])).unwrap().keys;
    let read = |text: &str| Bergshamra.verify(text, &keys, Sha1::Refused);
    for (signed, whole) in [(told().signed(), false), (told().response_signed(), true)] {
        let honest = read(&signed).unwrap();
        let (mut taken, mut refused) = (0, 0);
        for place in 0..signed.len() {
            let piece = PIECES[place % PIECES.len()];
            // In its place, and before it.
            for rest in [place + 1, place] {
                let changed = format!("{}{piece}{}", &signed[..place], &signed[rest..]);
                let Ok(response) = read(&changed) else {
                    refused += 1;
                    continue;
                };
                taken += 1;
                assert_eq!(response.assertion, honest.assertion, "{changed}");
                assert!(!whole || response == honest, "{changed}");
            }
        }
        // Comments and what is not signed can change.
        assert!(taken > 20 && refused > 20 * taken / 10, "{taken} {refused}");
    }
}

/// Pieces that are left out, put twice, or moved to another place.
#[test]
fn t18_saml_no_piece_moves() {
    let keys = Metadata::decode(&metadata(&[Key::Rsa(0)])).unwrap().keys;
    let read = |text: &str| Bergshamra.verify(text, &keys, Sha1::Refused);
    let signed = told().both_signed();
    let honest = read(&signed).unwrap();
    // Where elements begin and end.
    let marks: Vec<usize> = signed.match_indices('<').map(|(at, _)| at).collect();
    let mut tried = 0;
    for (index, &from) in marks.iter().enumerate() {
        for &to in marks.iter().skip(index + 1).take(24).step_by(3) {
            let piece = &signed[from..to];
            let without = format!("{}{}", &signed[..from], &signed[to..]);
            let twice = format!("{}{piece}{}", &signed[..to], &signed[to..]);
            let elsewhere = marks[(index * 7 + 11) % marks.len()].min(without.len());
            let moved = format!("{}{piece}{}", &without[..elsewhere], &without[elsewhere..]);
            for changed in [without.clone(), twice, moved] {
                tried += 1;
                if let Ok(response) = read(&changed) {
                    assert_eq!(response, honest, "{changed}");
                }
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}
