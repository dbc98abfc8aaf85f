//! Policy documents of a seed: as text to be stored, and as meaning to be compared.

use serde_json::Value;

use crate::policy::document::{Document, DocumentKind};

/// What is wrong with a document, one line each: its place within the document and the rule.
pub(super) fn faults(kind: DocumentKind, text: &str) -> Vec<String> {
    if let Err(limit) = Document::check_length(kind, text) {
        return vec![format!("longer than {limit} characters")];
    }
    grammar_faults(kind, text)
}

/// As [`faults`], without a limit on the length: the vendor's own policies are not bound by it.
pub(super) fn grammar_faults(kind: DocumentKind, text: &str) -> Vec<String> {
    match Document::parse(kind, text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// The text that is stored for what stands in the seed: a text as it is, a mapping as compact JSON.
pub(super) fn stored_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A form in which two documents that mean the same are equal: keys in order, no blanks, and a list
/// of one entry written as the entry. A text that is not JSON stands for itself.
pub(super) fn canonical(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |v| sorted(v).to_string())
}

/// Whether two documents mean the same.
pub(super) fn same_meaning(one: &str, other: &str) -> bool {
    one == other || canonical(one) == canonical(other)
}

/// The order of list entries is kept: where it has no meaning a needless new version does no harm.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect())
        }
        Value::Array(mut list) if list.len() == 1 => list.pop().map_or(Value::Null, sorted),
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_is_compared_not_spelling() {
        let one = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:Get*"],"Resource":"*"}]}"#;
        let other = r#" { "Statement": {"Resource": "*", "Action": "ram:Get*", "Effect": "Allow"},
            "Version": "1" }"#;
        assert!(same_meaning(one, other));
        assert!(!same_meaning(one, &one.replace("Allow", "Deny")));
        assert!(!same_meaning(one, "not JSON"));
        assert!(same_meaning("not JSON", "not JSON"));
    }

    #[test]
    fn a_text_is_stored_as_it_is_and_a_mapping_in_its_order() {
        let value = serde_json::json!({"Version": "1", "Statement": []});
        assert_eq!(
            stored_text(&value).as_deref(),
            Some(r#"{"Version":"1","Statement":[]}"#)
        );
        let text = "{ \"Version\" : \"1\" }\n";
        assert_eq!(stored_text(&Value::from(text)).as_deref(), Some(text));
        assert_eq!(stored_text(&Value::from(1)), None);
    }
}
