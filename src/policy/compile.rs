//! Documents made ready for evaluation: what can never match is dropped, and statements are found
//! by the service of the action.
//!
//! Nothing here can fail. A stored document that breaks a rule is compiled so that it grants
//! nothing and goes on denying (DESIGN §6): its Allow statements match nothing, and its Deny
//! statements match everything that their sound elements name. One that cannot be read at all
//! denies every request.

use super::arn::Resource;
use super::document::{
    Actions, Document, DocumentKind, Fault, Resources, Statement, StatementEffect, Target,
};
use super::grammar::{self, Draft, Reading, Soundness};
use super::index::ServiceIndex;
use super::principal::PrincipalEntry;

/// One identity or session policy, ready for evaluation; shared between sets by `Arc`.
#[derive(Debug)]
pub struct CompiledPolicy {
    pub(super) rules: Rules<Resources>,
    faults: Box<[Fault]>,
}

impl CompiledPolicy {
    /// Compiles a sound document. A trust policy has no resources and so covers none: see
    /// [`TrustPolicy`](super::trust::TrustPolicy).
    pub fn new(document: &Document) -> Self {
        let rules = document.statements.iter().cloned().enumerate();
        let rules = rules.filter_map(|(statement, read)| {
            let Statement {
                effect,
                actions,
                target,
                ..
            } = read;
            Some(Rule {
                statement,
                effect,
                actions,
                target: resources(target)?,
            })
        });
        Self {
            rules: Rules::new(rules.collect()),
            faults: [].into(),
        }
    }

    /// Compiles the text of a stored document. Never fails: what cannot be understood grants
    /// nothing and goes on denying, see the head of this module and [`faults`](Self::faults).
    ///
    /// A statement with a condition counts as not understood, but does not spoil the other
    /// statements of its document.
    pub fn from_stored(kind: DocumentKind, text: &str) -> Self {
        let (rules, faults) = stored(kind, text, |target| {
            target.map_or_else(|| Some(Resources::any()), resources)
        });
        Self { rules, faults }
    }

    /// A document that cannot be read: it denies every request it takes part in.
    pub fn unreadable() -> Self {
        Self {
            rules: Rules::Unreadable,
            faults: [].into(),
        }
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
            entries: [].into(),
        }
    }

    /// Whether `resource` is covered.
    pub(super) fn matches(&self, resource: &Resource<'_>) -> bool {
        self.negated != self.entries.iter().any(|entry| entry.matches(resource))
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
    Readable {
        rules: Box<[Rule<T>]>,
        index: ServiceIndex,
    },
    Unreadable,
}

#[derive(Debug)]
pub(super) struct Rule<T> {
    /// Its place in the document.
    pub(super) statement: usize,
    pub(super) effect: StatementEffect,
    pub(super) actions: Actions,
    pub(super) target: T,
}

/// What one document says of a request.
pub(super) enum Finding {
    /// The first statement that denies, else the first that allows.
    Statement(StatementEffect, usize),
    /// No statement matches.
    None,
    /// The document cannot be read, which denies.
    Unreadable,
}

impl<T> Rules<T> {
    pub(super) fn new(rules: Box<[Rule<T>]>) -> Self {
        let index = ServiceIndex::new(rules.iter().map(|rule| &rule.actions));
        Self::Readable { rules, index }
    }

    /// What the document says of `action`, `targeted` telling whether a statement is about the
    /// rest of the request.
    pub(super) fn find(&self, action: &str, targeted: impl Fn(&T) -> bool) -> Finding {
        let Self::Readable { rules, index } = self else {
            return Finding::Unreadable;
        };
        let mut allowed = None;
        for rule in index
            .candidates(action)
            .iter()
            .filter_map(|&at| rules.get(at))
        {
            if rule.effect == StatementEffect::Allow && allowed.is_some() {
                continue;
            }
            if rule.actions.matches(action) && targeted(&rule.target) {
                match rule.effect {
                    StatementEffect::Deny => {
                        return Finding::Statement(StatementEffect::Deny, rule.statement);
                    }
                    StatementEffect::Allow => allowed = Some(rule.statement),
                }
            }
        }
        allowed.map_or(Finding::None, |at| {
            Finding::Statement(StatementEffect::Allow, at)
        })
    }
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
                conditional,
                ..
            } = draft;
            let effect = effect?;
            let understood = soundness == Soundness::Sound && !conditional;
            if effect == StatementEffect::Allow && !understood {
                return None;
            }
            let actions = actions.unwrap_or_else(Actions::any);
            Some(Rule {
                statement,
                effect,
                actions,
                target: target(read)?,
            })
        });
    (Rules::new(rules.collect()), faults.into())
}
