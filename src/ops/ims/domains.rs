//! The domain of an account's logon names.

use crate::model::account::Account;
use crate::ops::params::{ParamValue, Problem};
use crate::ops::values::AccountAlias;

/// A default domain: `<alias>.onaliyun.com`, up to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultDomainName(pub AccountAlias);

impl ParamValue for DefaultDomainName {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > 64 {
            return Err(Problem::Length);
        }
        let folded = text.to_ascii_lowercase();
        let alias = folded.strip_suffix(Account::DOMAIN_SUFFIX);
        let alias = alias.map(AccountAlias::parse).ok_or(Problem::Format)?;
        Ok(Self(alias.map_err(|_| Problem::Format)?))
    }
}
