//! The specification's decision cases, which the naive evaluator has to pass by itself.

use serde_json::Value;

use super::oracle::decide;
use super::question::{Caller, Documents, Effect, Flow, Question};

/// Runs every case; how many passed, and each that did not.
pub(crate) fn run(text: &str) -> Result<(usize, Vec<String>), serde_json::Error> {
    let file: Value = serde_json::from_str(text)?;
    let (mut passed, mut misses) = (0, Vec::new());
    for case in file["cases"].as_array().into_iter().flatten() {
        let got = outcome(case);
        if case["expect"] == got {
            passed += 1;
        } else {
            misses.push(format!(
                "{}: expected {}, got {got}",
                case["name"], case["expect"]
            ));
        }
    }
    Ok((passed, misses))
}

fn outcome(case: &Value) -> &'static str {
    let (documents, question) = (documents(case), question(case));
    let Some(read) = decide::read(&documents) else {
        return "Malformed";
    };
    let all = if matches!(question.caller, Caller::Root { .. }) {
        // The owner needs no policy, and never takes a role.
        match question.flow {
            Flow::Call => Effect::Allow,
            _ => Effect::ImplicitDeny,
        }
    } else {
        decide::answer(&decide::steps(&read, &question)).all
    };
    match all {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
        Effect::ImplicitDeny => "ImplicitDeny",
    }
}

fn documents(case: &Value) -> Documents {
    let text = |document: &Value| match document {
        Value::String(raw) => raw.clone(),
        document => document.to_string(),
    };
    Documents {
        policies: case["policies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text)
            .collect(),
        session: case.get("session_policy").map(text),
        trust: case.get("trust_policy").map(text),
    }
}

fn question(case: &Value) -> Question {
    let resources = texts(&case["resource"]);
    let role = resources.first().cloned().unwrap_or_default();
    let caller = caller(&case["principal"]);
    let flow = match (&caller, case.get("trust_policy")) {
        (_, None) => Flow::Call,
        (Caller::Service { .. } | Caller::Federated { .. }, _) => Flow::Trust,
        _ => Flow::Assume,
    };
    let context = case["context"].as_object().into_iter().flatten();
    Question {
        flow,
        caller,
        action: text(&case["action"]),
        role_account: role.split(':').nth(3).unwrap_or_default().to_owned(),
        resources,
        context: context
            .map(|(key, value)| (key.clone(), texts(value)))
            .collect(),
    }
}

fn caller(principal: &Value) -> Caller {
    let of = |name: &str| text(&principal[name]);
    match principal["type"].as_str() {
        Some("root") => Caller::Root {
            account: of("account"),
        },
        Some("role") => Caller::Role {
            account: of("account"),
            name: of("name"),
        },
        Some("service") => Caller::Service {
            name: of("name"),
            bound: principal.get("account").map(text),
        },
        Some("saml" | "oidc") => Caller::Federated {
            provider: of("provider"),
        },
        _ => Caller::User {
            account: of("account"),
            name: of("name"),
        },
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(text).collect(),
        one => vec![text(one)],
    }
}
