//! Allow statements that a Deny takes back.

use super::rules;
use crate::policy::document::DocumentKind;

#[test]
fn an_allow_in_the_shadow_of_a_deny() {
    const BLOCK: &str = r#","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","::1"]}}"#;
    const SAME: &str = r#","Condition":{"IpAddress":{"ACS:SourceIP":["::1","10.0.0.0/8"]},"Bool":{"acs:SecureTransport":"true"}}"#;
    for (deny, allow, shadowed) in [
        (
            r#""Action":"oss:*","Resource":"*""#,
            r#""Action":"OSS:Get*","Resource":"acs:oss:*:*:b""#,
            true,
        ),
        (
            r#""Action":"*:*","Resource":"*""#,
            r#""Action":["a:b","c:d"],"Resource":"*""#,
            true,
        ),
        (
            r#""Action":"oss:*","Resource":"acs:oss:*:*:*""#,
            r#""Action":"oss:Get*","Resource":"*""#,
            false,
        ),
        (
            r#""Action":"oss:*","Resource":"acs:oss:*:*:b/*""#,
            r#""Action":"oss:Get*","Resource":["acs:oss:cn:*:b/c/*","acs:oss:*:1:b/?"]"#,
            true,
        ),
        (
            r#""Action":"oss:Get*","Resource":"*""#,
            r#""Action":"oss:*","Resource":"acs:oss:*:*:b""#,
            false,
        ),
        (
            r#""NotAction":"ecs:*","Resource":"*""#,
            r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b""#,
            true,
        ),
        (
            r#""NotAction":"*:Get*","Resource":"*""#,
            r#""Action":"oss:G*","Resource":"acs:oss:*:*:b""#,
            false,
        ),
        (
            r#""Action":"oss:*","NotResource":"acs:oss:*:*:c*""#,
            r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b""#,
            true,
        ),
        (
            r#""Action":"oss:*","NotResource":"acs:oss:*:*:?""#,
            r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b""#,
            false,
        ),
        (
            &format!(r#""Action":"*","Resource":"*"{BLOCK}"#),
            r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b""#,
            false,
        ),
        (
            &format!(r#""Action":"*","Resource":"*"{BLOCK}"#),
            &format!(r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b"{SAME}"#),
            true,
        ),
        (
            &format!(r#""Action":"*","Resource":"*"{SAME}"#),
            &format!(r#""Action":"oss:Get*","Resource":"acs:oss:*:*:b"{BLOCK}"#),
            false,
        ),
    ] {
        let deny = format!(r#"{{"Effect":"Deny",{deny}}}"#);
        let allow = format!(r#"{{"Effect":"Allow",{allow}}}"#);
        let expected: &[&str] = if shadowed { &["shadowed-allow"] } else { &[] };
        for kind in [DocumentKind::Identity, DocumentKind::Session] {
            assert_eq!(
                rules(kind, &format!("{deny},{allow}")),
                expected,
                "{deny} {allow}"
            );
            assert_eq!(
                rules(kind, &format!("{allow},{deny}")),
                expected,
                "{deny} {allow}"
            );
        }
    }
    let negated = r#"{"Effect":"Deny","NotAction":"oss:*","NotResource":"acs:oss:*:*:b*"},
        {"Effect":"Allow","NotAction":["oss:*","ecs:*"],"NotResource":["acs:oss:*:*:b*","acs:a:b:c:d"]}"#;
    assert_eq!(rules(DocumentKind::Session, negated), ["shadowed-allow"]);
}

#[test]
fn a_trust_in_the_shadow_of_a_deny() {
    const A: &str = "acs:ram::1000000000000001";
    for (deny, allow, shadowed) in [
        (
            r#"{"RAM":"*"}"#.to_owned(),
            format!(r#"{{"RAM":"{A}:user/alice"}}"#),
            true,
        ),
        (
            format!(r#"{{"RAM":"{A}:root"}}"#),
            format!(r#"{{"RAM":["{A}:user/alice","{A}:role/b"]}}"#),
            true,
        ),
        (
            format!(r#"{{"RAM":"{A}:user/*"}}"#),
            format!(r#"{{"RAM":["{A}:user/alice","{A}:role/b"]}}"#),
            false,
        ),
        (
            r#"{"RAM":"*"}"#.to_owned(),
            r#"{"Service":"ecs.aliyuncs.com"}"#.to_owned(),
            false,
        ),
        (
            r#"{"Service":["oss.aliyuncs.com","ECS.aliyuncs.com"]}"#.to_owned(),
            r#"{"Service":"ecs.aliyuncs.com"}"#.to_owned(),
            true,
        ),
    ] {
        let statements = format!(
            r#"{{"Effect":"Deny","Action":"sts:*","Principal":{deny}}},
               {{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{allow}}}"#
        );
        let expected: &[&str] = if shadowed { &["shadowed-allow"] } else { &[] };
        assert_eq!(
            rules(DocumentKind::Trust, &statements),
            expected,
            "{statements}"
        );
    }
}
