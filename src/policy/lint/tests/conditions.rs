//! Keys, values and clauses of conditions.

use super::{allow, condition, rules};
use crate::policy::document::DocumentKind;

/// Clauses, and what is said of them; nothing where they can hold together.
const CLAUSES: &[(&str, &str)] = &[
    // Texts.
    (
        r#"{"StringEquals":{"a:k":"x"},"StringNotEquals":{"a:k":["x","y"]}}"#,
        "contradiction",
    ),
    (
        r#"{"StringEquals":{"a:k":["x","z"]},"StringNotEquals":{"a:k":["x","y"]}}"#,
        "",
    ),
    (
        r#"{"StringEquals":{"a:k":["xa","xb"]},"StringNotLike":{"a:k":"x*"}}"#,
        "contradiction",
    ),
    (
        r#"{"StringLike":{"a:k":"xa*"},"StringNotLike":{"a:k":"x*"}}"#,
        "contradiction",
    ),
    (
        r#"{"StringLike":{"a:k":"x*"},"StringNotLike":{"a:k":"xa*"}}"#,
        "",
    ),
    (
        r#"{"StringLike":{"a:k":"x"},"StringNotEquals":{"A:K":"x"}}"#,
        "contradiction",
    ),
    (
        r#"{"StringEqualsIgnoreCase":{"a:k":"X"},"StringNotEqualsIgnoreCase":{"a:k":"x"}}"#,
        "contradiction",
    ),
    (
        r#"{"StringEqualsIgnoreCase":{"a:k":"X"},"StringNotEquals":{"a:k":"x"}}"#,
        "",
    ),
    (
        r#"{"StringEquals":{"a:k":"x"},"StringNotEquals":{"a:other":"x"}}"#,
        "",
    ),
    (
        r#"{"StringEquals":{"acs:ResourceTag/a":"x"},"StringNotEquals":{"acs:ResourceTag/A":"x"}}"#,
        "",
    ),
    (
        r#"{"StringEquals":{"acs:SourceVpc":"x"},"StringLike":{"acs:sourcevpc":"y*"}}"#,
        "contradiction",
    ),
    (
        r#"{"StringEquals":{"a:k":"x"},"StringLike":{"a:k":"y*"}}"#,
        "several-values-needed",
    ),
    (
        r#"{"StringLike":{"a:k":"x*"},"ForAnyValue:StringLike":{"a:k":"y*"}}"#,
        "several-values-needed",
    ),
    (
        r#"{"StringLike":{"a:k":"x*"},"ForAnyValue:StringLike":{"a:k":"*y"}}"#,
        "",
    ),
    (
        r#"{"ForAnyValue:StringEquals":{"a:k":"x"},"ForAllValues:StringEquals":{"a:k":"y"}}"#,
        "contradiction",
    ),
    (
        r#"{"ForAllValues:StringEquals":{"a:k":"x"},"StringNotEquals":{"a:k":"x"}}"#,
        "",
    ),
    (
        r#"{"ForAnyValue:StringNotEquals":{"a:k":"x"},"ForAllValues:StringEquals":{"a:k":"x"}}"#,
        "contradiction",
    ),
    // Addresses.
    (
        r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"},"NotIpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#,
        "contradiction",
    ),
    (
        r#"{"IpAddress":{"acs:SourceIp":["10.0.0.1","10.2.0.0/16"]},"NotIpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#,
        "contradiction",
    ),
    (
        r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"},"NotIpAddress":{"acs:SourceIp":"10.0.0.1"}}"#,
        "",
    ),
    (
        r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"},"ForAnyValue:IpAddress":{"acs:SourceIp":"11.0.0.0/8"}}"#,
        "contradiction",
    ),
    (
        r#"{"IpAddress":{"acs:SourceIp":"0.0.0.0/0"},"ForAnyValue:IpAddress":{"acs:SourceIp":"::/0"}}"#,
        "contradiction",
    ),
    // Numbers.
    (
        r#"{"NumericLessThan":{"a:n":"5"},"NumericGreaterThan":{"a:n":"5"}}"#,
        "several-values-needed",
    ),
    (
        r#"{"NumericLessThanEquals":{"a:n":"5"},"NumericGreaterThanEquals":{"a:n":"5.0"}}"#,
        "",
    ),
    (
        r#"{"NumericLessThan":{"a:n":"5"},"NumericGreaterThanEquals":{"a:n":"5"}}"#,
        "several-values-needed",
    ),
    (
        r#"{"NumericLessThan":{"a:n":["1","9"]},"NumericGreaterThan":{"a:n":"5"}}"#,
        "",
    ),
    (
        r#"{"NumericEquals":{"a:n":"3"},"NumericNotEquals":{"a:n":"3.0"}}"#,
        "contradiction",
    ),
    (
        r#"{"NumericEquals":{"a:n":"3"},"NumericGreaterThan":{"a:n":"3"}}"#,
        "several-values-needed",
    ),
    (
        r#"{"NumericGreaterThan":{"a:n":"3"},"NumericNotEquals":{"a:n":"4"}}"#,
        "",
    ),
    (
        r#"{"ForAllValues:NumericLessThan":{"a:n":"3"},"NumericGreaterThan":{"a:n":"3"}}"#,
        "contradiction",
    ),
    // Moments.
    (
        r#"{"DateLessThan":{"acs:CurrentTime":"2026-01-01T00:00Z"},"DateGreaterThan":{"acs:CurrentTime":"2026-02-01T00:00Z"}}"#,
        "contradiction",
    ),
    (
        r#"{"DateGreaterThan":{"acs:CurrentTime":"2026-01-01T00:00Z"},"DateLessThan":{"acs:CurrentTime":"2026-02-01T00:00Z"}}"#,
        "",
    ),
    (
        r#"{"DateEquals":{"acs:CurrentTime":"2026-01-01T08:00+08:00"},"DateNotEquals":{"acs:CurrentTime":"2026-01-01T00:00Z"}}"#,
        "contradiction",
    ),
    // Booleans.
    (
        r#"{"Bool":{"acs:SecureTransport":"true"},"ForAnyValue:Bool":{"acs:SecureTransport":"FALSE"}}"#,
        "contradiction",
    ),
    (
        r#"{"Bool":{"acs:SecureTransport":["true","false"]},"ForAnyValue:Bool":{"acs:SecureTransport":"false"}}"#,
        "",
    ),
    (
        r#"{"Bool":{"acs:SecureTransport":"true"},"StringEquals":{"acs:SecureTransport":"false"}}"#,
        "contradiction",
    ),
];

#[test]
fn clauses_that_cannot_hold_together() {
    for (clauses, expected) in CLAUSES {
        let expected: Vec<_> = Some(*expected)
            .filter(|one| !one.is_empty())
            .into_iter()
            .collect();
        for effect in ["Allow", "Deny"] {
            assert_eq!(condition(effect, clauses), expected, "{clauses}");
        }
    }
}

#[test]
fn keys_are_known_and_there() {
    for (clauses, expected) in [
        (r#"{"Bool":{"acs:SecureTransport":"true"}}"#, ""),
        (r#"{"Bool":{"ACS:securetransport":"true"}}"#, ""),
        (r#"{"Bool":{"acs:SecureTransprt":"true"}}"#, "unknown-key"),
        (r#"{"StringEquals":{"acs:ResourceTag/team":"a"}}"#, ""),
        (
            r#"{"StringEquals":{"acs:ResourceTag/":"a"}}"#,
            "unknown-key",
        ),
        (r#"{"StringEquals":{"oss:Prefix":"a"}}"#, ""),
        (r#"{"StringEquals":{"sts:ExternalId":"a"}}"#, "absent-key"),
        (
            r#"{"StringNotEquals":{"sts:ExternalId":"a"}}"#,
            "absent-key",
        ),
        (r#"{"StringEquals":{"oidc:sub":"a"}}"#, "absent-key"),
        (r#"{"StringEquals":{"acs:Service":"a"}}"#, "absent-key"),
    ] {
        let expected: Vec<_> = Some(expected)
            .filter(|one| !one.is_empty())
            .into_iter()
            .collect();
        assert_eq!(condition("Allow", clauses), expected, "{clauses}");
    }
    for (action, expected) in [
        ("ram:PassRole", vec![]),
        ("ram:Pass*", vec![]),
        ("*", vec![]),
        ("ram:GetRole", vec!["absent-key"]),
    ] {
        let statement = format!(
            r#"{{"Effect":"Deny","Action":"{action}","Resource":"*",
                "Condition":{{"StringEquals":{{"acs:Service":"ecs.aliyuncs.com"}}}}}}"#
        );
        assert_eq!(
            rules(DocumentKind::Identity, &statement),
            expected,
            "{action}"
        );
    }
}

#[test]
fn a_deny_without_the_second_factor() {
    let clause = |operator: &str| format!(r#"{{"{operator}":{{"acs:MFAPresent":"false"}}}}"#);
    assert_eq!(condition("Deny", &clause("Bool")), ["deny-without-key"]);
    assert_eq!(
        condition("Deny", &clause("ForAnyValue:Bool")),
        ["deny-without-key"]
    );
    assert_eq!(condition("Deny", &clause("ForAllValues:Bool")), [""; 0]);
    assert_eq!(condition("Allow", &clause("Bool")), [""; 0]);
}

#[test]
fn values_that_are_literal() {
    for (operator, value, expected) in [
        ("StringEquals", "a*", vec!["literal-wildcard"]),
        ("StringNotEqualsIgnoreCase", "a*", vec!["literal-wildcard"]),
        ("StringEquals", "a?", vec![]),
        ("StringLike", "a*", vec![]),
        ("StringLike", "${acs:x}*", vec!["no-variables"]),
        ("StringEquals", "$5", vec![]),
    ] {
        let clause = format!(r#"{{"{operator}":{{"oss:Prefix":"{value}"}}}}"#);
        assert_eq!(condition("Allow", &clause), expected, "{operator} {value}");
    }
    let found = allow(
        r#""oss:GetObject""#,
        r#"["acs:oss:*:*:b/${name}/*","acs:oss:*:*:$/*"]"#,
    );
    assert_eq!(found, ["no-variables"]);
}
