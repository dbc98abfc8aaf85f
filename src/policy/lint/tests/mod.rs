//! Every rule on a document that breaks it and on its neighbours that do not.

mod conditions;
mod reach;
mod rights;
mod shadow;
mod trust;

use super::*;

/// The ids of the findings, with the line each is on.
fn found(kind: DocumentKind, text: &str) -> Vec<(&'static str, u32)> {
    let findings = check(kind, text, &Options::default());
    findings.iter().map(|one| (one.rule, one.line)).collect()
}

fn rules(kind: DocumentKind, statements: &str) -> Vec<&'static str> {
    let text = format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
    found(kind, &text)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect()
}

/// What is said of a statement on one object of OSS with this condition.
fn condition(effect: &str, condition: &str) -> Vec<&'static str> {
    let statement = format!(
        r#"{{"Effect":"{effect}","Action":"oss:GetObject","Resource":"acs:oss:*:*:b/*","Condition":{condition}}}"#
    );
    rules(DocumentKind::Identity, &statement)
}

fn allow(actions: &str, resources: &str) -> Vec<&'static str> {
    let statement = format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":{resources}}}"#);
    rules(DocumentKind::Identity, &statement)
}

fn trusts(principal: &str, condition: &str) -> Vec<&'static str> {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal},"Condition":{condition}}}"#
    );
    rules(DocumentKind::Trust, &statement)
}

#[test]
fn rules_have_ids_of_their_own_and_words() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for rule in RULES {
        assert!(
            rule.severity < Severity::Error && rule.about.ends_with('.'),
            "{}",
            rule.id
        );
    }
}

#[test]
fn a_refused_document_has_errors_only() {
    let text = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Allow","Resource":"*"}]}"#;
    let findings = check(DocumentKind::Identity, text, &Options::default());
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}")
    };
    assert_eq!(
        finding.to_string(),
        "3:9: error: action-missing: Add an Action or NotAction element to the policy statement."
    );
    assert_eq!(finding.statement, None);
    let long = format!(
        r#"{{"Version":"1","Statement":[],"{}":1}}"#,
        "x".repeat(6144)
    );
    let rules: Vec<_> = found(DocumentKind::Identity, &long);
    assert_eq!(rules.first(), Some(&("length", 1)));
}

#[test]
fn findings_stand_in_the_order_of_the_text_and_debug_quotes_nothing() {
    let text = r#"{"Version":"1","Statement":[
        {"Resource":"acs:oss:*:*:b/${x}",
         "Effect":"Allow",
         "Action":["ram:Nonsense", "ram:mark blank"],
         "Condition":{"Bool":{"acs:mark":"true"}}}]}"#;
    let findings = check(DocumentKind::Identity, text, &Options::default());
    let seen: Vec<_> = findings
        .iter()
        .map(|one| (one.rule, one.line, one.column))
        .collect();
    assert_eq!(
        seen,
        [
            ("no-variables", 2, 21),
            ("unknown-action", 4, 20),
            ("action-form-unusual", 4, 36),
            ("unknown-key", 5, 31),
        ]
    );
    assert!(findings.iter().all(|one| one.statement == Some(0)));
    assert!(!format!("{findings:?}").contains("mark"));
}
