//! What a statement can be about.

use super::rules;
use crate::policy::document::DocumentKind;

#[test]
fn actions_of_ram_and_sts_are_known() {
    for (action, expected) in [
        ("ram:GetUser", None),
        ("RAM:getuser", None),
        ("ram:Get*", None),
        ("ram:Creat*", None),
        ("ram:CreateUsers", Some("unknown-action")),
        ("ram:Frob*", Some("unknown-action")),
        ("sts:TakeRole", Some("unknown-action")),
        ("ecs:Frobnicate", None),
        ("r?m:Frobnicate", None),
        ("sts:GetCallerIdentity", Some("unchecked-action")),
        ("sts:AssumeRoleWithSAML", Some("unchecked-action")),
        ("sts:AssumeRoleWith*", Some("unchecked-action")),
        ("sts:AssumeRole*", None),
        ("ecs:Describe Instances", Some("action-form-unusual")),
        ("ecs:Descríbe", Some("action-form-unusual")),
    ] {
        for element in ["Action", "NotAction"] {
            let statement = format!(r#"{{"Effect":"Deny","{element}":"{action}","Resource":"*"}}"#);
            let expected: Vec<_> = expected.into_iter().collect();
            assert_eq!(
                rules(DocumentKind::Identity, &statement),
                expected,
                "{action}"
            );
        }
    }
}

#[test]
fn a_trust_policy_is_asked_for_two_actions() {
    for (action, expected) in [
        ("sts:AssumeRole", None),
        ("sts:*", None),
        ("sts:SetSourceIdentity", None),
        ("sts:AssumeRoleWithOIDC", Some("unchecked-action")),
        ("sts:GetCallerIdentity", Some("unchecked-action")),
    ] {
        let statement = format!(
            r#"{{"Effect":"Allow","Action":"{action}","Principal":{{"Service":"ecs.aliyuncs.com"}}}}"#
        );
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(rules(DocumentKind::Trust, &statement), expected, "{action}");
    }
}

#[test]
fn an_action_needs_a_resource_it_is_checked_against() {
    for (action, resource, reached) in [
        ("ram:GetUser", "acs:ram:*:*:user/alice", true),
        ("ram:GetUser", "acs:ram::1000000000000001:user/al*", true),
        ("ram:GetUser", "acs:ram:*:*:role/*", false),
        ("ram:GetUser", "acs:ram:cn-hangzhou:*:user/*", false),
        ("ram:GetUser", "acs:oss:*:*:user/*", false),
        ("ram:GetUser", "acs:*:*:*:*", true),
        ("ram:GetUser", "acs:ram:*:*:user/", false),
        ("ram:CreateUser", "acs:ram:*:*:user/*", true),
        ("ram:CreateUser", "acs:ram:*:*:user/alice", false),
        ("ram:CreateUser", "acs:ram:*:*:user/?", true),
        ("ram:ListUsers", "acs:ram:*:*:USER/*", true),
        ("ram:GetAccountAlias", "acs:ram:*:*:*", true),
        ("ram:GetAccountAlias", "acs:ram:*:*:alias", false),
        ("ram:TagResources", "acs:*:*:*:*", false),
        ("ram:TagResources", "*", true),
        // Another statement may be about the policy.
        ("ram:AttachPolicyToUser", "acs:ram:*:*:user/alice", true),
        ("ram:AttachPolicyToUser", "acs:ram:*:*:role/alice", false),
        ("ram:AttachPolicy", "acs:ram:*:*:role/alice", true),
        ("ram:Get*", "acs:ram:*:*:role/alice", true),
        ("sts:AssumeRole", "acs:ram::1000000000000001:role/ops", true),
        (
            "sts:AssumeRole",
            "acs:sts::1000000000000001:role/ops",
            false,
        ),
        ("oss:GetObject", "acs:ram:*:*:role/alice", true),
    ] {
        let expected: &[&str] = if reached {
            &[]
        } else {
            &["unchecked-resource"]
        };
        let statement =
            format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"{resource}"}}"#);
        let found = rules(DocumentKind::Identity, &statement);
        assert_eq!(found, expected, "{action} {resource}");
    }
    let others = r#"{"Effect":"Deny","NotAction":"ram:CreateUser","Resource":"acs:ram:*:*:user/alice"},
        {"Effect":"Deny","Action":"ram:CreateUser","NotResource":"acs:ram:*:*:user/alice"}"#;
    assert_eq!(rules(DocumentKind::Identity, others), [""; 0]);
}

#[test]
fn policies_that_only_deny() {
    let deny = r#"{"Effect":"Deny","Action":"ecs:*","Resource":"*"}"#;
    assert_eq!(rules(DocumentKind::Identity, deny), [""; 0]);
    assert_eq!(rules(DocumentKind::Session, deny), ["grants-nothing"]);
    let trust = r#"{"Effect":"Deny","Action":"sts:*","Principal":{"RAM":"*"}}"#;
    assert_eq!(rules(DocumentKind::Trust, trust), ["grants-nothing"]);
}
