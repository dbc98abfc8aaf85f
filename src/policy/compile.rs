//! Documents made ready for evaluation; `index/mod.rs` says how the statements of a set are found.
//!
//! Nothing here can fail. A stored document that breaks a rule is compiled so that it grants
//! nothing and goes on denying (DESIGN §6): its Allow statements match nothing, and its Deny
//! statements match everything that their sound elements name. One that cannot be read at all
//! denies every request.

use super::arn::{Resource, ResourcePatterns};
use super::condition::Condition;
use super::document::{
    Actions, Document, DocumentKind, Fault, Resources, Statement, StatementEffect, Target,
};
use super::grammar::{self, Draft, Reading, Soundness};
use super::principal::PrincipalEntry;

/// One identity or session policy, ready for evaluation; shared between sets by `Arc`.
#[derive(Debug)]
pub struct CompiledPolicy {
    pub(super) rules: Rules<Resources>,
    /// Whether each rule stands where its statement does in the document, so that none needs to be
    /// looked at for that.
    in_place: bool,
    faults: Box<[Fault]>,
}

impl CompiledPolicy {
    /// Compiles a sound document.
    ///
    /// A trust policy has no place here (see [`TrustPolicy`](super::trust::TrustPolicy)) and counts
    /// as [`unreadable`](Self::unreadable).
    pub fn new(document: &Document) -> Self {
        Self::of(sound(document, resources), [].into())
    }

    fn of(rules: Rules<Resources>, faults: Box<[Fault]>) -> Self {
        let mut places = rules.readable().unwrap_or_default().iter().enumerate();
        Self {
            in_place: places.all(|(place, rule)| rule.statement == place),
            rules,
            faults,
        }
    }

    /// Compiles the text of a stored document. Never fails: what cannot be understood grants
    /// nothing and goes on denying, see the head of this module and [`faults`](Self::faults).
    pub fn from_stored(kind: DocumentKind, text: &str) -> Self {
        if kind == DocumentKind::Trust {
            return Self::unreadable();
        }
        let (rules, faults) = stored(kind, text, |target| {
            target.map_or_else(|| Some(Resources::any()), resources)
        });
        Self::of(rules, faults)
    }

    /// A document that cannot be read: it denies every request it takes part in.
    pub fn unreadable() -> Self {
        Self::of(Rules::Unreadable, [].into())
    }

    /// Its statements; none where it cannot be read.
    pub(super) fn statements(&self) -> &[Rule<Resources>] {
        self.rules.readable().unwrap_or_default()
    }

    /// The place in the document of the statement at a place of [`statements`](Self::statements).
    pub(super) fn statement(&self, place: usize) -> usize {
        if self.in_place {
            return place;
        }
        let rule = self.statements().get(place);
        rule.map_or(place, |rule| rule.statement)
    }

    /// Whether the document denies every request because it cannot be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.rules, Rules::Unreadable)
    }

    /// What is wrong with a stored document; empty for a sound one. For the log, which has to name
    /// the rule and the place but not the message, as that may quote the document.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl Resources {
    /// Covers every resource.
    fn any() -> Self {
        Self {
            negated: true,
            entries: ResourcePatterns::default(),
        }
    }

    /// Whether `resource` is covered.
    pub(super) fn matches(&self, resource: &Resource<'_>) -> bool {
        self.negated != self.entries.cover(resource)
    }
}

fn resources(target: Target) -> Option<Resources> {
    match target {
        Target::Resources(resources) => Some(resources),
        Target::Principals(_) => None,
    }
}

/// Principals of a trust policy's statement; `None` is everyone.
pub(super) type Principals = Option<Box<[PrincipalEntry]>>;

/// The statements of one document, with what they are about besides actions.
#[derive(Debug)]
pub(super) enum Rules<T> {
    Readable(Box<[Rule<T>]>),
    Unreadable,
}

#[derive(Debug)]
pub(super) struct Rule<T> {
    /// Its place in the document.
    pub(super) statement: usize,
    pub(super) effect: StatementEffect,
    pub(super) actions: Actions,
    pub(super) target: T,
    pub(super) condition: Condition,
}

impl<T> Rules<T> {
    /// The statements; `None` if the document cannot be read.
    pub(super) fn readable(&self) -> Option<&[Rule<T>]> {
        match self {
            Self::Readable(rules) => Some(rules),
            Self::Unreadable => None,
        }
    }
}

/// Compiles a sound document. `target` turns what a statement is about into the compiled form; a
/// document that it does not fit denies everything.
pub(super) fn sound<T>(document: &Document, target: impl Fn(Target) -> Option<T>) -> Rules<T> {
    let rules = document
        .statements
        .iter()
        .cloned()
        .enumerate()
        .map(|(statement, read)| {
            let Statement {
                effect,
                actions,
                target: read,
                condition,
                ..
            } = read;
            Some(Rule {
                statement,
                effect,
                actions,
                target: target(read)?,
                condition,
            })
        });
    rules
        .collect::<Option<_>>()
        .map_or(Rules::Unreadable, Rules::Readable)
}

/// Compiles a stored document. `target` turns what a statement is about into the compiled form;
/// it is given `None` for what is missing or malformed, and has to widen that to everything.
pub(super) fn stored<T>(
    kind: DocumentKind,
    text: &str,
    target: impl Fn(Option<Target>) -> Option<T>,
) -> (Rules<T>, Box<[Fault]>) {
    let Reading {
        statements,
        faults,
        soundness,
    } = grammar::read(kind, text);
    if soundness == Soundness::Unreadable {
        return (Rules::Unreadable, faults.into());
    }
    let rules = statements
        .into_iter()
        .enumerate()
        .filter_map(|(statement, draft)| {
            let Draft {
                effect,
                actions,
                target: read,
                condition,
                ..
            } = draft;
            let effect = effect?;
            if effect == StatementEffect::Allow && soundness != Soundness::Sound {
                return None;
            }
            let actions = actions.unwrap_or_else(Actions::any);
            Some(Rule {
                statement,
                effect,
                actions,
                target: target(read)?,
                condition,
            })
        });
    (Rules::Readable(rules.collect()), faults.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Effect, PolicySet, Reason, Request};

    const ALLOW_ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

    fn document(statements: &str) -> String {
        format!(r#"{{"Version":"1","Statement":[{statements}]}}"#)
    }

    fn decide(stored: &str, action: &str, resource: &str) -> Decision {
        let policy = CompiledPolicy::from_stored(DocumentKind::Identity, stored);
        PolicySet::new(vec![policy.into()]).evaluate(&Request::new(action, resource))
    }

    fn effect(statements: &str, action: &str, resource: &str) -> Effect {
        decide(&document(statements), action, resource).effect
    }

    #[test]
    fn a_sound_stored_document_has_no_faults() {
        let policy = CompiledPolicy::from_stored(DocumentKind::Session, &document(ALLOW_ALL));
        assert!(policy.faults().is_empty() && !policy.is_unreadable());
        assert_eq!(effect(ALLOW_ALL, "a:b", "*"), Effect::Allow);
    }

    #[test]
    fn what_cannot_be_read_denies_every_request() {
        for text in [
            "",
            "{",
            "[]",
            r#"{"Version":"1"}"#,
            r#"{"Version":"1","Version":"1","Statement":[]}"#,
            &document(r#"{"Effect":"Permit","Action":"x:y","Resource":"*"}"#),
            &document(r#"{"Action":"x:y","Resource":"*"}"#),
            &document("1"),
        ] {
            let decision = decide(text, "a:b", "*");
            assert_eq!(decision.effect, Effect::Deny, "{text}");
            assert_eq!(decision.reason, Reason::Unreadable { policy: 0 });
            assert_eq!(decision.by(), None);
        }
        let policy = CompiledPolicy::from_stored(DocumentKind::Identity, "{");
        assert!(policy.is_unreadable());
        assert_eq!(policy.faults().len(), 1);
        assert!(CompiledPolicy::unreadable().is_unreadable());
    }

    #[test]
    fn a_trust_policy_is_no_identity_policy() {
        let trust = document(r#"{"Effect":"Deny","Action":"sts:*","Principal":{"RAM":"*"}}"#);
        assert!(CompiledPolicy::from_stored(DocumentKind::Trust, &trust).is_unreadable());
        let trust = Document::parse(DocumentKind::Trust, &trust).unwrap();
        assert!(CompiledPolicy::new(&trust).is_unreadable());
    }

    #[test]
    fn an_unknown_element_spoils_every_allow_and_no_deny() {
        let flawed = r#"{"Effect":"Allow","Action":"oss:*","Resource":"*","Foo":1}"#;
        assert_eq!(
            effect(&format!("{ALLOW_ALL},{flawed}"), "a:b", "*"),
            Effect::ImplicitDeny
        );
        let deny = flawed.replace("Allow", "Deny");
        assert_eq!(effect(&deny, "oss:GetObject", "*"), Effect::Deny);
        assert_eq!(effect(&deny, "ecs:Start", "*"), Effect::ImplicitDeny);
        // What is left keeps its place in the document.
        let both = document(&format!("{ALLOW_ALL},{deny}"));
        let by = decide(&both, "oss:GetObject", "*").by();
        assert_eq!(by.map(|by| by.statement), Some(1));
    }

    #[test]
    fn a_malformed_part_of_a_deny_matches_everything() {
        for (statement, denied, spared) in [
            (
                r#"{"Effect":"Deny","Action":["x"],"Resource":"acs:a:::b"}"#,
                "acs:a:::b",
                "acs:a:::c",
            ),
            (
                r#"{"Effect":"Deny","Resource":"acs:a:::b"}"#,
                "acs:a:::b",
                "acs:a:::c",
            ),
            (
                r#"{"Effect":"Deny","NotAction":[],"Resource":"acs:a:::b"}"#,
                "acs:a:::b",
                "*",
            ),
        ] {
            assert_eq!(
                effect(statement, "k:l", denied),
                Effect::Deny,
                "{statement}"
            );
            assert_eq!(
                effect(statement, "k:l", spared),
                Effect::ImplicitDeny,
                "{statement}"
            );
        }
        for part in [
            r#""Resource":["x","acs:a:::b"]"#,
            r#""NotResource":"x""#,
            r#""Foo":"*""#,
        ] {
            let statement = format!(r#"{{"Effect":"Deny","Action":"k:*",{part}}}"#);
            assert_eq!(effect(&statement, "k:l", "*"), Effect::Deny, "{statement}");
            assert_eq!(
                effect(&statement, "m:n", "*"),
                Effect::ImplicitDeny,
                "{statement}"
            );
        }
    }

    #[test]
    fn a_condition_narrows_its_own_statement_only() {
        let conditional = r#"{"Effect":"Allow","Action":"oss:*","Resource":"*","Condition":{"Bool":{"a:b":"true"}}}"#;
        let plain = r#"{"Effect":"Allow","Action":"ecs:*","Resource":"*"}"#;
        let both = format!("{conditional},{plain}");
        assert_eq!(effect(&both, "oss:GetObject", "*"), Effect::ImplicitDeny);
        assert_eq!(effect(&both, "ecs:Start", "*"), Effect::Allow);
    }

    /// What is not understood of a Deny narrows nothing; what is understood goes on narrowing.
    #[test]
    fn a_clause_that_is_not_understood_spoils_every_allow_and_widens_its_deny() {
        let with = |effect: &str, condition: &str| {
            format!(
                r#"{{"Effect":"{effect}","Action":"oss:*","Resource":"*","Condition":{condition}}}"#
            )
        };
        for condition in [
            r#"{"StringEqualsIfExists":{"a:b":"c"}}"#,
            r#"{"Foo":{"a:b":"c"}}"#,
            r#"{"NumericEquals":{"a:b":"c"}}"#,
            r#"{"NumericEquals":{"a:b":["1","c"]}}"#,
            r#"{"NumericEquals":{"a:b":[]}}"#,
            r#"{"NumericEquals":{"ab":"1"}}"#,
            r#"{"NumericEquals":{}}"#,
            r#"{"NumericEquals":1}"#,
            "1",
            "[]",
        ] {
            let both = format!("{ALLOW_ALL},{}", with("Allow", condition));
            assert_eq!(effect(&both, "a:b", "*"), Effect::ImplicitDeny, "{both}");
            let deny = with("Deny", condition);
            assert_eq!(effect(&deny, "oss:GetObject", "*"), Effect::Deny, "{deny}");
            assert_eq!(effect(&deny, "ecs:Start", "*"), Effect::ImplicitDeny);
        }
        let half = r#"{"Foo":{"a:b":"c"},"StringEquals":{"x:y":"z"}}"#;
        assert_eq!(
            effect(&with("Deny", half), "oss:GetObject", "*"),
            Effect::ImplicitDeny
        );
    }

    #[test]
    fn an_empty_condition_means_none() {
        let empty = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#;
        assert_eq!(effect(empty, "a:b", "*"), Effect::Allow);
    }
}
