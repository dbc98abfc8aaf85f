//! The names of condition operators.
//!
//! Source: policy-language §7. The list is closed: what is not on it is refused.

use std::fmt;

/// What an operator compares, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Texts that are the same.
    StringEquals,
    /// Texts that are the same but for case.
    StringEqualsIgnoreCase,
    /// A text that a pattern covers.
    StringLike,
    /// Numbers.
    Numeric(Relation),
    /// Moments.
    Date(Relation),
    /// `true` or `false`.
    Bool,
    /// An address in a block.
    IpAddress,
}

/// How a request's value has to stand to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is the same.
    Equals,
    /// It is less, or earlier.
    LessThan,
    /// It is not more, or not later.
    LessThanEquals,
    /// It is more, or later.
    GreaterThan,
    /// It is not less, or not earlier.
    GreaterThanEquals,
}

impl Relation {
    /// Whether `value` stands so to `listed`.
    pub fn holds<T: Ord>(self, value: &T, listed: &T) -> bool {
        match self {
            Self::Equals => value == listed,
            Self::LessThan => value < listed,
            Self::LessThanEquals => value <= listed,
            Self::GreaterThan => value > listed,
            Self::GreaterThanEquals => value >= listed,
        }
    }
}

/// How many of a key's values in the request have to satisfy the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `ForAnyValue:`, at least one; fails where the key is missing.
    AnyValue,
    /// `ForAllValues:`, every one; holds where the key is missing.
    AllValues,
}

/// An operator as a policy names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// What it compares.
    pub comparison: Comparison,
    /// Whether a value satisfies it by differing from every value of the policy.
    pub negated: bool,
    /// The prefix, if it has one.
    pub quantifier: Option<Quantifier>,
}

/// Why a text is not an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperatorError {
    /// One of other clouds, which the vendor refuses by name.
    #[error("The condition operator 'IfExists/Null' is not supported")]
    IfExistsOrNull,
    /// Any other text.
    #[error("there is no such condition operator")]
    Unknown,
}

const NAMES: [(&str, Comparison, bool); 21] = {
    use Comparison::{
        Bool, Date, IpAddress, Numeric, StringEquals, StringEqualsIgnoreCase, StringLike,
    };
    use Relation::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    [
        ("StringEquals", StringEquals, false),
        ("StringNotEquals", StringEquals, true),
        ("StringEqualsIgnoreCase", StringEqualsIgnoreCase, false),
        ("StringNotEqualsIgnoreCase", StringEqualsIgnoreCase, true),
        ("StringLike", StringLike, false),
        ("StringNotLike", StringLike, true),
        ("NumericEquals", Numeric(Equals), false),
        ("NumericNotEquals", Numeric(Equals), true),
        ("NumericLessThan", Numeric(LessThan), false),
        ("NumericLessThanEquals", Numeric(LessThanEquals), false),
        ("NumericGreaterThan", Numeric(GreaterThan), false),
        (
            "NumericGreaterThanEquals",
            Numeric(GreaterThanEquals),
            false,
        ),
        ("DateEquals", Date(Equals), false),
        ("DateNotEquals", Date(Equals), true),
        ("DateLessThan", Date(LessThan), false),
        ("DateLessThanEquals", Date(LessThanEquals), false),
        ("DateGreaterThan", Date(GreaterThan), false),
        ("DateGreaterThanEquals", Date(GreaterThanEquals), false),
        ("Bool", Bool, false),
        ("IpAddress", IpAddress, false),
        ("NotIpAddress", IpAddress, true),
    ]
};

impl std::str::FromStr for Operator {
    type Err = OperatorError;

    fn from_str(text: &str) -> Result<Self, OperatorError> {
        let (quantifier, base) = match text.split_once(':') {
            None => (None, text),
            Some(("ForAnyValue", base)) => (Some(Quantifier::AnyValue), base),
            Some(("ForAllValues", base)) => (Some(Quantifier::AllValues), base),
            Some(_) => return Err(OperatorError::Unknown),
        };
        let named = NAMES.iter().find(|(name, ..)| *name == base);
        match named {
            Some(&(_, comparison, negated)) => Ok(Self {
                comparison,
                negated,
                quantifier,
            }),
            None if base == "Null" || base.ends_with("IfExists") => {
                Err(OperatorError::IfExistsOrNull)
            }
            None => Err(OperatorError::Unknown),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.quantifier {
            None => "",
            Some(Quantifier::AnyValue) => "ForAnyValue:",
            Some(Quantifier::AllValues) => "ForAllValues:",
        })?;
        let named = NAMES.iter().find(|(_, comparison, negated)| {
            *comparison == self.comparison && *negated == self.negated
        });
        f.write_str(named.map_or("", |(name, ..)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_shown() {
        for (name, ..) in NAMES {
            for prefix in ["", "ForAnyValue:", "ForAllValues:"] {
                let text = format!("{prefix}{name}");
                assert_eq!(text.parse::<Operator>().unwrap().to_string(), text);
            }
        }
    }

    #[test]
    fn other_names_are_refused() {
        for (text, error) in [
            ("BoolIfExists", OperatorError::IfExistsOrNull),
            ("Null", OperatorError::IfExistsOrNull),
            (
                "ForAnyValue:StringLikeIfExists",
                OperatorError::IfExistsOrNull,
            ),
            ("", OperatorError::Unknown),
            ("stringequals", OperatorError::Unknown),
            ("ArnLike", OperatorError::Unknown),
            ("BoolNot", OperatorError::Unknown),
            ("forAnyValue:StringLike", OperatorError::Unknown),
            (
                "ForAnyValue:ForAllValues:StringLike",
                OperatorError::Unknown,
            ),
            ("ForAnyValue:", OperatorError::Unknown),
        ] {
            assert_eq!(text.parse::<Operator>(), Err(error), "{text}");
        }
    }
}
