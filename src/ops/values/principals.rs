//! Users as IMS names them.

use crate::model::account::Account;
use crate::ops::params::{ParamValue, Problem};
use crate::policy::ids::UserName;

/// The logon name of a user, `<name>@<domain>`: 1 to 128 characters, the name as RAM has it. It ends in
/// the domain of an account; whether that is the caller's shows where the user is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPrincipalName {
    /// The name within the account.
    pub user: UserName,
    /// The domain, in lower case.
    pub domain: String,
}

impl UserPrincipalName {
    /// The name within the account, of a text that may be a logon name. Names may hold an `@` of their
    /// own, domains none.
    pub(in crate::ops) fn user_part(text: &str) -> &str {
        text.rsplit_once('@').map_or(text, |(user, _)| user)
    }

    /// How a user of that account is shown.
    pub(in crate::ops) fn of(user: &UserName, account: &Account) -> String {
        format!("{user}@{}", account.default_domain())
    }
}

impl ParamValue for UserPrincipalName {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > 128 {
            return Err(Problem::Length);
        }
        let (user, domain) = text.rsplit_once('@').ok_or(Problem::InvalidChars)?;
        let user = user.parse()?;
        let is_sign = |byte: u8| matches!(byte, b'.' | b'-' | b'_');
        let known = |byte: u8| byte.is_ascii_alphanumeric() || is_sign(byte);
        let ends = [domain.bytes().next(), domain.bytes().last()];
        if domain.bytes().all(known) && ends.iter().all(|end| end.is_some_and(|b| !is_sign(b))) {
            Ok(Self {
                user,
                domain: domain.to_ascii_lowercase(),
            })
        } else {
            Err(Problem::InvalidChars)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_at_sign_parts_name_and_domain() {
        let named = UserPrincipalName::parse("a@b@Some.onaliyun.com").unwrap();
        assert_eq!(named.user.as_str(), "a@b");
        assert_eq!(named.domain, "some.onaliyun.com");
        assert_eq!(UserPrincipalName::user_part("a@b@some.onaliyun.com"), "a@b");
    }

    #[test]
    fn what_is_no_logon_name_is_refused() {
        let long = format!("a@{}", "d".repeat(127));
        for (text, problem) in [
            ("alice", Problem::InvalidChars),
            ("@some.onaliyun.com", Problem::Length),
            ("a b@some.onaliyun.com", Problem::InvalidChars),
            ("alice@", Problem::InvalidChars),
            ("alice@.onaliyun.com", Problem::InvalidChars),
            ("alice@some.onaliyun.", Problem::InvalidChars),
            ("alice@so me", Problem::InvalidChars),
            (long.as_str(), Problem::Length),
        ] {
            assert_eq!(UserPrincipalName::parse(text), Err(problem), "{text}");
        }
    }
}
