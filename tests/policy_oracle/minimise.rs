//! Makes a disagreement small enough to be read.

use serde_json::Value;

use super::question::{Documents, Question};

/// The smallest documents and question found for which `fails` still holds.
pub(crate) fn minimise(
    documents: &Documents,
    question: &Question,
    fails: impl Fn(&Documents, &Question) -> bool,
) -> (Documents, Question) {
    let (mut documents, mut question) = (documents.clone(), question.clone());
    loop {
        let smaller = smaller_documents(&documents)
            .into_iter()
            .map(|documents| (documents, question.clone()))
            .chain(
                smaller_questions(&question)
                    .into_iter()
                    .map(|question| (documents.clone(), question)),
            )
            .find(|(documents, question)| fails(documents, question));
        match smaller {
            Some(found) => (documents, question) = found,
            None => return (documents, question),
        }
    }
}

fn smaller_documents(documents: &Documents) -> Vec<Documents> {
    let mut found = Vec::new();
    for place in 0..documents.policies.len() {
        let mut fewer = documents.clone();
        fewer.policies.remove(place);
        found.push(fewer);
    }
    if documents.session.is_some() {
        found.push(Documents {
            session: None,
            ..documents.clone()
        });
    }
    if documents.trust.is_some() {
        found.push(Documents {
            trust: None,
            ..documents.clone()
        });
    }
    for (place, text) in documents.policies.iter().enumerate() {
        found.extend(smaller_texts(text).into_iter().map(|text| {
            let mut changed = documents.clone();
            changed.policies[place] = text;
            changed
        }));
    }
    if let Some(text) = &documents.session {
        found.extend(smaller_texts(text).into_iter().map(|text| Documents {
            session: Some(text),
            ..documents.clone()
        }));
    }
    if let Some(text) = &documents.trust {
        found.extend(smaller_texts(text).into_iter().map(|text| Documents {
            trust: Some(text),
            ..documents.clone()
        }));
    }
    found
}

fn smaller_questions(question: &Question) -> Vec<Question> {
    let mut found = Vec::new();
    for place in 0..question.context.len() {
        let mut fewer = question.clone();
        fewer.context.remove(place);
        found.push(fewer);
        for value in 0..question.context[place].1.len() {
            let mut fewer = question.clone();
            fewer.context[place].1.remove(value);
            found.push(fewer);
        }
    }
    if question.resources.len() > 1 {
        for place in 0..question.resources.len() {
            let mut fewer = question.clone();
            fewer.resources.remove(place);
            found.push(fewer);
        }
    }
    found
}

/// What is left of a document when one thing is taken out of it.
fn smaller_texts(text: &str) -> Vec<String> {
    let parsed = serde_json::from_str::<Value>(text).ok();
    let written = parsed.as_ref().map(Value::to_string);
    // Only where nothing is lost by reading and writing: no key twice, no odd spelling.
    if let (Some(value), true) = (&parsed, written.as_deref() == Some(text)) {
        let smaller = smaller_values(value);
        return smaller.into_iter().map(|value| value.to_string()).collect();
    }
    let characters: Vec<char> = text.chars().collect();
    let shorter = [64, 16, 4, 1].into_iter().flat_map(|length| {
        let ends = 0..characters.len().saturating_sub(length - 1);
        let characters = &characters;
        ends.map(move |at| {
            let tail = &characters[at + length..];
            characters[..at].iter().chain(tail).collect::<String>()
        })
    });
    written.into_iter().chain(shorter).collect()
}

fn smaller_values(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Array(items) => {
            for place in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(place);
                found.push(Value::Array(fewer));
            }
            for (place, item) in items.iter().enumerate() {
                for smaller in smaller_values(item) {
                    let mut changed = items.clone();
                    changed[place] = smaller;
                    found.push(Value::Array(changed));
                }
            }
        }
        Value::Object(members) => {
            for key in members.keys() {
                let mut fewer = members.clone();
                fewer.shift_remove(key);
                found.push(Value::Object(fewer));
            }
            for (key, member) in members {
                for smaller in smaller_values(member) {
                    let mut changed = members.clone();
                    changed.insert(key.clone(), smaller);
                    found.push(Value::Object(changed));
                }
            }
        }
        _ => {}
    }
    found
}
