//! Sets against the definition of a decision.

use proptest::prelude::*;

use super::*;
use crate::policy::document::{Document, DocumentKind, Target};

fn set(documents: &[&str]) -> PolicySet {
    documents
        .iter()
        .map(|text| Document::parse(DocumentKind::Identity, text).unwrap())
        .map(|document| Arc::new(CompiledPolicy::new(&document)))
        .collect()
}

const READ: &str = r#"{"Version":"1","Statement":[
    {"Effect":"Allow","Action":"oss:Get*","Resource":"acs:oss:*:*:a/*"},
    {"Effect":"Allow","Action":"oss:*","Resource":"acs:oss:*:*:b/*"}]}"#;
const GUARD: &str = r#"{"Version":"1","Statement":{"Effect":"Deny","Action":"*",
    "Resource":"acs:oss:*:*:b/secret"}}"#;

#[test]
fn a_decision_names_its_statement() {
    let set = set(&[READ, GUARD]);
    let decide = |resource| {
        let decision = set.evaluate(&Request::new("oss:GetObject", resource));
        (
            decision.effect,
            decision.by().map(|by| (by.policy, by.statement)),
        )
    };
    assert_eq!(decide("acs:oss:*:1:b/x"), (Effect::Allow, Some((0, 1))));
    assert_eq!(decide("acs:oss:*:1:b/secret"), (Effect::Deny, Some((1, 0))));
    assert_eq!(decide("acs:oss:*:1:c/x"), (Effect::ImplicitDeny, None));
}

#[test]
fn several_resources_tell_which_one_decided() {
    let set = set(&[READ, GUARD]);
    let (a, b, c) = ("acs:oss:*:1:a/x", "acs:oss:*:1:b/x", "acs:oss:*:1:c/x");
    let secret = "acs:oss:*:1:b/secret";
    for (resources, effect, resource) in [
        (vec![], Effect::ImplicitDeny, 0),
        (vec![a, b], Effect::Allow, 0),
        (vec![a, c, "*"], Effect::ImplicitDeny, 1),
        (vec![c, a, secret], Effect::Deny, 2),
    ] {
        let asked = |resource: &&'static str| Request::new("oss:GetObject", resource);
        let decision = set.evaluate_all(resources.iter().map(asked));
        assert_eq!(
            (decision.effect, decision.resource),
            (effect, resource),
            "{resources:?}"
        );
    }
}

/// What is proposed for the first letters of this name spends all that may be spent, before the one
/// statement that matches would have been proposed.
#[test]
fn a_statement_is_found_where_the_index_gives_up() {
    let vain =
        r#"{"Effect":"Allow","Action":"*","Resource":["acs:a:::*aaa?b*","acs:a:::*aaa?c*"]}"#;
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"acs:a:::*zzz"}"#;
    let document = format!(
        r#"{{"Version":"1","Statement":[{}{deny}]}}"#,
        format!("{vain},").repeat(60)
    );
    let name = format!("acs:a:::{}zzz", "a".repeat(1000));
    let decision = set(&[&document]).evaluate(&Request::new("a:b", &name));
    let by = decision.by().map(|by| by.statement);
    assert_eq!((decision.effect, by), (Effect::Deny, Some(60)));
}

const ACTIONS: [&str; 6] = [
    "ecs:Start",
    "ecs:Stop",
    "oss:Get",
    "OSS:Put",
    "ram:List",
    "x",
];
const RESOURCES: [&str; 8] = [
    "*",
    "acs:oss::1:é/ü",
    "acs:oss::1:b/012345678901234567890123456789012345678901234567890123456789",
    "acs:oss::1:b/012345678901234567890123456789012345678901234567890123456789/x",
    "acs:ecs:cn:1:i/1",
    "acs:oss::1:b/k",
    "acs:ram:*:1:user/A",
    "acs:ram::1:user/b",
];

fn statement() -> impl Strategy<Value = String> {
    let actions = prop::collection::vec(
        prop::sample::select(vec![
            "*",
            "ecs:*",
            "ECS:start",
            "oss:?et",
            "*:Get",
            "o*:Put",
            "ram:List",
            "slb:*",
            "vpc:a",
        ]),
        1..3,
    );
    let resources = prop::collection::vec(
        prop::sample::select(vec![
            "*",
            "acs:*:*:*:*",
            "acs:ecs:cn:1:i/?",
            "acs:oss::1:*",
            "acs:oss:*:*:b/*",
            "acs:oss:*:*:é/ü",
            "acs:oss:*:*:b/012345678901234567890123456789012345678901234567890123456789",
            "acs:oss:*:*:b/0123456789012345678901234567890123456789012345678901234567*",
            "acs:ram::1:USER/a",
            "acs:ram:*:*:user/*",
        ]),
        1..3,
    );
    (
        any::<bool>(),
        any::<bool>(),
        actions,
        any::<bool>(),
        resources,
    )
        .prop_map(|(deny, not_action, actions, not_resource, resources)| {
            let deny = if deny { "Deny" } else { "Allow" };
            let action = if not_action { "NotAction" } else { "Action" };
            let resource = if not_resource {
                "NotResource"
            } else {
                "Resource"
            };
            format!(r#"{{"Effect":"{deny}","{action}":{actions:?},"{resource}":{resources:?}}}"#)
        })
}

fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(statement(), 1..12).prop_map(|statements| {
        format!(
            r#"{{"Version":"1","Statement":[{}]}}"#,
            statements.join(",")
        )
    })
}

/// The definition, without filters or early ends.
fn by_definition(documents: &[String], request: &Request<'_>) -> Effect {
    let resource = Resource::new(request.resource);
    let effects: Vec<StatementEffect> = documents
        .iter()
        .flat_map(|text| {
            Document::parse(DocumentKind::Identity, text)
                .unwrap()
                .statements()
                .to_vec()
        })
        .filter(|statement| match &statement.target {
            Target::Resources(covered) => {
                covered.negated != covered.entries.iter().any(|e| e.matches(&resource))
                    && statement.actions.matches(request.action)
            }
            Target::Principals(_) => false,
        })
        .map(|statement| statement.effect)
        .collect();
    if effects.contains(&StatementEffect::Deny) {
        Effect::Deny
    } else if effects.contains(&StatementEffect::Allow) {
        Effect::Allow
    } else {
        Effect::ImplicitDeny
    }
}

proptest! {
    #[test]
    fn decisions_follow_the_definition_in_any_order(
        documents in prop::collection::vec(document(), 0..4),
        action in prop::sample::select(ACTIONS.to_vec()),
        resource in prop::sample::select(RESOURCES.to_vec()),
    ) {
        let request = Request::new(action, resource);
        let mut texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        let all = set(&texts);
        let decision = all.evaluate(&request);
        prop_assert_eq!(decision.effect, by_definition(&documents, &request));
        let decides = |effect| match decision.effect {
            Effect::Deny => effect == StatementEffect::Deny,
            Effect::Allow => effect == StatementEffect::Allow,
            Effect::ImplicitDeny => false,
        };
        let mut matching = all.matching(&request).filter(|(_, effect)| decides(*effect));
        prop_assert_eq!(decision.by(), matching.next().map(|(by, _)| by));
        texts.reverse();
        prop_assert_eq!(set(&texts).evaluate(&request).effect, decision.effect);
    }

    #[test]
    fn a_deny_always_wins(
        documents in prop::collection::vec(document(), 0..4),
        at in 0_usize..4,
        action in prop::sample::select(ACTIONS.to_vec()),
        resource in prop::sample::select(RESOURCES.to_vec()),
    ) {
        let deny = r#"{"Version":"1","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let mut texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        texts.insert(at.min(texts.len()), deny);
        prop_assert_eq!(set(&texts).evaluate(&Request::new(action, resource)).effect, Effect::Deny);
    }
}
