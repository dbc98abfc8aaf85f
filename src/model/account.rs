//! Accounts, and the tag that says which state of an account one has seen.

use crate::policy::ids::AccountId;

/// A random value written by every transaction that changes an account's identities, keys,
/// policies or attachments. Two equal tags mean the same state, also after a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RevisionTag(pub [u8; 16]);

/// Which state of an account one has seen. The number orders the states of one history, the tag tells
/// histories apart: after a restore the same number may come again, the same tag does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountState {
    /// Moves on by one with every transaction that writes.
    pub revision: i64,
    /// That transaction's own.
    pub tag: RevisionTag,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the operator calls it; empty where it has no name. Unlike the alias it is not unique.
    pub name: String,
    /// The alias that console addresses use: 3 to 63 of `a-z0-9-`, unique on the server.
    pub alias: Option<String>,
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// Which state of it this is.
    pub tag: RevisionTag,
}

impl Account {
    /// What the domains of logon names end in.
    pub const DOMAIN_SUFFIX: &str = ".onaliyun.com";

    /// The domain that the logon names of its users are shown with: `<alias>.onaliyun.com`, and the id
    /// in place of an alias that it has not. Source: the vendor's pages on the default domain.
    pub fn default_domain(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{alias}{}", Self::DOMAIN_SUFFIX),
            None => self.id_domain(),
        }
    }

    /// The domain by which logon names of its users are found whatever its alias is.
    pub fn id_domain(&self) -> String {
        format!("{}{}", self.id, Self::DOMAIN_SUFFIX)
    }
}
