//! Conditions (policy-language §7).

use std::cmp::Ordering;

use super::values::{Block, Date, Number, parse_address, parse_bool};
use super::wildcard::covers;

/// One operator with one key and its values.
#[derive(Debug)]
pub(crate) struct Test {
    prefix: Prefix,
    operator: Operator,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Prefix {
    None,
    ForAnyValue,
    ForAllValues,
}

/// A base operator: how a request's value is compared with a listed one, and whether the answer is
/// turned round.
#[derive(Debug, Clone, Copy)]
struct Operator {
    comparison: Comparison,
    negated: bool,
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equals,
    EqualsIgnoreCase,
    Like,
    Number(fn(Ordering) -> bool),
    Date(fn(Ordering) -> bool),
    Bool,
    Address,
}

fn operator(name: &str) -> Option<Operator> {
    use Comparison as C;
    let (comparison, negated) = match name {
        "StringEquals" => (C::Equals, false),
        "StringNotEquals" => (C::Equals, true),
        "StringEqualsIgnoreCase" => (C::EqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (C::EqualsIgnoreCase, true),
        "StringLike" => (C::Like, false),
        "StringNotLike" => (C::Like, true),
        "NumericEquals" => (C::Number(Ordering::is_eq), false),
        "NumericNotEquals" => (C::Number(Ordering::is_eq), true),
        "NumericLessThan" => (C::Number(Ordering::is_lt), false),
        "NumericLessThanEquals" => (C::Number(Ordering::is_le), false),
        "NumericGreaterThan" => (C::Number(Ordering::is_gt), false),
        "NumericGreaterThanEquals" => (C::Number(Ordering::is_ge), false),
        "DateEquals" => (C::Date(Ordering::is_eq), false),
        "DateNotEquals" => (C::Date(Ordering::is_eq), true),
        "DateLessThan" => (C::Date(Ordering::is_lt), false),
        "DateLessThanEquals" => (C::Date(Ordering::is_le), false),
        "DateGreaterThan" => (C::Date(Ordering::is_gt), false),
        "DateGreaterThanEquals" => (C::Date(Ordering::is_ge), false),
        "Bool" => (C::Bool, false),
        "IpAddress" => (C::Address, false),
        "NotIpAddress" => (C::Address, true),
        _ => return None,
    };
    Some(Operator {
        comparison,
        negated,
    })
}

/// Whether the operator can read the value.
fn readable(comparison: Comparison, value: &str) -> bool {
    match comparison {
        Comparison::Equals | Comparison::EqualsIgnoreCase | Comparison::Like => true,
        Comparison::Number(_) => Number::parse(value).is_some(),
        Comparison::Date(_) => Date::parse(value).is_some(),
        Comparison::Bool => parse_bool(value).is_some(),
        Comparison::Address => Block::parse(value).is_some(),
    }
}

/// Whether a request's value compares with a listed one. One that cannot be read does not.
fn compares(comparison: Comparison, given: &str, listed: &str) -> bool {
    match comparison {
        Comparison::Equals => given == listed,
        Comparison::EqualsIgnoreCase => lower_case(given) == lower_case(listed),
        Comparison::Like => covers(listed, given),
        Comparison::Number(holds) => match (Number::parse(given), Number::parse(listed)) {
            (Some(given), Some(listed)) => holds(given.compare(&listed)),
            _ => false,
        },
        Comparison::Date(holds) => match (Date::parse(given), Date::parse(listed)) {
            (Some(given), Some(listed)) => holds(given.cmp(&listed)),
            _ => false,
        },
        Comparison::Bool => parse_bool(given).is_some() && parse_bool(given) == parse_bool(listed),
        // Reading: the request's value is an address; a block there cannot be read.
        Comparison::Address => match (parse_address(given), Block::parse(listed)) {
            (Some(given), Some(listed)) => listed.contains(given),
            _ => false,
        },
    }
}

/// Reading: the case of a value is that of any alphabet, letter by letter; two letters are the same if
/// their lower-case forms are.
fn lower_case(text: &str) -> String {
    // Not `str::to_lowercase`, which looks at a letter's neighbours.
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Keys ignore case, but what follows the first `/` keeps it.
fn same_key(one: &str, other: &str) -> bool {
    let halves = |key: &str| match key.split_once('/') {
        Some((name, tag)) => (name.to_ascii_lowercase(), Some(tag.to_owned())),
        None => (key.to_ascii_lowercase(), None),
    };
    halves(one) == halves(other)
}

impl Test {
    /// `None` where the document is malformed.
    pub(crate) fn parse(name: &str, key: &str, values: Vec<String>) -> Option<Self> {
        let (prefix, base) = if let Some(base) = name.strip_prefix("ForAnyValue:") {
            (Prefix::ForAnyValue, base)
        } else if let Some(base) = name.strip_prefix("ForAllValues:") {
            (Prefix::ForAllValues, base)
        } else {
            (Prefix::None, name)
        };
        let operator = operator(base)?;
        // "Keys need a colon with text on both sides." Reading: the first colon is meant.
        let (service, rest) = key.split_once(':')?;
        let sound = !service.is_empty()
            && !rest.is_empty()
            && values
                .iter()
                .all(|value| readable(operator.comparison, value));
        sound.then(|| Self {
            prefix,
            operator,
            key: key.to_owned(),
            values,
        })
    }

    /// Whether the request satisfies the test.
    pub(crate) fn holds(&self, context: &[(String, Vec<String>)]) -> bool {
        // Reading: a key without values is missing.
        let given: &[String] = context
            .iter()
            .find(|(key, _)| same_key(key, &self.key))
            .map_or(&[], |(_, values)| values);
        let compares = |given: &String| {
            self.values
                .iter()
                .any(|listed| compares(self.operator.comparison, given, listed))
        };
        // With a negated operator a value satisfies when it differs from every listed one.
        let satisfies = |given: &String| compares(given) != self.operator.negated;
        match self.prefix {
            Prefix::ForAnyValue => given.iter().any(satisfies),
            Prefix::ForAllValues => given.iter().all(satisfies),
            // A positive operator needs one match, a negated one needs none.
            Prefix::None if self.operator.negated => !given.iter().any(compares),
            Prefix::None => given.iter().any(compares),
        }
    }
}
