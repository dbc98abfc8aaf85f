//! What a transaction touched, so that a cache elsewhere drops that and nothing else.

use std::fmt;
use std::str::FromStr;

use crate::policy::ids::{
    AccessKeyId, GroupId, PolicyName, ProviderName, RoleId, RoleName, UserId,
};

/// An entity of which something changed that a decision may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// A user, its name, what is attached to it, or which groups it is in.
    User(UserId),
    /// A group: what is attached to it. Every member's rights may be others.
    Group(GroupId),
    /// A role as a principal: its epoch, or what is attached to it.
    Role(RoleId),
    /// A role as one that is assumed, by a name that it has or had: its trust, or whether there is
    /// one of that name.
    RoleNamed(RoleName),
    /// A key: its status, its secret, or whether it exists.
    Key(AccessKeyId),
    /// A custom policy: its default version's document, or whether it exists.
    Policy(PolicyName),
    /// An OIDC provider: anything of it, or whether there is one of that name.
    OidcProvider(ProviderName),
    /// A SAML provider, likewise.
    SamlProvider(ProviderName),
}

/// A text names no entity that this release knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no entity that this release knows")]
pub struct TouchedError;

impl fmt::Display for Touched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user/{id}"),
            Self::Group(id) => write!(f, "group/{id}"),
            Self::Role(id) => write!(f, "role/{id}"),
            Self::RoleNamed(name) => write!(f, "role-name/{}", name.key()),
            Self::Key(id) => write!(f, "key/{id}"),
            Self::Policy(name) => write!(f, "policy/{}", name.key()),
            Self::OidcProvider(name) => write!(f, "oidc-provider/{}", name.key()),
            Self::SamlProvider(name) => write!(f, "saml-provider/{}", name.key()),
        }
    }
}

impl FromStr for Touched {
    type Err = TouchedError;

    fn from_str(text: &str) -> Result<Self, TouchedError> {
        let (kind, key) = text.split_once('/').ok_or(TouchedError)?;
        match kind {
            "user" => key.parse().map(Self::User),
            "group" => key.parse().map(Self::Group),
            "role" => key.parse().map(Self::Role),
            "role-name" => key.parse().map(Self::RoleNamed),
            "key" => key.parse().map(Self::Key),
            "policy" => key.parse().map(Self::Policy),
            "oidc-provider" => key.parse().map(Self::OidcProvider),
            "saml-provider" => key.parse().map(Self::SamlProvider),
            _ => return Err(TouchedError),
        }
        .map_err(|_| TouchedError)
    }
}

/// What one transaction touched, in the order it did, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TouchedSet {
    entities: Vec<Touched>,
    beyond: bool,
}

impl TouchedSet {
    /// How many are named; a transaction that touches more is taken to have touched everything.
    pub const MOST: usize = 64;

    /// Adds one.
    pub fn add(&mut self, entity: Touched) {
        if self.beyond || self.entities.contains(&entity) {
            return;
        }
        if self.entities.len() == Self::MOST {
            self.beyond = true;
            self.entities = Vec::new();
        } else {
            self.entities.push(entity);
        }
    }

    /// What was touched; `None` for more than can be named.
    pub fn named(&self) -> Option<&[Touched]> {
        (!self.beyond).then_some(self.entities.as_slice())
    }
}

/// More than can be named.
const BEYOND: &str = "*";

impl fmt::Display for TouchedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.beyond {
            return f.write_str(BEYOND);
        }
        for (index, entity) in self.entities.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{entity}")?;
        }
        Ok(())
    }
}

impl FromStr for TouchedSet {
    type Err = std::convert::Infallible;

    /// What cannot be read, as a kind that a later release adds, counts as everything.
    fn from_str(text: &str) -> Result<Self, std::convert::Infallible> {
        let beyond = Self {
            entities: Vec::new(),
            beyond: true,
        };
        if text == BEYOND {
            return Ok(beyond);
        }
        let entities: Result<Vec<Touched>, _> =
            text.split_whitespace().map(Touched::from_str).collect();
        Ok(entities.map_or(beyond, |entities| Self {
            entities,
            beyond: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> TouchedSet {
        let Ok(set) = text.parse();
        set
    }

    #[test]
    fn what_was_touched_survives_the_store() {
        let mut set = TouchedSet::default();
        for entity in [
            Touched::User(UserId::from_random(1)),
            Touched::Group(GroupId::from_random(1)),
            Touched::Role(RoleId::from_random(2)),
            Touched::RoleNamed("Some.Role".parse().unwrap()),
            Touched::Key("LTAI5tSomething".parse().unwrap()),
            Touched::Policy("Some-Policy".parse().unwrap()),
            Touched::OidcProvider("Some_Provider".parse().unwrap()),
            Touched::SamlProvider("Some_Provider".parse().unwrap()),
            Touched::User(UserId::from_random(1)),
        ] {
            set.add(entity);
        }
        assert_eq!(set.named().unwrap().len(), 8, "each once");
        assert_eq!(read(&set.to_string()), set);
        assert_eq!(read("").named(), Some([].as_slice()));
    }

    #[test]
    fn what_cannot_be_named_or_read_is_everything() {
        let mut set = TouchedSet::default();
        for number in 0..=TouchedSet::MOST {
            set.add(Touched::User(UserId::from_random(number as u64)));
        }
        assert_eq!(set.named(), None);
        assert_eq!(read(&set.to_string()).named(), None);
        for text in ["crowd/1", "group/1", "user/1", "user", "key/", "*"] {
            assert_eq!(read(text).named(), None, "{text}");
        }
    }
}
