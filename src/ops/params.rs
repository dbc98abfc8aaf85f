//! Parameters as they came, and how one becomes a typed value.

use std::borrow::Cow;

use crate::credential::params::Pair;
use crate::policy::ids::IdError;

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter `{name}`: {problem}")]
pub struct ParamFault {
    /// Its name on the wire.
    pub name: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// The ways in which a parameter can be wrong, each with its own code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Absent or empty, and required.
    #[error("is missing")]
    Missing,
    /// The same, in the words of AssumeRoleWithSAML.
    #[error("is missing")]
    Demanded,
    /// Not of the declared type, such as a number that is none.
    #[error("is not of its type")]
    Type,
    /// There in two forms, or under two spellings of its number.
    #[error("is specified more than once")]
    Twice,
    /// Too short or too long.
    #[error("is beyond the length limit")]
    Length,
    /// A character that may not be there.
    #[error("contains invalid characters")]
    InvalidChars,
    /// Not of its format, such as an e-mail address.
    #[error("is not of its format")]
    Format,
    /// Not one of the allowed values, or out of range.
    #[error("is incorrect")]
    Incorrect,
    /// A number outside its range, for parameters whose text names the range.
    #[error("must be in the range of {0} and {1}")]
    Range(i64, i64),
    /// The same, with a code of its own.
    #[error("must be in the range of {0} and {1}")]
    OutOfRange(u32, u32),
    /// An account's alias that is too short or too long.
    #[error("must have 3 to 63 characters")]
    AliasLength,
    /// An account's alias that is not of its format.
    #[error("is not of the format of an alias")]
    AliasFormat,
    /// A code of an authenticator that is not six digits.
    #[error("is not six digits")]
    AuthenticationCode,
    /// A password that is not what the account asks for.
    #[error("is not what the password policy asks for")]
    TooWeak,
    /// A password that the user had before.
    #[error("was the user's password before")]
    Reused,
    /// Not the user's password.
    #[error("is not the user's password")]
    WrongPassword,
    /// STS: not of its form.
    #[error("is wrongly formed")]
    WronglyFormed,
    /// STS: the session's length.
    #[error("is not an allowed session length")]
    SessionDuration,
    /// The same, in the words of AssumeRoleWithSAML.
    #[error("is not an allowed session length")]
    SamlDuration,
    /// A policy document that breaks the grammar; the text says where and how.
    #[error("is not a valid policy document: {0}")]
    Document(String),
    /// A session policy that breaks the grammar.
    #[error("is not a valid session policy")]
    SessionPolicyGrammar,
    /// A session policy that is too long.
    #[error("is too long for a session policy")]
    SessionPolicySize,
    /// A session policy of a call that nobody signed, which breaks the grammar.
    #[error("is not a valid session policy")]
    UnsignedPolicyGrammar,
    /// The same, too long.
    #[error("is too long for a session policy")]
    UnsignedPolicySize,
    /// A tag's key.
    #[error("holds a bad tag key")]
    TagKey,
    /// A tag's value.
    #[error("holds a bad tag value")]
    TagValue,
    /// The same tag key twice.
    #[error("holds a tag key twice")]
    TagTwice,
    /// The suffix of a service-linked role's name.
    #[error("contains invalid characters")]
    SuffixChars,
    /// The same, by its length.
    #[error("is beyond the length limit")]
    SuffixLength,
    /// The id of a deletion task.
    #[error("is not the id of a deletion task")]
    TaskId,
    /// The same, by its length.
    #[error("has not the length of a deletion task's id")]
    TaskIdLength,
    /// More tags than a resource may have.
    #[error("holds too many tags")]
    TooManyTags,
}

impl From<IdError> for Problem {
    fn from(error: IdError) -> Self {
        match error {
            IdError::Length => Self::Length,
            IdError::InvalidChars => Self::InvalidChars,
        }
    }
}

/// The parameters of a call, in the order they came; no name is there twice.
#[derive(Debug, Clone, Default)]
pub struct Params<'a> {
    /// Those of query and form, where they lie in the request.
    wire: &'a [Pair<'a>],
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Params<'a> {
    /// From names and values; the pipeline has refused repeated names.
    pub fn new(pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Self {
        Self { wire: &[], pairs }
    }

    /// From the pairs of a request and the members of its JSON body.
    pub fn of_request(wire: &'a [Pair<'a>], members: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Self {
        Self {
            wire,
            pairs: members,
        }
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let wire = self.wire.iter().map(|pair| (pair.name(), pair.value()));
        let others = self.pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref()));
        wire.chain(others)
    }

    /// The value of `name`. Empty text counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// The value of `name`, empty or not.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.all().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// Names and values of the members of a flattened list: `Tag.1.Key` gives (1, `Key`, value).
    /// Sorted by number.
    pub fn members(&self, list: &str) -> Vec<(u32, &str, &str)> {
        let mut members: Vec<(u32, &str, &str)> = self
            .all()
            .filter_map(|(name, value)| {
                let rest = name.strip_prefix(list)?.strip_prefix('.')?;
                let (number, member) = rest.split_once('.').unwrap_or((rest, ""));
                Some((number.parse().ok()?, member, value))
            })
            .collect();
        members.sort_by_key(|(number, ..)| *number);
        members
    }
}

/// A value that one parameter's text becomes.
pub trait ParamValue: Sized {
    /// Parses a text that is not empty.
    ///
    /// # Errors
    /// [`Problem`].
    fn parse(text: &str) -> Result<Self, Problem>;
}

/// How a field is read from the parameters: its type says whether it is required.
pub trait Param: Sized {
    /// Reads the parameter `name`.
    ///
    /// # Errors
    /// [`ParamFault`].
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault>;
}

impl<T: ParamValue> Param for T {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let text = params.get(name).ok_or(ParamFault {
            name,
            problem: Problem::Missing,
        })?;
        T::parse(text).map_err(|problem| ParamFault { name, problem })
    }
}

impl<T: ParamValue> Param for Option<T> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        params
            .get(name)
            .map(|text| T::parse(text).map_err(|problem| ParamFault { name, problem }))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattened_lists_are_sorted_by_number() {
        let pairs = [
            ("Tag.10.Key", "j"),
            ("Tag.2.Key", "b"),
            ("Tag.2.Value", ""),
            ("Tags.1.Key", "x"),
        ];
        let params = Params::new(
            pairs
                .into_iter()
                .map(|(n, v)| (n.into(), v.into()))
                .collect(),
        );
        assert_eq!(
            params.members("Tag"),
            [(2, "Key", "b"), (2, "Value", ""), (10, "Key", "j")]
        );
    }
}
