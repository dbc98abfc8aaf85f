//! Allow statements that a Deny of the same document takes back whole.

use super::cover::{covers, meet};
use super::outline::ClausePlaces;
use super::{Report, Rule, Severity};
use crate::policy::arn::ResourcePattern;
use crate::policy::context::ConditionKey;
use crate::policy::document::{Actions, Resources, Statement, StatementEffect, Target};
use crate::policy::pattern::Case;
use crate::policy::principal::PrincipalEntry;

pub(super) const SHADOWED: Rule = Rule {
    id: "shadowed-allow",
    severity: Severity::Warning,
    about: "A Deny of the same document covers all actions and resources (or principals) of the Allow, under no condition or none that the Allow does not have too: the Allow permits nothing.",
};

pub(super) fn check(report: &mut Report<'_>) {
    let (document, outline) = (report.document, report.outline);
    let statements = || {
        document
            .statements()
            .iter()
            .zip(&outline.statements)
            .enumerate()
    };
    for (number, (allow, places)) in statements() {
        if allow.effect != StatementEffect::Allow {
            continue;
        }
        let shadow = statements().find(|(_, (deny, deny_places))| {
            deny.effect == StatementEffect::Deny
                && takes_back(deny, allow)
                && deny_places.clauses.iter().all(|clause| {
                    let mut others = places.clauses.iter();
                    others.any(|other| same_clause(clause, other))
                })
        });
        if let Some((denying, _)) = shadow {
            let message = format!(
                "statement {} denies all of this: nothing is allowed here",
                denying.saturating_add(1)
            );
            report.add(SHADOWED, Some(number), places.effect, message);
        }
    }
}

/// Whether the Deny is about everything that the Allow is about, conditions apart.
fn takes_back(deny: &Statement, allow: &Statement) -> bool {
    let targets = match (&deny.target, &allow.target) {
        (Target::Resources(outer), Target::Resources(inner)) => covers_resources(outer, inner),
        (Target::Principals(outer), Target::Principals(inner)) => inner
            .iter()
            .all(|inner| outer.iter().any(|outer| covers_principal(outer, inner))),
        _ => false,
    };
    targets && covers_actions(&deny.actions, &allow.actions)
}

fn covers_actions(outer: &Actions, inner: &Actions) -> bool {
    let (outside, inside) = (&outer.entries, &inner.entries);
    let covers = |outer: &str, inner: &str| {
        // `*` and `*:*` are the same: every action has a colon.
        outer == "*" || outer == "*:*" || covers(outer, inner, Case::Ignored)
    };
    match (outer.negated, inner.negated) {
        (false, false) => inside.iter().all(|inner| {
            outside
                .iter()
                .any(|outer| covers(outer.as_str(), inner.as_str()))
        }),
        (true, false) => inside.iter().all(|inner| {
            let mut outside = outside.iter();
            outside.all(|outer| !meet(outer.as_str(), inner.as_str(), Case::Ignored))
        }),
        (false, true) => outside.iter().any(|outer| covers(outer.as_str(), "*")),
        (true, true) => outside.iter().all(|outer| {
            inside
                .iter()
                .any(|inner| covers(inner.as_str(), outer.as_str()))
        }),
    }
}

fn covers_resources(outer: &Resources, inner: &Resources) -> bool {
    let (outside, inside) = (&outer.entries, &inner.entries);
    match (outer.negated, inner.negated) {
        (false, false) => inside
            .iter()
            .all(|inner| outside.iter().any(|outer| covers_resource(outer, inner))),
        (true, false) => inside
            .iter()
            .all(|inner| outside.iter().all(|outer| !resources_meet(outer, inner))),
        (false, true) => outside.iter().any(ResourcePattern::is_any),
        (true, true) => outside
            .iter()
            .all(|outer| inside.iter().any(|inner| covers_resource(inner, outer))),
    }
}

fn covers_resource(outer: &ResourcePattern, inner: &ResourcePattern) -> bool {
    match (outer.parts(), inner.parts()) {
        (None, _) => true,
        (Some(_), None) => false,
        // What covers with case kept does so with case ignored, too.
        (Some(outer), Some(inner)) => outer
            .into_iter()
            .zip(inner)
            .all(|(outer, inner)| covers(outer.as_str(), inner.as_str(), Case::Kept)),
    }
}

/// Whether some resource can be one of both; with case ignored, as for those of RAM, if in doubt.
fn resources_meet(a: &ResourcePattern, b: &ResourcePattern) -> bool {
    match (a.parts(), b.parts()) {
        (Some(a), Some(b)) => a
            .into_iter()
            .zip(b)
            .all(|(a, b)| meet(a.as_str(), b.as_str(), Case::Ignored)),
        _ => true,
    }
}

fn covers_principal(outer: &PrincipalEntry, inner: &PrincipalEntry) -> bool {
    use PrincipalEntry::{Account, AnyRam, Federated, Role, Service, User};
    match (outer, inner) {
        (AnyRam, AnyRam | Account(_) | User(..) | Role(..)) => true,
        (Account(outer), Account(inner) | User(inner, _) | Role(inner, _)) => outer == inner,
        (User(a, outer), User(b, inner)) => a == b && (outer.is_none() || outer == inner),
        (Role(a, outer), Role(b, inner)) => a == b && (outer.is_none() || outer == inner),
        (
            Service {
                name: outer,
                acting_for: a,
            },
            Service {
                name: inner,
                acting_for: b,
            },
        ) => outer == inner && a == b,
        (Federated(outer), Federated(inner)) => outer.same(inner),
        _ => false,
    }
}

/// Whether both say the same, the order of their values apart.
fn same_clause(a: &ClausePlaces, b: &ClausePlaces) -> bool {
    fn sorted(clause: &ClausePlaces) -> Vec<&str> {
        let mut texts: Vec<&str> = clause.values.iter().map(|(text, _)| &**text).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    }
    a.operator == b.operator
        && a.key.parse::<ConditionKey>() == b.key.parse::<ConditionKey>()
        && sorted(a) == sorted(b)
}
