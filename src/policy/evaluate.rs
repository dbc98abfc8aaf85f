//! Decisions: one set of policies, one request.
//!
//! Any Deny that matches wins; else any Allow that matches; else the request is denied implicitly.
//! Neither the order of statements nor that of documents counts. No step allocates.
//!
//! Source: policy-evaluation §1.

use std::sync::Arc;

use super::arn::Resource;
use super::compile::{CompiledPolicy, Finding};
use super::document::StatementEffect;

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Permitted.
    Allow,
    /// Forbidden by a statement, or by a document that cannot be read.
    Deny,
    /// Not permitted by any statement.
    ImplicitDeny,
}

/// Names a statement: the place of its document in the set, and its own in the document, both
/// from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementRef {
    /// Which document.
    pub policy: usize,
    /// Which statement of it.
    pub statement: usize,
}

/// Why a decision came out as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The first statement that denies, or where none does, the first that allows.
    Statement(StatementRef),
    /// The document at this place of the set cannot be read, which denies.
    Unreadable {
        /// Which document, from 0.
        policy: usize,
    },
    /// No statement matches.
    NoStatement,
}

/// A decision and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What came of it.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Which of the request's resources decided, from 0: the first that is denied, or not allowed.
    pub resource: usize,
}

impl Decision {
    /// No statement matches.
    pub(super) const IMPLICIT: Self = Self {
        effect: Effect::ImplicitDeny,
        reason: Reason::NoStatement,
        resource: 0,
    };

    /// Whether the request is permitted.
    pub fn is_allowed(self) -> bool {
        self.effect == Effect::Allow
    }

    /// The statement that decided; `None` for an implicit denial and an unreadable document.
    pub fn by(self) -> Option<StatementRef> {
        match self.reason {
            Reason::Statement(by) => Some(by),
            Reason::Unreadable { .. } | Reason::NoStatement => None,
        }
    }

    /// Takes in what the document at place `policy` says: a Deny beats an Allow, an Allow beats
    /// nothing, and the first of its kind stays.
    pub(super) fn take_in(&mut self, policy: usize, finding: &Finding) {
        let (effect, reason) = match *finding {
            Finding::None => return,
            Finding::Unreadable => (Effect::Deny, Reason::Unreadable { policy }),
            Finding::Statement(effect, statement) => {
                let effect = match effect {
                    StatementEffect::Allow => Effect::Allow,
                    StatementEffect::Deny => Effect::Deny,
                };
                (
                    effect,
                    Reason::Statement(StatementRef { policy, statement }),
                )
            }
        };
        let stronger = match self.effect {
            Effect::Deny => false,
            Effect::Allow => effect == Effect::Deny,
            Effect::ImplicitDeny => true,
        };
        if stronger {
            *self = Self {
                effect,
                reason,
                resource: self.resource,
            };
        }
    }
}

/// What is asked: may `action` be done to `resource`?
///
/// The keys that conditions speak of are to join it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The action, such as `ram:CreateUser`; case is ignored.
    pub action: &'a str,
    /// The resource's ARN, or `*` for a call without resource-level checks.
    pub resource: &'a str,
}

impl<'a> Request<'a> {
    /// Asks for `action` on `resource`.
    pub fn new(action: &'a str, resource: &'a str) -> Self {
        Self { action, resource }
    }
}

/// The policies in force for a caller, as one set.
#[derive(Debug, Clone, Default)]
pub struct PolicySet(Vec<Arc<CompiledPolicy>>);

impl PolicySet {
    /// The set of these policies; [`StatementRef::policy`] counts in their order.
    pub fn new(policies: Vec<Arc<CompiledPolicy>>) -> Self {
        Self(policies)
    }

    /// The policies in their order.
    pub fn policies(&self) -> &[Arc<CompiledPolicy>] {
        &self.0
    }

    /// Decides a request for one resource.
    pub fn evaluate(&self, request: &Request<'_>) -> Decision {
        let resource = Resource::new(request.resource);
        let mut decision = Decision::IMPLICIT;
        for (place, policy) in self.0.iter().enumerate() {
            let finding = policy
                .rules
                .find(request.action, |covered| covered.matches(&resource));
            decision.take_in(place, &finding);
            if decision.effect == Effect::Deny {
                break;
            }
        }
        decision
    }

    /// Decides a call that touches several resources: any Deny denies, and all have to be allowed.
    /// A call that names none is denied implicitly; `*` stands for no resource.
    ///
    /// Source: policy-evaluation §1.
    pub fn evaluate_all<'a>(
        &self,
        action: &str,
        resources: impl IntoIterator<Item = &'a str>,
    ) -> Decision {
        let decisions = resources
            .into_iter()
            .enumerate()
            .map(|(resource, name)| Decision {
                resource,
                ..self.evaluate(&Request::new(action, name))
            });
        all(decisions).unwrap_or(Decision::IMPLICIT)
    }
}

impl FromIterator<Arc<CompiledPolicy>> for PolicySet {
    fn from_iter<I: IntoIterator<Item = Arc<CompiledPolicy>>>(policies: I) -> Self {
        Self(policies.into_iter().collect())
    }
}

/// The decision on several resources at once: the first Deny, else the first that is not allowed,
/// else the first. `None` without any.
fn all(decisions: impl IntoIterator<Item = Decision>) -> Option<Decision> {
    decisions
        .into_iter()
        .reduce(|worst, next| match (worst.effect, next.effect) {
            (Effect::Deny, _) | (Effect::ImplicitDeny, Effect::Allow | Effect::ImplicitDeny) => {
                worst
            }
            (_, Effect::Deny) | (Effect::Allow, Effect::ImplicitDeny) => next,
            (Effect::Allow, Effect::Allow) => worst,
        })
}

#[cfg(test)]
mod tests {
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
            let decision = set.evaluate_all("oss:GetObject", resources.iter().copied());
            assert_eq!(
                (decision.effect, decision.resource),
                (effect, resource),
                "{resources:?}"
            );
        }
    }

    const ACTIONS: [&str; 6] = [
        "ecs:Start",
        "ecs:Stop",
        "oss:Get",
        "OSS:Put",
        "ram:List",
        "x",
    ];
    const RESOURCES: [&str; 5] = [
        "*",
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
                format!(
                    r#"{{"Effect":"{deny}","{action}":{actions:?},"{resource}":{resources:?}}}"#
                )
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
            let decision = set(&texts).evaluate(&request);
            prop_assert_eq!(decision.effect, by_definition(&documents, &request));
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
}
