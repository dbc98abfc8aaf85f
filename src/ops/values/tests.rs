//! Ranges and forms, at their edges.

use super::*;
use crate::model::tag::Tag;
use crate::ops::params::{Param as _, Params};

fn params(pairs: &[(&'static str, &'static str)]) -> Params<'static> {
    Params::new(
        pairs
            .iter()
            .map(|(n, v)| ((*n).into(), (*v).into()))
            .collect(),
    )
}

#[test]
fn tags_come_in_two_forms() {
    let json = params(&[(
        "Tag",
        r#"[{"Key": "k 1", "Value": "v"}, {"Key":"k2","Value":""}]"#,
    )]);
    let flat = params(&[
        ("Tag.2.Key", "k2"),
        ("Tag.1.Key", "k 1"),
        ("Tag.1.Value", "v"),
    ]);
    let expected = [("k 1", "v"), ("k2", "")].map(|(key, value)| Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    });
    assert_eq!(Tags::<256>::read(&json, "Tag").unwrap().0, expected);
    assert_eq!(Tags::<256>::read(&flat, "Tag").unwrap().0, expected);
    assert_eq!(Tags::<256>::read(&params(&[]), "Tag").unwrap().0, []);
}

#[test]
fn bad_tags_are_refused_each_with_its_own_fault() {
    for (text, problem) in [
        (r#"[{"Key":"a"},{"Key":"a"}]"#, Problem::TagTwice),
        (r#"[{"Value":"a"}]"#, Problem::TagKey),
        (r#"[{"Key":"acs:x"}]"#, Problem::TagKey),
        (r#"[{"Key":"a","Value":"see http://x"}]"#, Problem::TagValue),
        (r#"[{"Key":1}]"#, Problem::Type),
        ("{}", Problem::Type),
    ] {
        assert_eq!(
            Tags::<256>::read(&params(&[("Tag", text)]), "Tag")
                .unwrap_err()
                .problem,
            problem,
            "{text}"
        );
    }
}

#[test]
fn markers_are_read_back() {
    assert_eq!(
        Marker::parse(&Marker::after("demo-role")).unwrap().0,
        "demo-role"
    );
    assert_eq!(Marker::parse("***"), Err(Problem::Incorrect));
}

#[test]
fn ranges_are_held() {
    assert_eq!(
        MaxSessionDuration::parse("3599"),
        Err(Problem::Range(3600, 43_200))
    );
    assert!(MaxSessionDuration::parse("43200").is_ok());
    assert_eq!(DurationSeconds::parse("899"), Err(Problem::SessionDuration));
    assert_eq!(DurationSeconds::parse("abc"), Err(Problem::Type));
    assert_eq!(MaxItems::parse("0"), Err(Problem::Incorrect));
    assert_eq!(MaxItems::parse("1001"), Err(Problem::Incorrect));
    assert_eq!(Email::parse("a@b"), Err(Problem::Format));
    assert!(MobilePhone::parse("86-18600001234").is_ok());
    assert_eq!(ExternalId::parse("x"), Err(Problem::WronglyFormed));
}
