//! An administrator's rights, and the ways to them.

use super::{allow, rules};
use crate::policy::document::DocumentKind;

#[test]
fn breadth() {
    for (actions, resources, expected) in [
        (r#""*""#, r#""*""#, vec!["administrator"]),
        (
            r#"["oss:Get*","*:*"]"#,
            r#"["acs:oss:*:*:b","acs:*:*:*:*"]"#,
            vec!["administrator"],
        ),
        (r#""*""#, r#""acs:oss:*:*:b""#, vec![]),
        (r#""*:Get*""#, r#""*""#, vec![]),
        (r#""ram:*""#, r#""*""#, vec!["ram-administrator"]),
        (r#""r*:*""#, r#""acs:ram::*:*""#, vec!["ram-administrator"]),
        (r#""ram:Get*""#, r#""*""#, vec![]),
        (r#""ram:*""#, r#""acs:ram:*:*:user/alice""#, vec![]),
        (r#""ecs:*""#, r#""*""#, vec![]),
    ] {
        assert_eq!(allow(actions, resources), expected, "{actions} {resources}");
    }
    let all = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    assert_eq!(rules(DocumentKind::Session, all), [""; 0]);
    let deny = all.replace("Allow", "Deny");
    assert_eq!(rules(DocumentKind::Identity, &deny), [""; 0]);
    for negated in [
        r#"{"Effect":"Allow","NotAction":["ram:*","sts:*"],"Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"oss:*","NotResource":"acs:oss:*:*:b"}"#,
    ] {
        assert_eq!(rules(DocumentKind::Identity, negated), ["allow-all-but"]);
    }
}

#[test]
fn ways_up() {
    for (actions, resources, expected) in [
        (
            r#""ram:AttachPolicyToUser""#,
            r#""*""#,
            Some("escalation-attach-policy"),
        ),
        (
            r#""ram:Attach*""#,
            r#"["acs:ram:*:1234567890123456:group/*","acs:ram:*:system:policy/*"]"#,
            Some("escalation-attach-policy"),
        ),
        (
            r#""ram:AttachPolicyToUser""#,
            r#"["acs:ram:*:*:user/*","acs:ram:*:*:policy/Team*"]"#,
            None,
        ),
        (
            r#""ram:AttachPolicyToUser""#,
            r#"["acs:ram:*:*:user/robot-*","acs:ram:*:*:policy/*"]"#,
            None,
        ),
        (
            r#""ram:CreatePolicyVersion""#,
            r#""acs:ram:*:*:policy/*""#,
            Some("escalation-rewrite-policy"),
        ),
        (
            r#""ram:CreatePolicyVersion""#,
            r#""acs:ram:*:*:policy/Team*""#,
            None,
        ),
        (
            r#""ram:SetDefaultPolicyVersion""#,
            r#""*""#,
            Some("escalation-earlier-version"),
        ),
        (
            r#""ram:CreateAccessKey""#,
            r#""acs:ram:*:*:user/*""#,
            Some("escalation-access-key"),
        ),
        (
            r#""ram:CreateAccessKey""#,
            r#""acs:ram:*:*:user/alice""#,
            None,
        ),
        (
            r#""ram:UpdateLoginProfile""#,
            r#""*""#,
            Some("escalation-password"),
        ),
        (
            r#""ram:AddUserToGroup""#,
            r#""*""#,
            Some("escalation-join-group"),
        ),
        (
            r#""ram:AddUserToGroup""#,
            r#"["acs:ram:*:*:user/*","acs:ram:*:*:group/guests"]"#,
            None,
        ),
        (
            r#"["ram:UpdateRole","sts:AssumeRole"]"#,
            r#""acs:ram:*:*:role/*""#,
            Some("escalation-rewrite-trust"),
        ),
        (r#""ram:UpdateRole""#, r#""*""#, None),
        (r#""sts:AssumeRole""#, r#""*""#, None),
        (
            r#""ram:UpdateSAMLProvider""#,
            r#""*""#,
            Some("escalation-replace-provider"),
        ),
        (r#""ram:PassRole""#, r#""*""#, Some("escalation-pass-role")),
        (r#""ram:PassRole""#, r#""acs:ram:*:*:role/worker-*""#, None),
    ] {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(allow(actions, resources), expected, "{actions} {resources}");
    }
    // Two statements together; a condition; a Deny, even one with a condition.
    let update = r#"{"Effect":"Allow","Action":"ram:UpdateRole","Resource":"*"}"#;
    let assume = r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#;
    let both = format!("{assume},{update}");
    assert_eq!(
        rules(DocumentKind::Identity, &both),
        ["escalation-rewrite-trust"]
    );
    let narrow = |text: &str| {
        text.replace(
            r#""*"}"#,
            r#""*","Condition":{"Bool":{"acs:SecureTransport":"true"}}}"#,
        )
    };
    let narrowed = format!("{assume},{}", narrow(update));
    assert_eq!(rules(DocumentKind::Identity, &narrowed), [""; 0]);
    let denied = narrow(&update.replace("Allow", "Deny"));
    assert_eq!(
        rules(DocumentKind::Identity, &format!("{both},{denied}")),
        [""; 0]
    );
    // The whole of RAM is said once.
    let whole = r#"{"Effect":"Allow","Action":["ram:*","ram:PassRole"],"Resource":"*"}"#;
    assert_eq!(rules(DocumentKind::Identity, whole), ["ram-administrator"]);
}
