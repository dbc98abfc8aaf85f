//! Clauses of a condition that cannot hold together.
//!
//! A clause asks that *some* value of its key in the request is in a set, or that *every* value is.
//! "Some" and "every" with sets that have nothing in common can never both hold; nor can "some" and
//! "some" where a request has one value of the key at most.

use super::cover::{covers, meet};
use super::keys::{known, needs_a_value};
use super::{Report, Rule, Severity};
use crate::policy::condition::{Block, Clause, Comparison, Relation, Values};
use crate::policy::context::MapContext;
use crate::policy::pattern::{Case, Pattern};

pub(super) const CONTRADICTION: Rule = Rule {
    id: "contradiction",
    severity: Severity::Warning,
    about: "Two clauses of the condition cannot hold together, so the statement never matches.",
};

pub(super) const SEVERAL_VALUES: Rule = Rule {
    id: "several-values-needed",
    severity: Severity::Warning,
    about: "No one value satisfies two clauses about the same key, so the statement matches only a request that has several values of it.",
};

/// A clause and where its key stands.
struct Placed<'a> {
    clause: Clause,
    operator: &'a str,
    at: usize,
}

pub(super) fn check(report: &mut Report<'_>) {
    let outline = report.outline;
    for (number, places) in outline.statements.iter().enumerate() {
        let placed: Vec<Placed<'_>> = places
            .clauses
            .iter()
            .filter_map(|clause| {
                let texts: Vec<&str> = clause.values.iter().map(|(text, _)| &**text).collect();
                let (operator, key) = (clause.operator.parse().ok()?, clause.key.parse().ok()?);
                Some(Placed {
                    clause: Clause::new(operator, key, &texts).ok()?,
                    operator: &clause.operator,
                    at: clause.key_at,
                })
            })
            .collect();
        statement(report, number, &placed);
    }
}

fn statement(report: &mut Report<'_>, number: usize, placed: &[Placed<'_>]) {
    for (place, second) in placed.iter().enumerate() {
        for first in placed.iter().take(place) {
            if first.clause.key() != second.clause.key() || !disjoint(&first.clause, &second.clause)
            {
                continue;
            }
            let some = |one: &Placed<'_>| needs_a_value(one.clause.operator());
            let one_value = known(second.clause.key()).is_some_and(|known| !known.several);
            let rule = match (some(first), some(second)) {
                (true, true) if one_value => CONTRADICTION,
                (true, true) => SEVERAL_VALUES,
                (true, false) | (false, true) => CONTRADICTION,
                // A request without the key satisfies both.
                (false, false) => continue,
            };
            let key = second.clause.key().as_str();
            let message = format!(
                "no value of `{key}` satisfies both `{}` and `{}`",
                first.operator, second.operator
            );
            report.add(rule, Some(number), second.at, message);
            return;
        }
    }
}

/// Whether no value is in the sets of both clauses. False where that is not certain.
fn disjoint(a: &Clause, b: &Clause) -> bool {
    none_of(a, b) || none_of(b, a) || apart(a, b) || apart(b, a)
}

/// Whether the set of `a` is written out and none of it is in the set of `b`.
fn none_of(a: &Clause, b: &Clause) -> bool {
    if a.operator().negated {
        return false;
    }
    let listed: Vec<&str> = match (a.values(), a.operator().comparison) {
        (Values::Texts(texts), Comparison::StringEquals) => {
            texts.iter().map(|text| &**text).collect()
        }
        // Both look at the same classes of texts.
        (Values::Texts(texts), Comparison::StringEqualsIgnoreCase)
            if b.operator().comparison == Comparison::StringEqualsIgnoreCase =>
        {
            texts.iter().map(|text| &**text).collect()
        }
        (Values::Patterns(patterns), _) if patterns.iter().all(Pattern::is_literal) => {
            patterns.iter().map(Pattern::as_str).collect()
        }
        (Values::Bools(bools), _) if b.operator().comparison == Comparison::Bool => bools
            .iter()
            .map(|value| if *value { "true" } else { "false" })
            .collect(),
        _ => return false,
    };
    let key = b.key().as_str();
    listed.into_iter().all(|text| {
        let context: MapContext = [(key, [text])].into_iter().collect();
        !b.holds(&context)
    })
}

/// Whether the set of `a`, which is not written out, has nothing in common with that of `b`.
fn apart(a: &Clause, b: &Clause) -> bool {
    let (negated_a, negated_b) = (a.operator().negated, b.operator().negated);
    if negated_a {
        return false;
    }
    match (a.values(), b.values()) {
        (Values::Patterns(left), Values::Patterns(right)) => left.iter().all(|one| {
            let (one, mut others) = (one.as_str(), right.iter().map(Pattern::as_str));
            if negated_b {
                others.any(|other| covers(other, one, Case::Kept))
            } else {
                others.all(|other| !meet(other, one, Case::Kept))
            }
        }),
        (Values::Blocks(left), Values::Blocks(right)) => left.iter().all(|one| {
            if negated_b {
                right.iter().any(|other| other.covers(one))
            } else {
                right.iter().all(|other| !overlap(one, other))
            }
        }),
        (Values::Numbers(left), Values::Numbers(right)) => {
            match (a.operator().comparison, b.operator().comparison) {
                (Comparison::Numeric(x), Comparison::Numeric(y)) => {
                    ranges_apart((x, left), (y, negated_b, right))
                }
                _ => false,
            }
        }
        (Values::Instants(left), Values::Instants(right)) => {
            match (a.operator().comparison, b.operator().comparison) {
                (Comparison::Date(x), Comparison::Date(y)) => {
                    ranges_apart((x, left), (y, negated_b, right))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

fn overlap(a: &Block, b: &Block) -> bool {
    a.covers(b) || b.covers(a)
}

/// Whether nothing stands to one of `left` as the first relation says and to one of `right` as the
/// second does (or to none of them, where it is negated). Between two numbers there is always
/// another, and so it is with moments.
fn ranges_apart<T: Ord>(
    (relation, left): (Relation, &[T]),
    (other, negated, right): (Relation, bool, &[T]),
) -> bool {
    left.iter().all(|a| {
        if relation == Relation::Equals {
            return right.iter().any(|b| other.holds(a, b)) == negated;
        }
        // Nothing but points can be outside of points.
        !negated && right.iter().all(|b| bounds_apart(relation, a, other, b))
    })
}

fn bounds_apart<T: Ord>(relation: Relation, a: &T, other: Relation, b: &T) -> bool {
    use Relation::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    match (relation, other) {
        (_, Equals) => !relation.holds(b, a),
        (Equals, _) => !other.holds(a, b),
        (LessThanEquals, GreaterThanEquals) => a < b,
        (GreaterThanEquals, LessThanEquals) => b < a,
        (LessThan | LessThanEquals, GreaterThan | GreaterThanEquals) => a <= b,
        (GreaterThan | GreaterThanEquals, LessThan | LessThanEquals) => b <= a,
        _ => false,
    }
}
