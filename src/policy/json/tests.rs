//! The reader against examples, and against `serde_json` as its oracle.

use proptest::prelude::*;

use super::*;

fn error(text: &str) -> (usize, JsonErrorKind) {
    let error = parse(text).unwrap_err().remove(0);
    (error.offset, error.kind)
}

#[test]
fn places_count_characters() {
    let text = "{\n  \"é\": 1, x}";
    let (offset, kind) = error(text);
    assert_eq!(kind, JsonErrorKind::Expected("a key in quotes"));
    assert_eq!(
        Position::of(text, offset),
        Position {
            line: 2,
            column: 11
        }
    );
}

#[test]
fn duplicates_are_all_reported() {
    let errors = parse(r#"{"a":1,"a":2,"b":{"c":1,"\u0063":2}}"#).unwrap_err();
    let offsets: Vec<_> = errors.iter().map(|e| e.offset).collect();
    assert_eq!(offsets, [7, 24]);
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(error(&nested(MAX_DEPTH + 1)).1, JsonErrorKind::TooDeep);
    assert_eq!(error(&"[".repeat(1_000_000)).1, JsonErrorKind::TooDeep);
}

#[test]
fn strings_are_strict() {
    assert_eq!(error("\"a\nb\""), (2, JsonErrorKind::ControlCharacter));
    assert_eq!(error(r#""\ud800""#), (1, JsonErrorKind::Escape));
    assert_eq!(error(r#""\ud800\u0041""#).1, JsonErrorKind::Escape);
    assert_eq!(error(r#""\u+123""#).1, JsonErrorKind::Escape);
    assert_eq!(error("\"abc"), (4, JsonErrorKind::UnexpectedEnd));
    let pair = parse(r#""\ud83d\ude00""#).unwrap();
    assert_eq!(pair.value, Value::String("😀".into()));
}

fn as_serde(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Number(digits) => serde_json::from_str(digits).ok()?,
        Value::String(text) => text.to_string().into(),
        Value::Array(items) => items
            .iter()
            .map(|n| as_serde(&n.value))
            .collect::<Option<Vec<_>>>()?
            .into(),
        Value::Object(members) => members
            .iter()
            .map(|m| Some((m.key.to_string(), as_serde(&m.node.value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()?
            .into(),
    })
}

fn agree(text: &str) {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (parse(text), theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(as_serde(&ours.value), Some(theirs), "{text}"),
        // They refuse numbers beyond a double, we keep any that the grammar allows.
        (Ok(_), Err(error)) => {
            assert!(
                error.to_string().contains("number out of range"),
                "{text}: {error}"
            );
        }
        (Err(ours), Ok(_)) => assert!(
            ours.iter().all(|e| e.kind.rule() != "json-syntax"),
            "{text}: {ours:?}"
        ),
        (Err(_), Err(_)) => {}
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_as_serde_json_does(text in any::<String>()) {
        agree(&text);
    }

    #[test]
    fn json_like_text_is_judged_as_serde_json_does(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"", "\\", "\\u00e9", "\\ud800",
            "\\udc00", "\\n", "0", "1", "-", ".", "e", "E+", "12", "true", "null", "false", " ",
            "\n", "\t", "\u{b}", "\u{feff}", "é", "\u{0}", "x",
        ]), 0..24)
    ) {
        agree(&tokens.concat());
    }

    #[test]
    fn written_values_are_read_back(
        text in r#"(\[(-?[0-9]{1,3}(\.[0-9])?(e-?[0-9])?|"[a-z\\"n]{0,6}"|\{"k":(1|\[\])\})(, ?[0-9])*\])"#
    ) {
        agree(&text);
    }
}
