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
            r#""Effect":"Allow","Action":"*","Resource":"*","condition":{}"#,
            "unknown-element",
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
            format!(r#"{TRUST},"Condition":{{"x":{{"a:b":"c"}}}}"#),
            "condition-operator",
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
fn conditions() {
    for (condition, expected) in [
        ("{}", ""),
        (r#"{"StringEquals":{"a:b":"c"}}"#, ""),
        (r#"{"StringEquals":{"a:b":["c","c",""],"A:b":"d"}}"#, ""),
        (
            r#"{"ForAllValues:NotIpAddress":{"acs:SourceIp":"::1/64"}}"#,
            "",
        ),
        (
            r#"{"DateLessThan":{"acs:CurrentTime":"2026-11-25T08:00+08:00"}}"#,
            "",
        ),
        ("1", "condition-object"),
        ("[]", "condition-object"),
        ("null", "condition-object"),
        (r#"{"StringEquals":{}}"#, "condition-keys"),
        (r#"{"StringEquals":[]}"#, "condition-keys"),
        (r#"{"StringEquals":"a:b"}"#, "condition-keys"),
        (r#"{"StringEqual":{"a:b":"c"}}"#, "condition-operator"),
        (r#"{"stringEquals":{"a:b":"c"}}"#, "condition-operator"),
        (r#"{"BoolIfExists":{"a:b":"true"}}"#, "condition-operator"),
        (
            r#"{"ForSomeValues:Bool":{"a:b":"true"}}"#,
            "condition-operator",
        ),
        (r#"{"StringEquals":{"ab":"c"}}"#, "condition-key"),
        (r#"{"StringEquals":{"a:":"c"}}"#, "condition-key"),
        (r#"{"StringEquals":{"a:b":[]}}"#, "empty-list"),
        (r#"{"StringEquals":{"a:b":1}}"#, "string-value"),
        (r#"{"Bool":{"a:b":true}}"#, "string-value"),
        (r#"{"Bool":{"a:b":{}}}"#, "string-value"),
        (r#"{"Bool":{"a:b":"yes"}}"#, "condition-value"),
        (
            r#"{"NumericEquals":{"a:b":["1","one"]}}"#,
            "condition-value",
        ),
        (r#"{"DateEquals":{"a:b":"2026-11-25"}}"#, "condition-value"),
        (r#"{"IpAddress":{"a:b":"10.0.0.0/33"}}"#, "condition-value"),
        (
            r#"{"Bool":{"a:b":"true","a:b":"true"}}"#,
            "json-duplicate-key",
        ),
    ] {
        let expected: &[&str] = if expected.is_empty() {
            &[]
        } else {
            &[expected]
        };
        for (kind, statement) in [
            (DocumentKind::Identity, IDENTITY),
            (DocumentKind::Trust, TRUST),
        ] {
            let text = document(&format!(r#"{statement},"Condition":{condition}"#));
            assert_eq!(rules(kind, &text), expected, "{text}");
        }
    }
}

#[test]
fn faults_of_a_condition_say_where_they_stand() {
    let text = document(&format!(
        r#"{IDENTITY},"Condition":{{"Null":{{"ab":"c"}},{}"Bool":{{"a:b":["true","no"]}}}}"#,
        "\n"
    ));
    let faults = Document::parse(DocumentKind::Identity, &text).unwrap_err();
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "1:92: condition-operator: The condition operator 'IfExists/Null' is not supported",
            "1:100: condition-key: a condition key is `service:name`",
            "2:23: condition-value: expected `true` or `false`",
        ]
    );
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
