//! The review of policy documents: on real documents it claims nothing that is not so, and what it
//! knows of RAM agrees with the operations that are served.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper may fail as the test itself may"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rampart::policy::document::{Document, DocumentKind};
use rampart::policy::lint::{Finding, Options, RULES, Severity, check, review};
use serde_json::Value;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).unwrap()
}

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// The vendor's own policies, with what is said of each.
#[test]
fn the_system_policies_are_reviewed_without_false_alarm() {
    let catalogue: Value =
        serde_json::from_str(&read("src/model/catalog/system-policies.json")).unwrap();
    let policies = catalogue["policies"].as_array().unwrap();
    let mut found = BTreeMap::new();
    for policy in policies {
        let (name, text) = (
            policy["policy_name"].as_str().unwrap(),
            policy["document"].to_string(),
        );
        let document = Document::parse(DocumentKind::Identity, &text).unwrap();
        let findings = review(&document, &text, &Options::default());
        assert!(
            findings
                .iter()
                .all(|finding| finding.severity < Severity::Error),
            "{name}: {findings:?}"
        );
        if !findings.is_empty() {
            found.insert(name, ids(&findings));
        }
    }
    let expected: BTreeMap<&str, Vec<&str>> = [
        ("AdministratorAccess", vec!["administrator"]),
        ("AliyunRAMFullAccess", vec!["ram-administrator"]),
        ("PowerUserAccess", vec!["allow-all-but"]),
    ]
    .into();
    assert_eq!(found, expected);
}

/// Documents of the decision cases, with their kind.
fn case_documents() -> Vec<(DocumentKind, String)> {
    let file: Value = serde_json::from_str(&read("tests/vectors/policy-cases.json")).unwrap();
    let mut documents = Vec::new();
    let mut take = |kind, document: &Value| match document {
        Value::Null => {}
        Value::String(text) => documents.push((kind, text.clone())),
        other => documents.push((kind, other.to_string())),
    };
    for case in file["cases"].as_array().unwrap() {
        for policy in case["policies"].as_array().unwrap() {
            take(DocumentKind::Identity, policy);
        }
        take(DocumentKind::Session, &case["session_policy"]);
        take(DocumentKind::Trust, &case["trust_policy"]);
    }
    documents
}

#[test]
fn errors_are_the_faults_of_a_document_and_nothing_else() {
    let documents = case_documents();
    assert!(documents.len() > 200, "{}", documents.len());
    for (kind, text) in documents {
        let findings = check(kind, &text, &Options::default());
        let errors: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        match Document::parse(kind, &text) {
            Ok(_) => assert!(errors.is_empty(), "{text}"),
            Err(faults) => {
                let rules: Vec<&str> = faults.iter().map(|fault| fault.rule).collect();
                assert_eq!(ids(&findings), rules, "{text}");
                assert_eq!(errors.len(), findings.len(), "{text}");
            }
        }
        for finding in findings.iter().filter(|one| one.severity < Severity::Error) {
            let rule = RULES.iter().find(|rule| rule.id == finding.rule);
            assert_eq!(
                rule.map(|rule| rule.severity),
                Some(finding.severity),
                "{finding:?}"
            );
        }
    }
}

/// `docs/policy-tools.md` has the rules as the program has them.
#[test]
fn every_rule_is_documented() {
    let page = read("docs/policy-tools.md");
    let rows: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| rule "))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let expected: Vec<String> = RULES
        .iter()
        .map(|rule| {
            format!(
                "| `{}` | {} | {} |",
                rule.id,
                rule.severity.as_str(),
                rule.about
            )
        })
        .collect();
    assert_eq!(rows, expected);
}

#[cfg(feature = "server")]
mod served {
    use rampart::ops::REGISTRY;
    use rampart::ops::declare::Resources;
    use rampart::policy::lint::{Checked, known_actions};

    /// A template of an operation as the list of known actions writes it.
    fn listed(template: &str) -> String {
        let relative = [
            "acs:ram:*:{account}:",
            "acs:ram:*:{account|system}:",
            "acs:ram::{account}:",
        ]
        .iter()
        .find_map(|start| template.strip_prefix(start));
        match relative {
            None => template.to_owned(),
            Some("*") => "account".to_owned(),
            Some(relative) => match relative.split_once('{') {
                Some((kind, _)) => format!("{kind}{{}}"),
                None => relative.to_owned(),
            },
        }
    }

    #[test]
    fn every_action_that_is_served_is_known_and_checked_as_listed() {
        let mut compared = 0;
        for entry in REGISTRY {
            let declaration = entry.declaration;
            if !declaration.action.starts_with("ram:") && !declaration.action.starts_with("sts:") {
                continue;
            }
            let known = known_actions()
                .iter()
                .find(|known| known.name == declaration.action)
                .unwrap_or_else(|| panic!("{} is not known", declaration.action));
            if let (Resources::Of(templates), Checked::Against(against)) =
                (declaration.resources, known.checked)
            {
                let templates: Vec<String> = templates.iter().map(|one| listed(one)).collect();
                assert_eq!(templates.join(" "), against, "{}", declaration.action);
                compared += 1;
            }
        }
        assert!(compared > 10, "{compared}");
    }
}
