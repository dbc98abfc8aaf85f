//! Conditions: what a statement asks of the request beside action and resource.
//!
//! A [`Condition`] is a list of clauses, all of which have to hold; a clause is one operator, one
//! key and the values that stand there. Deciding one allocates nothing.
//!
//! Source: policy-language §7.

mod block;
mod instant;
mod number;
mod operator;

use std::fmt;
use std::net::IpAddr;

pub use self::block::Block;
pub use self::instant::Instant;
pub use self::number::Number;
pub use self::operator::{Comparison, Operator, OperatorError, Quantifier, Relation};
use super::context::{ConditionKey, Context};
use super::pattern::many::sum;
use super::pattern::{Case, Pattern, Patterns};

/// The condition of a statement; one without clauses always holds.
#[derive(Debug, Clone, Default)]
pub struct Condition(Box<[Clause]>);

impl Condition {
    /// The condition that all of `clauses` hold.
    pub fn new(clauses: Vec<Clause>) -> Self {
        Self(clauses.into())
    }

    /// What has to hold.
    pub fn clauses(&self) -> &[Clause] {
        &self.0
    }

    /// What looking at it costs; see [`Pattern::cost`].
    pub(super) fn cost(&self) -> u32 {
        sum(self.0.iter().map(|clause| clause.values.cost()))
    }

    /// Whether it holds for a request.
    pub fn holds(&self, context: &dyn Context) -> bool {
        self.0.iter().all(|clause| clause.holds(context))
    }
}

/// One operator, one key, and the values of the policy, which are alternatives.
///
/// `Debug` tells its operator only: the text of a policy belongs in no log.
#[derive(Clone)]
pub struct Clause {
    operator: Operator,
    key: ConditionKey,
    values: Values,
}

/// The values of a clause, as its operator reads them; at least one.
#[derive(Clone)]
pub enum Values {
    /// For [`Comparison::StringEquals`], sorted, and [`Comparison::StringEqualsIgnoreCase`].
    Texts(Box<[Box<str>]>),
    /// For [`Comparison::StringLike`].
    Patterns(Patterns),
    /// For [`Comparison::Numeric`].
    Numbers(Box<[Number<'static>]>),
    /// For [`Comparison::Date`].
    Instants(Box<[Instant<'static>]>),
    /// For [`Comparison::Bool`].
    Bools(Box<[bool]>),
    /// For [`Comparison::IpAddress`].
    Blocks(Box<[Block]>),
}

/// A value that its operator cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// For a numeric operator.
    #[error("expected a number: an optional minus, digits, an optional fraction")]
    Number,
    /// For a date operator.
    #[error(
        "expected a date with its zone, as `2026-11-25T08:00:00Z` or `2026-11-25T16:00:00+08:00`"
    )]
    Date,
    /// For `Bool`.
    #[error("expected `true` or `false`")]
    Bool,
    /// For an address operator.
    #[error("expected an IPv4 or IPv6 address or a CIDR block")]
    Address,
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

impl Values {
    fn cost(&self) -> u32 {
        let count = match self {
            Self::Patterns(patterns) => return patterns.cost(),
            Self::Texts(texts) => texts.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Instants(instants) => instants.len(),
            Self::Bools(bools) => bools.len(),
            Self::Blocks(blocks) => blocks.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Reads the values for an operator.
    ///
    /// Errors: the place of the first value that cannot be read, from 0, and why.
    pub fn read(comparison: Comparison, texts: &[&str]) -> Result<Self, (usize, ValueError)> {
        fn all<T>(
            texts: &[&str],
            error: ValueError,
            read: impl Fn(&str) -> Option<T>,
        ) -> Result<Box<[T]>, (usize, ValueError)> {
            let read = |(at, text): (usize, &&str)| read(text).ok_or((at, error));
            texts.iter().enumerate().map(read).collect()
        }
        Ok(match comparison {
            Comparison::StringEquals => {
                let mut texts: Vec<Box<str>> = texts.iter().map(|text| Box::from(*text)).collect();
                texts.sort_unstable();
                Self::Texts(texts.into())
            }
            Comparison::StringEqualsIgnoreCase => {
                Self::Texts(texts.iter().map(|text| Box::from(*text)).collect())
            }
            Comparison::StringLike => {
                Self::Patterns(texts.iter().map(|text| Pattern::new(text)).collect())
            }
            Comparison::Numeric(_) => Self::Numbers(all(texts, ValueError::Number, |text| {
                Number::read(text).map(Number::into_owned)
            })?),
            Comparison::Date(_) => Self::Instants(all(texts, ValueError::Date, |text| {
                Instant::read(text).map(Instant::into_owned)
            })?),
            Comparison::Bool => Self::Bools(all(texts, ValueError::Bool, boolean)?),
            Comparison::IpAddress => Self::Blocks(all(texts, ValueError::Address, Block::read)?),
        })
    }
}

impl Clause {
    /// A clause of these values.
    ///
    /// Errors: as [`Values::read`].
    pub fn new(
        operator: Operator,
        key: ConditionKey,
        values: &[&str],
    ) -> Result<Self, (usize, ValueError)> {
        Ok(Self {
            operator,
            key,
            values: Values::read(operator.comparison, values)?,
        })
    }

    /// Its operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The key it asks about.
    pub fn key(&self) -> &ConditionKey {
        &self.key
    }

    /// The policy's values.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Whether it holds for a request.
    ///
    /// Without a quantifier one value that satisfies a positive operator is enough, while all have
    /// to satisfy a negated one; so a missing key fails the former and satisfies the latter.
    pub fn holds(&self, context: &dyn Context) -> bool {
        let (mut any, mut all) = (false, true);
        context.values(&self.key, &mut |value| {
            let satisfied = self.is_listed(value) != self.operator.negated;
            any |= satisfied;
            all &= satisfied;
        });
        match self.operator.quantifier {
            Some(Quantifier::AllValues) => all,
            None if self.operator.negated => all,
            Some(Quantifier::AnyValue) | None => any,
        }
    }

    /// Whether the positive operator holds between `value` and one of the policy's values. What the
    /// operator cannot read is none of them.
    fn is_listed(&self, value: &str) -> bool {
        match (&self.values, self.operator.comparison) {
            (Values::Texts(texts), Comparison::StringEqualsIgnoreCase) => {
                texts.iter().any(|text| same_but_for_case(text, value))
            }
            (Values::Texts(texts), _) => texts.binary_search_by(|text| (**text).cmp(value)).is_ok(),
            (Values::Patterns(patterns), _) => patterns.cover(value, Case::Kept),
            (Values::Numbers(numbers), Comparison::Numeric(relation)) => Number::read(value)
                .is_some_and(|value| numbers.iter().any(|listed| relation.holds(&value, listed))),
            (Values::Instants(instants), Comparison::Date(relation)) => Instant::read(value)
                .is_some_and(|value| instants.iter().any(|listed| relation.holds(&value, listed))),
            (Values::Bools(bools), _) => boolean(value).is_some_and(|value| bools.contains(&value)),
            (Values::Blocks(blocks), _) => value
                .parse::<IpAddr>()
                .is_ok_and(|address| blocks.iter().any(|block| block.contains(address))),
            // `Values::read` makes no other pair.
            (Values::Numbers(_) | Values::Instants(_), _) => false,
        }
    }
}

/// Of any script, by the lower case of each letter.
fn same_but_for_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars()
        .flat_map(char::to_lowercase)
        .eq(b.chars().flat_map(char::to_lowercase))
}

impl fmt::Debug for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clause").field(&self.operator).finish()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::MapContext;

    /// Whether the clause holds where the request has `present` as values of the key.
    fn holds(operator: &str, listed: &[&str], present: &[&str]) -> bool {
        let key = "acs:Key".parse().unwrap();
        let clause = Clause::new(operator.parse().unwrap(), key, listed).unwrap();
        let context: MapContext = [("ACS:key", present.iter().copied())].into_iter().collect();
        clause.holds(&context)
    }

    #[test]
    fn one_value_against_several() {
        for (operator, listed, present, expected) in [
            ("StringEquals", ["b", "a"], "a", true),
            ("StringEquals", ["b", "a"], "A", false),
            ("StringEquals", ["a*", "a?"], "ab", false),
            ("StringNotEquals", ["b", "a"], "a", false),
            ("StringNotEquals", ["b", "a"], "c", true),
            ("StringEqualsIgnoreCase", ["É", "x"], "é", true),
            ("StringNotEqualsIgnoreCase", ["B", "a"], "b", false),
            ("StringLike", ["a*", "?"], "abc", true),
            ("StringLike", ["a*", "?"], "Abc", false),
            ("StringNotLike", ["a*", "?"], "é", false),
            ("StringNotLike", ["a*", "?"], "bb", true),
            ("NumericEquals", ["1", "2.50"], "02.5", true),
            ("NumericNotEquals", ["1", "2"], "2", false),
            ("NumericLessThan", ["1", "3"], "2", true),
            ("NumericLessThanEquals", ["1", "2"], "2", true),
            ("NumericGreaterThan", ["2", "3"], "2", false),
            ("NumericGreaterThanEquals", ["2", "3"], "2", true),
            ("Bool", ["true", "TRUE"], "True", true),
            ("Bool", ["false", "true"], "false", true),
            ("IpAddress", ["10.0.0.0/8", "::1"], "::ffff:10.1.1.1", true),
            ("NotIpAddress", ["10.0.0.0/8", "::1"], "::1", false),
            ("NotIpAddress", ["10.0.0.0/8", "::1"], "::2", true),
        ] {
            assert_eq!(
                holds(operator, &listed, &[present]),
                expected,
                "{operator} {listed:?} {present}"
            );
        }
        let day = "2026-11-25T00:00:00Z";
        for (operator, present, expected) in [
            ("DateEquals", "2026-11-25T08:00:00+08:00", true),
            ("DateNotEquals", "2026-11-25T08:00:00+08:00", false),
            ("DateLessThan", "2026-11-24T23:59:59.999Z", true),
            ("DateLessThanEquals", day, true),
            ("DateGreaterThan", day, false),
            ("DateGreaterThanEquals", day, true),
        ] {
            assert_eq!(holds(operator, &[day], &[present]), expected, "{operator}");
        }
    }

    #[test]
    fn what_cannot_be_read_equals_nothing() {
        for (operator, listed, expected) in [
            ("NumericEquals", "1", false),
            ("NumericLessThan", "1", false),
            ("NumericNotEquals", "1", true),
            ("DateLessThan", "2026-11-25T00:00Z", false),
            ("DateNotEquals", "2026-11-25T00:00Z", true),
            ("Bool", "true", false),
            ("IpAddress", "0.0.0.0/0", false),
            ("NotIpAddress", "0.0.0.0/0", true),
        ] {
            assert_eq!(holds(operator, &[listed], &["x"]), expected, "{operator}");
        }
    }

    #[test]
    fn missing_keys_and_several_values() {
        for (operator, missing, one_of_two, none, both) in [
            ("StringEquals", false, true, false, true),
            ("StringNotEquals", true, false, true, false),
            ("ForAnyValue:StringEquals", false, true, false, true),
            ("ForAnyValue:StringNotEquals", false, true, true, false),
            ("ForAllValues:StringEquals", true, false, false, true),
            ("ForAllValues:StringNotEquals", true, false, true, false),
        ] {
            let holds = |present: &[&str]| holds(operator, &["a", "b"], present);
            assert_eq!(holds(&[]), missing, "{operator}");
            assert_eq!(holds(&["a", "x"]), one_of_two, "{operator}");
            assert_eq!(holds(&["x", "y"]), none, "{operator}");
            assert_eq!(holds(&["a", "b"]), both, "{operator}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for (operator, values, at, error) in [
            ("NumericEquals", ["1", "x"], 1, ValueError::Number),
            ("DateEquals", ["2026-11-25", "x"], 0, ValueError::Date),
            ("Bool", ["true", "1"], 1, ValueError::Bool),
            ("NotIpAddress", ["::1", "10"], 1, ValueError::Address),
        ] {
            let operator: Operator = operator.parse().unwrap();
            let read = Values::read(operator.comparison, &values);
            assert_eq!(read.err(), Some((at, error)));
        }
    }
}
