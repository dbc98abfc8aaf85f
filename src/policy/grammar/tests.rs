//! Every rule of the grammar, broken one at a time.

use crate::policy::document::{Document, DocumentKind, MAX_FAULTS};

/// The rules that the document breaks, in the order of the text.
fn rules(kind: DocumentKind, text: &str) -> Vec<&'static str> {
    match Document::parse(kind, text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.rule).collect(),
    }
}

fn document(statement: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{{{statement}}}]}}"#)
}

const IDENTITY: &str = r#""Effect":"Allow","Action":"ecs:*","Resource":"*""#;
const TRUST: &str = r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}"#;

#[test]
fn sound_documents_pass() {
    for (kind, statement) in [
        (DocumentKind::Identity, IDENTITY),
        (DocumentKind::Session, IDENTITY),
        (DocumentKind::Trust, TRUST),
        (
            DocumentKind::Identity,
            r#""Effect":"Deny","NotAction":["*:*"],"NotResource":"*","Sid":"""#,
        ),
        (
            DocumentKind::Trust,
            r#""Effect":"Deny","Action":["STS:*"],"Principal":{"RAM":["*"],
            "Service":"a.b","Federated":"acs:ram::1000000000000001:saml-provider/x"}"#,
        ),
    ] {
        assert_eq!(rules(kind, &document(statement)), [""; 0], "{statement}");
    }
    let single = format!(r#"{{"Statement":{{{IDENTITY}}},"Version":"1"}}"#);
    assert_eq!(rules(DocumentKind::Identity, &single), [""; 0]);
}

#[test]
fn the_document_around_the_statements() {
    for (text, rule) in [
        ("", "json-syntax"),
        ("{\"Version\":\"1\",\"Statement\":[", "json-syntax"),
        ("[]", "document-object"),
        (r#"{"Statement":[S]}"#, "version-missing"),
        (r#"{"Version":1,"Statement":[S]}"#, "version-value"),
        (
            r#"{"Version":"2012-10-17","Statement":[S]}"#,
            "version-value",
        ),
        (r#"{"Version":["1"],"Statement":[S]}"#, "version-value"),
        (r#"{"Version":"1"}"#, "statement-missing"),
        (r#"{"Version":"1","Statement":[]}"#, "statement-empty"),
        (r#"{"Version":"1","Statement":"x"}"#, "statement-object"),
        (r#"{"Version":"1","Statement":[[S]]}"#, "statement-object"),
        (
            r#"{"Version":"1","Statement":[S],"Id":"x"}"#,
            "unknown-element",
        ),
        (
            r#"{"Version":"1","Version":"1","Statement":[S]}"#,
            "json-duplicate-key",
        ),
    ] {
        let text = text
            .replace('S', "\u{0}")
            .replace("\u{0}tatement", "Statement");
        let text = text.replace('\u{0}', &format!("{{{IDENTITY}}}"));
        assert_eq!(rules(DocumentKind::Identity, &text), [rule], "{text}");
    }
    let versions = format!(r#"{{"version":"1","Version":"1","Statement":[{{{IDENTITY}}}]}}"#);
    assert_eq!(
        rules(DocumentKind::Identity, &versions),
        ["unknown-element"]
    );
}

#[test]
fn elements_of_every_statement() {
    for (statement, rule) in [
        (r#""Action":"ecs:*","Resource":"*""#, "effect-missing"),
        (
            r#""Effect":"allow","Action":"ecs:*","Resource":"*""#,
            "effect-value",
        ),
        (
            r#""Effect":["Allow"],"Action":"ecs:*","Resource":"*""#,
            "effect-value",
        ),
        (r#""Effect":"Allow","Resource":"*""#, "action-missing"),
        (
            r#""Effect":"Allow","action":"*","Action":"*","Resource":"*""#,
            "unknown-element",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*""#,
            "action-both",
        ),
        (
            r#""Effect":"Allow","Action":[],"Resource":"*""#,
            "empty-list",
        ),
        (
            r#""Effect":"Allow","Action":[1],"Resource":"*""#,
            "string-value",
        ),
        (
            r#""Effect":"Allow","Action":true,"Resource":"*""#,
            "string-value",
        ),
        (
            r#""Effect":"Allow","Action":"","Resource":"*""#,
            "action-form",
        ),
        (
            r#""Effect":"Allow","Action":"**","Resource":"*""#,
            "action-form",
        ),
        (
            r#""Effect":"Allow","Action":"Start","Resource":"*""#,
            "action-form",
        ),
        (
            r#""Effect":"Allow","Action":"ecs:","Resource":"*""#,
            "action-form",
        ),
        (
            r#""Effect":"Allow","Action":":x","Resource":"*""#,
            "action-form",
        ),
        (
            r#""Effect":"Allow","NotAction":"a:b:c","Resource":"*""#,
            "action-form",
        ),
        (r#""Effect":"Allow","Action":"ecs:*""#, "resource-missing"),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","NotResource":"*""#,
            "resource-both",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":null"#,
            "string-value",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"acs:oss:*""#,
            "resource-form",
        ),
        (
            r#""Effect":"Allow","Action":"*","NotResource":["*","x"]"#,
            "resource-form",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Sid":1"#,
            "sid-value",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Foo":1"#,
            "unknown-element",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Principal":{"RAM":"*"}"#,
            "principal-not-allowed",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{}"#,
            "condition-unsupported",
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":1"#,
            "condition-unsupported",
        ),
    ] {
        for kind in [DocumentKind::Identity, DocumentKind::Session] {
            assert_eq!(rules(kind, &document(statement)), [rule], "{statement}");
        }
    }
}

#[test]
fn elements_of_a_trust_policy() {
    let with = |principal: &str| {
        format!(r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}"#)
    };
    for (statement, rule) in [
        (
            r#""Effect":"Allow","Action":"sts:AssumeRole""#.into(),
            "principal-missing",
        ),
        (format!(r#"{TRUST},"Resource":"*""#), "trust-resource"),
        (format!(r#"{TRUST},"NotResource":"*""#), "trust-resource"),
        (format!(r#"{TRUST},"NotPrincipal":{{}}"#), "not-principal"),
        (
            format!(r#"{TRUST},"Condition":{{"x":{{}}}}"#),
            "condition-unsupported",
        ),
        (TRUST.replace("Action", "NotAction"), "trust-not-action"),
        (TRUST.replace("sts:AssumeRole", "ecs:Start"), "trust-action"),
        (TRUST.replace("sts:AssumeRole", "*"), "trust-action"),
        (
            TRUST.replace("sts:AssumeRole", "*:AssumeRole"),
            "trust-action",
        ),
        (TRUST.replace("sts:AssumeRole", "AssumeRole"), "action-form"),
        (with(r#""*""#), "principal-object"),
        (with("[]"), "principal-object"),
        (with("{}"), "principal-empty"),
        (with(r#"{"AWS":"x"}"#), "principal-kind"),
        (with(r#"{"ram":"*"}"#), "principal-kind"),
        (with(r#"{"RAM":[]}"#), "empty-list"),
        (with(r#"{"RAM":[1]}"#), "string-value"),
        (
            with(r#"{"RAM":"acs:ram::1000000000000001:user/al*"}"#),
            "principal-form",
        ),
        (with(r#"{"Service":"*"}"#), "principal-form"),
        (with(r#"{"Federated":"*"}"#), "principal-form"),
    ] {
        assert_eq!(
            rules(DocumentKind::Trust, &document(&statement)),
            [rule],
            "{statement}"
        );
    }
}

#[test]
fn faults_come_together_and_in_order() {
    let faults = Document::parse(
        DocumentKind::Identity,
        "{\n  \"Version\": \"2\",\n  \"Statement\": [\n    {\"Effect\": \"Alow\"},\n    \
         {\"Effect\": \"Deny\", \"Action\": [\"x\", \"é\", \"y\"], \"Resource\": \"*\"}\n  ]\n}",
    )
    .unwrap_err();
    let shown: Vec<_> = faults.iter().map(|f| (f.line, f.column, f.rule)).collect();
    assert_eq!(
        shown,
        [
            (2, 14, "version-value"),
            (4, 5, "action-missing"),
            (4, 5, "resource-missing"),
            (4, 16, "effect-value"),
            (5, 35, "action-form"),
            (5, 40, "action-form"),
            (5, 45, "action-form"),
        ]
    );
}

#[test]
fn faults_are_bounded() {
    let many = document(&format!(
        r#""Effect":"Allow","Resource":"*","Action":[{}"x"]"#,
        r#""x","#.repeat(100)
    ));
    assert_eq!(rules(DocumentKind::Identity, &many).len(), MAX_FAULTS);
    let long = document(&format!(r#"{IDENTITY},"{}":1"#, "\\u0007".repeat(1000)));
    let faults = Document::parse(DocumentKind::Identity, &long).unwrap_err();
    assert!(faults[0].message.len() < 600, "{}", faults[0].message);
}
