//! Whatever happens to a stored document, it never comes to allow more, and nothing panics.

use proptest::prelude::*;
use rampart::policy::compile::CompiledPolicy;
use rampart::policy::document::{Document, DocumentKind};
use rampart::policy::evaluate::{Effect, PolicySet, Request};
use rampart::policy::trust::TrustPolicy;

const DOCUMENTS: [&str; 3] = [
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:Get*","a:b"],"Resource":"*"},
        {"Effect":"Deny","NotAction":"oss:*","NotResource":["acs:oss:*:*:x/*"],"Sid":"s"}]}"#,
    r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"sts:AssumeRole",
        "Principal":{"RAM":["acs:ram::1000000000000001:root","*"],"Service":"ecs.aliyuncs.com"}}]}"#,
];

/// A document of which some stretches have been replaced by small pieces.
fn damaged() -> impl Strategy<Value = String> {
    let pieces = vec![
        "",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "*",
        "1",
        "null",
        "\\u0041",
        "é",
        "\u{0}",
        "Deny",
        "\"Foo\":1,",
        "\"Action\":\"*\",",
    ];
    let edit = (
        any::<prop::sample::Index>(),
        0_usize..12,
        prop::sample::select(pieces),
    );
    (
        prop::sample::select(DOCUMENTS.to_vec()),
        prop::collection::vec(edit, 0..4),
    )
        .prop_map(|(text, edits)| {
            edits
                .into_iter()
                .fold(text.to_owned(), |text, (at, removed, piece)| {
                    let characters: Vec<char> = text.chars().collect();
                    let (head, tail) = characters.split_at(at.index(characters.len() + 1));
                    let tail = tail.iter().skip(removed);
                    head.iter()
                        .copied()
                        .chain(piece.chars())
                        .chain(tail.copied())
                        .collect()
                })
        })
}

proptest! {
    #[test]
    fn a_damaged_document_never_allows(text in damaged(), session in any::<bool>()) {
        let kind = if session { DocumentKind::Session } else { DocumentKind::Identity };
        let faults = Document::parse(kind, &text).err().unwrap_or_default();
        let stored = CompiledPolicy::from_stored(kind, &text);
        prop_assert_eq!(stored.faults(), &*faults);
        let unreadable = stored.is_unreadable();
        let decision =
            PolicySet::new(vec![stored.into()]).evaluate(&Request::new("oss:GetObject", "*"));
        prop_assert_eq!(unreadable && decision.effect != Effect::Deny, false);
        if faults.iter().any(|fault| fault.rule != "condition-unsupported") {
            prop_assert_ne!(decision.effect, Effect::Allow);
        }

        let faults = Document::parse(DocumentKind::Trust, &text).err().unwrap_or_default();
        let stored = TrustPolicy::from_stored(&text);
        prop_assert_eq!(stored.faults(), &*faults);
    }
}
